"""Pictures that were sent together arrive as updates of their own; here they become one message again."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fanbot.domain.messages import Inbound
from fanbot_telegram.translate import as_one

Translate = Callable[[Mapping[str, Any]], Sequence[Inbound]]


@dataclass(frozen=True, slots=True)
class Batch:
    """What a row of updates says.

    ``offset`` is the first update that ``events`` does not hold. ``unsettled`` names the albums that
    may still grow; the first of them begins there.
    """

    events: tuple[Inbound, ...]
    offset: int
    unsettled: frozenset[object]


def gathered(
    updates: Sequence[Mapping[str, Any]],
    translate: Translate,
    *,
    offset: int,
    settled: frozenset[object] = frozenset(),
) -> Batch:
    """Translate updates in order, up to the first album that is not ``settled``; albums are joined."""
    names = [_album(update) for update in updates]
    unsettled = frozenset(name for name in names if name is not None) - settled
    told: list[list[Inbound]] = []
    albums: dict[object, list[Inbound]] = {}
    for update, name in zip(updates, names, strict=True):
        number = update.get("update_id")
        if name in unsettled:
            offset = number if type(number) is int else offset
            break
        if type(number) is int:
            offset = max(offset, number + 1)
        found = translate(update)
        if name is None:
            told += ([each] for each in found)
        elif name in albums:
            albums[name] += found
        else:
            albums[name] = list(found)
            told.append(albums[name])
    return Batch(tuple(as_one(each) for each in told if each), offset, unsettled)


def _album(update: Mapping[str, Any]) -> object:
    """Return what names the album that an update belongs to; None for everything else."""
    message = update.get("message")
    if not isinstance(message, Mapping) or not isinstance(message.get("media_group_id"), str):
        return None
    chat = message.get("chat")
    return (chat.get("id") if isinstance(chat, Mapping) else None, message["media_group_id"])
