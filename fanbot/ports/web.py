"""What an adapter that fans reach over HTTP hands in, and what it may read of a fan's conversation."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from fanbot.domain.messages import Address, Attachment, Choice

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
"""An ASGI application, as https://asgi.readthedocs.io/ defines it."""


class WebPlatform(Protocol):
    """The part of a platform that is served on the public listener, below its spec's ``mount``."""

    @property
    def app(self) -> App | None:
        """Return the application, or None for an account that nobody reaches over HTTP.

        The listener sets ``root_path`` to the mount.
        """
        ...


class Voice(StrEnum):
    """Say who speaks in a conversation."""

    FAN = "fan"
    ASSISTANT = "assistant"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class Bubble:
    """One message of a conversation as its fan sees it; ``key`` never changes and tells repeats apart.

    A fan's own message has the id that its adapter gave it as its key.
    """

    key: str
    at: datetime
    voice: Voice
    text: str
    choices: tuple[Choice, ...] = ()
    in_reply_to: str = ""
    attachments: tuple[Attachment, ...] = ()


class Correspondence(Protocol):
    """A fan's own conversation, for adapters whose platform keeps none itself.

    Raises StoreUnavailableError when the store cannot be asked now.
    """

    async def bubbles(self, address: Address, *, limit: int = 200) -> Sequence[Bubble]:
        """Return the newest messages of the direct conversation at this address, oldest first.

        What was claimed for sending is among them, before ``send`` is called for it.
        """
        ...

    def export(
        self, *, platform: str, user: str, contents: bool = True
    ) -> AsyncIterator[Mapping[str, object]]:
        """Yield what is kept about this fan, as JSON-ready records with a ``type``.

        What people of the team noted among each other is left out. ``contents``: a file's record has
        its bytes as ``base64``, None where they are gone; without, it has no such field.
        """
        ...

    async def erase(self, *, platform: str, user: str) -> bool:
        """Erase everything that is kept about this fan, files as well; tell whether there was anything."""
        ...
