"""What comes in from a platform and what goes out to one."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Kind(StrEnum):
    """Name what happened on the platform."""

    MESSAGE = "message"
    EDIT = "edit"
    DELETION = "deletion"
    REACTION = "reaction"
    PRESS = "press"


class OutboundKind(StrEnum):
    """Name what a message that leaves is for."""

    ANSWER = "answer"
    ACKNOWLEDGEMENT = "acknowledgement"
    QUESTION = "question"
    HUMAN = "human"
    UPDATE = "update"
    CONTENT = "content"
    PROMOTION = "promotion"
    NOTICE = "notice"
    CORRECTION = "correction"


class SignalClass(StrEnum):
    """Say how a message counts against the cap (P3); fixed at publication, never guessed at send."""

    SIGNAL = "signal"
    NOISE = "noise"
    NEUTRAL = "neutral"


@dataclass(frozen=True, slots=True)
class Address:
    """A place on a platform where a message can be read and answered."""

    platform: str
    account: str
    channel: str
    thread: str = ""

    @property
    def destination(self) -> str:
        """Name the running adapter that serves this place, as ``platform/account``."""
        return f"{self.platform}/{self.account}"


@dataclass(frozen=True, slots=True)
class Author:
    """Who wrote, as the platform tells it."""

    id: str
    name: str = ""
    bot: bool = False
    own: bool = False
    roles: tuple[str, ...] = ()


def called(name: str, user: str) -> str:
    """Return what to call a fan among people of the team: the name, else the platform's id, shortened.

    >>> called("Ada", "9cc413797e9155e0797022425a62a2f1"), called("", "ada")
    ('Ada', 'ada')
    >>> called(" ", "9cc413797e9155e0797022425a62a2f1"), called("", "")
    ('A fan (a2f1)', 'A fan')
    """
    name, user = " ".join(name.split()), " ".join(user.split())
    if name or not user:
        return name or "A fan"
    return user if len(user) <= _LONGEST_ID else f"A fan ({user[-4:]})"


_LONGEST_ID = 24
"""A longer id is made for machines."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that came with a message; ``reference`` is where the platform keeps it."""

    reference: str
    name: str = ""
    media_type: str = ""
    size: int = 0


@dataclass(frozen=True, slots=True)
class Choice:
    """A button, or where a platform has none, the words in ``typed`` that do the same."""

    id: str
    label: str
    typed: str = ""


@dataclass(frozen=True, slots=True)
class EventKey:
    """The name of one platform event, the same however often it is delivered.

    >>> str(EventKey("telegram", "main", "42", "7", Kind.EDIT, "1700000000"))
    'telegram/main/42/7/edit/1700000000'

    A slash inside a part is escaped, so that two events never share a name:

    >>> str(EventKey("stdio", "main", "a/b", "7", Kind.MESSAGE))
    'stdio/main/a%2Fb/7/message/'
    """

    platform: str
    account: str
    channel: str
    message: str
    kind: Kind
    revision: str = ""

    def __str__(self) -> str:
        """Join the parts with slashes."""
        return _joined(
            (self.platform, self.account, self.channel, self.message, self.kind.value, self.revision)
        )


@dataclass(frozen=True, slots=True)
class Inbound:
    """One platform event, translated.

    ``received_at`` orders; ``sent_at`` is the platform's word and is not trusted. Both are aware
    and UTC. For a press, ``text`` is the id of the choice; for a reaction, the emoji.
    """

    event: EventKey
    message: str
    address: Address
    author: Author
    text: str
    received_at: datetime
    kind: Kind = Kind.MESSAGE
    sent_at: datetime | None = None
    attachments: tuple[Attachment, ...] = ()
    reply_to: str = ""
    direct: bool = True
    mentioned: bool = False

    @property
    def conversation_key(self) -> str:
        """Name the conversation: the place, and in a shared channel also the fan."""
        place = self.address
        parts = (place.platform, place.account, place.channel, place.thread)
        return _joined(parts if self.direct else (*parts, self.author.id))

    @property
    def addressed(self) -> bool:
        """Tell whether the fan spoke to the bot rather than to the room."""
        return self.direct or self.mentioned


def _joined(parts: tuple[str, ...]) -> str:
    """Join with slashes; a slash inside a part is escaped, so that two lists never look the same."""
    joined = "/".join(parts)
    if joined.count("/") < len(parts) and "%" not in joined:
        return joined
    return "/".join(part.replace("%", "%25").replace("/", "%2F") for part in parts)


@dataclass(frozen=True, slots=True)
class Outbound:
    """One message that is to leave, with all its parts.

    ``promo`` is the text of the promo block; it is added at the end when the cap admits it, and
    left out otherwise. ``template`` names the template it came from, for the ledger. A text too
    long for the platform is several of these, ``part`` of ``parts``, one behind the other.
    """

    address: Address
    kind: OutboundKind
    body: str
    promo: str = ""
    in_reply_to: str = ""
    direct: bool = True
    template: str = ""
    signal: SignalClass = SignalClass.NEUTRAL
    attachments: tuple[Attachment, ...] = ()
    choices: tuple[Choice, ...] = ()
    not_before: datetime | None = None
    expires_at: datetime | None = None
    safety: bool = False
    part: int = 0
    parts: int = 1
