"""Files that fans send to fanbot itself: kept once, read again, and gone with their fan."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from fanbot.domain.messages import Attachment

SCHEME = "file:"
"""How the reference of a file that is kept here begins; what follows is its id."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it came. ``owner`` is ``platform/user``; ``key`` is theirs, the same for each try.

    ``media_type`` is what the bytes are, never what a browser says of them.
    """

    owner: str
    key: str
    name: str
    media_type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Allowance:
    """Bytes that may be kept in 24 hours: of one owner, and of everybody together."""

    owner: int
    everybody: int


class Files(Protocol):
    """Where files are kept. Raises StoreUnavailableError when it cannot be asked now or is full."""

    async def keep(self, upload: Upload, *, allowance: Allowance) -> Attachment:
        """Keep a file; when this returns it is durable. The same upload again is the same file.

        Raises TooManyBytesError beyond the allowance, and FileTakenError when other bytes have the key.
        Then, and whenever it raises, nothing of the file is kept.
        """
        ...

    async def claim(self, references: Sequence[str], *, owner: str) -> Sequence[Attachment]:
        """Return this owner's files for a message that names them; they are not swept for a day.

        Raises UnknownFileError when one is not there or is somebody else's.
        """
        ...

    async def find(self, reference: str, *, owner: str) -> Attachment:
        """Return this owner's file; raises UnknownFileError."""
        ...

    async def attached(self, *, item: int, event: int, number: int) -> Attachment:
        """Return a file by its place in the conversation of an item; raises UnknownFileError."""
        ...

    async def read(self, reference: str) -> bytes:
        """Return what is in a file; raises UnknownFileError when its bytes are gone."""
        ...
