"""Ids of items as people type them: whole, or as an ending that only one item has."""

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated

import typer

from fanbot.cli.plain import whole
from fanbot.errors import UnknownItemError

if TYPE_CHECKING:
    from fanbot.ports.store import Desk

Item = Annotated[
    str, typer.Argument(metavar="ID", help="The item's id, or its last letters.", show_default=False)
]

_LARGEST = 2**63 - 1
_FEWEST = 4
"""Letters of a short id at the least, so that it still looks like one."""


def endings(ids: Sequence[str]) -> dict[str, str]:
    """Give each id the shortest ending that no other of them has.

    >>> endings(["0000000001abc", "0000000002abc"])
    {'0000000001abc': '1abc', '0000000002abc': '2abc'}
    """
    backwards = sorted(each[::-1] for each in ids)
    shared = [0, *(_shared(one, other) for one, other in pairwise(backwards)), 0]
    return {
        each[::-1]: each[: max(before, after, _FEWEST - 1) + 1][::-1]
        for each, (before, after) in zip(backwards, pairwise(shared), strict=False)
    }


def _shared(one: str, other: str) -> int:
    return next((place for place, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), len(one))


async def short_names(store: "Desk") -> dict[int, str]:
    """Return the short id of every unfinished item."""
    from fanbot.storage import written_id

    written = {number: written_id(number) for number in await store.find("")}
    short = endings(list(written.values()))
    return {number: short[name] for number, name in written.items()}


async def item_number(store: "Desk", said: str) -> int:
    """Find the item that an id, or the ending of one, means; raises UnknownItemError."""
    from fanbot.storage import read_id, written_id

    said = whole(said).strip()
    found = await store.find(said) if said else []
    if len(found) == 1:
        return found[0]
    if found:
        ids = ", ".join(written_id(number) for number in found[:10])
        more = f" and {len(found) - 10} more" if len(found) > 10 else ""
        raise UnknownItemError(
            f"{len(found)} items end with {said!r}: {ids}{more}. Type one more letter; nothing was changed."
        )
    number = read_id(said)
    if len(said) != len(written_id(0)) or number > _LARGEST:
        raise UnknownItemError(
            f"No open item has an id that ends with {said!r}. `fanbot queue list` shows what waits; "
            "nothing was changed."
        )
    return number
