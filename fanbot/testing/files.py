"""Files in memory, for whoever builds on fanbot."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from fanbot.domain.messages import Attachment
from fanbot.errors import FileTakenError, TooManyBytesError, UnknownFileError
from fanbot.ports.files import SCHEME, Allowance, Upload


@dataclass
class MemoryFiles:
    """Keep files as ``ports.files.Files`` says. ``trouble`` is raised by every answer while it is set."""

    kept: dict[str, Upload] = field(default_factory=dict)
    places: dict[tuple[int, int, int], str] = field(default_factory=dict)
    """References by item, event and number."""
    trouble: Exception | None = None

    async def keep(self, upload: Upload, *, allowance: Allowance) -> Attachment:
        """Keep a file once under its owner's key."""
        self._stumble()
        for reference, known in self.kept.items():
            if (known.owner, known.key) == (upload.owner, upload.key):
                if known.content != upload.content:
                    raise FileTakenError("Another file was kept under this id before.")
                return _told(reference, known)
        sizes = [(known.owner, len(known.content)) for known in self.kept.values()]
        size = len(upload.content)
        if size + sum(each for owner, each in sizes if owner == upload.owner) > allowance.owner:
            raise TooManyBytesError("too many of one")
        if size + sum(each for _, each in sizes) > allowance.everybody:
            raise TooManyBytesError("too many of all", everybody=True)
        reference = f"{SCHEME}{len(self.kept) + 1:032x}"
        self.kept[reference] = upload
        return _told(reference, upload)

    async def claim(self, references: Sequence[str], *, owner: str) -> Sequence[Attachment]:
        """Return this owner's files."""
        return [await self.find(reference, owner=owner) for reference in references]

    async def find(self, reference: str, *, owner: str) -> Attachment:
        """Return this owner's file."""
        self._stumble()
        known = self.kept.get(reference)
        if known is None or known.owner != owner:
            raise UnknownFileError("There is no such file.")
        return _told(reference, known)

    async def attached(self, *, item: int, event: int, number: int) -> Attachment:
        """Return the file that a test put at this place."""
        self._stumble()
        reference = self.places.get((item, event, number), "")
        if reference not in self.kept:
            raise UnknownFileError("There is no such file.")
        return _told(reference, self.kept[reference])

    async def read(self, reference: str) -> bytes:
        """Return what is in a file."""
        self._stumble()
        if reference not in self.kept:
            raise UnknownFileError("There is no such file.")
        return self.kept[reference].content

    def _stumble(self) -> None:
        if self.trouble is not None:
            raise self.trouble


def _told(reference: str, upload: Upload) -> Attachment:
    return Attachment(reference, upload.name, upload.media_type, len(upload.content))
