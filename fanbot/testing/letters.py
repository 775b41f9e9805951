"""Messages for tests, with everything filled in that a test does not speak of."""

from datetime import UTC, datetime

from fanbot.domain.messages import Address, Author, EventKey, Inbound, Kind, OutboundKind
from fanbot.ports.platform import Dispatch

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
"""The moment at which tests play unless they say otherwise."""


def address(channel: str = "ada", *, platform: str = "memory", account: str = "main") -> Address:
    """Name a place on a platform that is only remembered."""
    return Address(platform, account, channel)


def inbound(
    text: str,
    *,
    message: str = "1",
    channel: str = "ada",
    author: Author | None = None,
    kind: Kind = Kind.MESSAGE,
    revision: str = "",
    platform: str = "memory",
    account: str = "main",
    received_at: datetime = NOON,
    direct: bool = True,
    mentioned: bool = False,
) -> Inbound:
    """Write what a fan sends; the fan is named after the channel unless ``author`` says who it is.

    >>> inbound("hello", channel="ada").author.id
    'ada'
    """
    return Inbound(
        event=EventKey(platform, account, channel, message, kind, revision),
        message=message,
        address=address(channel, platform=platform, account=account),
        author=author or Author(channel, channel.title()),
        text=text,
        received_at=received_at,
        kind=kind,
        direct=direct,
        mentioned=mentioned,
    )


def dispatch(
    text: str,
    *,
    key: str = "k1",
    to: Address | None = None,
    kind: OutboundKind = OutboundKind.ANSWER,
    in_reply_to: str = "",
    promotional: bool = False,
) -> Dispatch:
    """Write what leaves for a fan."""
    return Dispatch(key, to or address(), kind, text, in_reply_to=in_reply_to, promotional=promotional)
