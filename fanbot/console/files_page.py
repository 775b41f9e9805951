"""A file that a fan sent, for whoever reads their conversation: pictures in place, all else to save."""

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Path, Request, Response

from fanbot.console.fittings import Fittings
from fanbot.console.numbers import Item
from fanbot.domain.messages import Attachment
from fanbot.errors import UnknownFileError
from fanbot.ports.files import Files

_PICTURES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
"""What a browser shows without running anything of it."""
_GONE = "This file is not kept here, or it is gone. Nothing was changed."

Number = Annotated[int, Path(ge=0, le=999)]
"""Which of an event's files, counted from 0."""


def files_page(shared: Fittings) -> APIRouter:
    """Route the files."""
    router = APIRouter()

    @router.get("/items/{item}/files/{event}/{number}", dependencies=[Depends(shared.visitors.required)])
    async def file(request: Request, item: Item, event: Item, number: Number) -> Response:
        found = await _found(shared.room.files, item=item, event=event, number=number)
        if found is None:
            return shared.pages.plain(
                request, "fault.html", status=404, title="This file is not here", told=_GONE
            )
        told, content = found
        return Response(content, media_type=told.media_type, headers=_headers(told))

    return router


async def _found(
    files: Files | None, *, item: int, event: int, number: int
) -> tuple[Attachment, bytes] | None:
    if files is None:
        return None
    try:
        told = await files.attached(item=item, event=event, number=number)
        return told, await files.read(told.reference)
    except UnknownFileError:
        return None


def _headers(file: Attachment) -> dict[str, str]:
    """Write headers under which no file is more than a file."""
    way = "inline" if file.media_type in _PICTURES else "attachment"
    return {
        "Content-Disposition": f"{way}; filename*=UTF-8''{quote(file.name, safe='')}",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-store",
    }
