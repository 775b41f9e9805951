"""The files that came with a message, as its line shows them."""

from collections.abc import Mapping
from dataclasses import dataclass

_PICTURES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
_KIND = {"image": "a picture", "audio": "a recording", "video": "a film"}
_STEPS = ((1 << 30, "GB"), (1 << 20, "MB"), (1 << 10, "KB"))


@dataclass(frozen=True, slots=True)
class File:
    """A file. ``path`` is below the page of the item; ``picture`` says that it can be shown small."""

    path: str
    name: str
    size: str
    picture: bool


def files(detail: Mapping[str, object]) -> tuple[File, ...]:
    """Read the attachments of a line; what is none is left out."""
    found = detail.get("attachments")
    return tuple(_file(each) for each in found if isinstance(each, dict)) if isinstance(found, list) else ()


def sized(count: int) -> str:
    """Say how large a file is.

    >>> sized(0), sized(900), sized(1536), sized(5 * 1024 * 1024)
    ('', '900 bytes', '1.5 KB', '5 MB')
    """
    if count <= 0:
        return ""
    for step, name in _STEPS:
        if count >= step:
            return f"{count / step:.1f}".removesuffix(".0") + f" {name}"
    return "1 byte" if count == 1 else f"{count} bytes"


def _file(told: Mapping[str, object]) -> File:
    media_type, size = str(told.get("media_type", "")), told.get("size")
    return File(
        path=f"files/{told.get('event')}/{told.get('number')}",
        name=str(told.get("name", "")) or _KIND.get(media_type.partition("/")[0], "a file"),
        size=sized(size) if isinstance(size, int) else "",
        picture=media_type in _PICTURES and str(told.get("reference", "")).startswith("file:"),
    )
