"""The whole contract between fanbot and a platform; an adapter is one object of this shape.

An adapter hears (``listen``) and speaks (``send``); it decides nothing.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal, Protocol, runtime_checkable

from fanbot.domain.checks import Check
from fanbot.domain.messages import Address, Attachment, Choice, Inbound, OutboundKind
from fanbot.domain.reach import Barrier
from fanbot.ports.files import Files
from fanbot.ports.staff import TeamDoor
from fanbot.ports.web import Correspondence


class Resend(StrEnum):
    """Say whether a send that may have arrived can be made again without the fan seeing it twice."""

    SAME_KEY = "same-key"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a platform can do. ``max_length`` is the longest text of one message, None for no limit."""

    resend: Resend
    max_length: int | None = None
    length_unit: Literal["characters", "utf16"] = "characters"


@dataclass(frozen=True, slots=True)
class Dispatch:
    """One message at the moment it leaves: text frozen, key fixed (at most 25 characters).

    ``since``: when it was first handed to the platform, if that was before and it may have arrived.
    """

    key: str
    address: Address
    kind: OutboundKind
    text: str
    in_reply_to: str = ""
    promotional: bool = False
    direct: bool = True
    choices: tuple[Choice, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    since: datetime | None = None


class Intake(Protocol):
    """Where an adapter brings what it heard."""

    async def __call__(self, events: Sequence[Inbound], /) -> Sequence[bool]:
        """Store the events; when this returns they are durable and may be confirmed to the platform.

        Returns, event by event, whether it was new; a replayed event is False, and may be
        confirmed as well. Waits as long as nothing can be stored: that is the back-pressure.
        """
        ...


class Platform(Protocol):
    """One account on one platform."""

    async def listen(self, intake: Intake) -> None:
        """Bring every event to ``intake``, in order, until the platform ends or this is cancelled.

        Raises AdapterError when it cannot go on; the supervisor starts it again.
        """
        ...

    async def send(self, dispatch: Dispatch) -> None:
        """Hand one message to the platform; return once the platform has it.

        Raises DeliveryError, with ``permanent``, ``ambiguous`` and ``retry_after`` set truthfully.
        """
        ...

    async def close(self) -> None:
        """Let go of connections; called once, after the last send."""
        ...


@runtime_checkable
class Paced(Protocol):
    """A platform that takes only so many messages at a time, and says how many."""

    def turns_left(self) -> int:
        """Return how many messages may leave at this moment; asked from any thread, and often.

        No more are handed over: what waits inside an adapter counts as on its way when fanbot dies.
        """
        ...


@dataclass(frozen=True, slots=True)
class Heard:
    """The newest message that is stored of a place; an adapter reads on from it after a gap."""

    address: Address
    message: str
    direct: bool
    received_at: datetime


class Recollection(Protocol):
    """What the store knows of one account's places."""

    async def places(self) -> Sequence[Heard]:
        """Return every channel and thread in which a fan wrote, the latest first."""
        ...

    async def note_gap(self, why: str, *, place: str = "", since: datetime | None = None) -> None:
        """Name what fans wrote and nobody can read any more; a person sees it (G1).

        ``why`` says in plain words what is missing and what can be done; ``place`` is a name that people
        know, empty for the whole account; ``since`` is when the last was read. The same gap is kept once.
        """
        ...

    async def note_reach(self, user: str, why: Barrier | None) -> None:
        """Note that a fan cannot be written to in private any more, or, with None, that they can again.

        Their next message in private says so as well. Nothing is noted of somebody who never wrote.
        """
        ...


@dataclass(frozen=True, slots=True)
class Opening:
    """What an adapter is opened with: its account's name, its own settings, and the run's options.

    ``secret`` is a key for this account alone, the same at every start of a store; empty when there is
    none. ``correspondence`` and ``files`` are there for adapters with a ``mount``, ``team`` for those with
    a room for ``staff``, ``recollection`` whenever there is a store.
    """

    account: str
    settings: Mapping[str, object]
    receipts: bool = False
    secret: bytes = b""
    correspondence: Correspondence | None = None
    files: Files | None = None
    recollection: Recollection | None = None
    team: TeamDoor | None = None


@dataclass(frozen=True, slots=True)
class AdapterSpec:
    """What an adapter tells about itself before its SDK is imported.

    Registered under the entry-point group ``fanbot.adapters``. ``extra`` is the fanbot extra that
    installs the SDK; ``open`` may raise AdapterError or ImportError. ``finite``: its input may end,
    and a fanbot whose every input has ended drains and stops. ``mount`` is a path such as ``/chat`` at
    which the opened platform's ``app`` is served to the public (see ports.web); empty for none.
    ``staff``: the opened platform may have a room for the team (see ports.staff). ``examine`` asks the
    platform what keeps this account from working well, and changes nothing there. ``set_up`` does what can
    be done about that, may be run again at any time, and tells what is left for a person to do. Its check
    that ends with the name of ``credential`` says whether that is accepted: this names the setting
    without which an account can do nothing there, and ``credential_from`` tells a person where to get it.
    """

    name: str
    summary: str
    capabilities: Capabilities
    open: Callable[[Opening], Platform]
    extra: str = ""
    finite: bool = False
    mount: str = ""
    staff: bool = False
    examine: Callable[[Opening], Awaitable[Sequence[Check]]] | None = None
    set_up: Callable[[Opening], Awaitable[Sequence[Check]]] | None = None
    credential: str = ""
    credential_from: str = ""
