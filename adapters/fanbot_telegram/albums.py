"""Pictures that were sent together arrive as updates of their own; here they become one message again."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fanbot.domain.messages import Inbound
from fanbot_telegram.found import Found
from fanbot_telegram.staff_reader import StaffEvent, as_one_act
from fanbot_telegram.translate import as_one

Read = Callable[[Mapping[str, Any]], Sequence[Found]]


@dataclass(frozen=True, slots=True)
class Batch:
    """What a row of updates says.

    ``offset`` is the first update that ``found`` does not hold. ``unsettled`` names the albums that
    may still grow; the first of them begins there.
    """

    found: tuple[Found, ...]
    offset: int
    unsettled: frozenset[object]


def gathered(
    updates: Sequence[Mapping[str, Any]],
    read: Read,
    *,
    offset: int,
    settled: frozenset[object] = frozenset(),
) -> Batch:
    """Read updates in order, up to the first album that is not ``settled``; albums are joined."""
    names = [_album(update) for update in updates]
    unsettled = frozenset(name for name in names if name is not None) - settled
    told: list[list[Found]] = []
    albums: dict[object, list[Found]] = {}
    for update, name in zip(updates, names, strict=True):
        number = update.get("update_id")
        if name in unsettled:
            offset = number if type(number) is int else offset
            break
        if type(number) is int:
            offset = max(offset, number + 1)
        found = read(update)
        if name is None:
            told += ([each] for each in found)
        elif name in albums:
            albums[name] += found
        else:
            albums[name] = list(found)
            told.append(albums[name])
    return Batch(tuple(_joined(each) for each in told if each), offset, unsettled)


def _joined(pieces: Sequence[Found]) -> Found:
    """Join the pieces of an album, which are all a fan's or all the team's; all else stands alone."""
    if len(pieces) == 1:
        return pieces[0]
    acts = [each for each in pieces if isinstance(each, StaffEvent)]
    return as_one_act(acts) if acts else as_one([each for each in pieces if isinstance(each, Inbound)])


def _album(update: Mapping[str, Any]) -> object:
    """Return what names the album that an update belongs to; None for everything else."""
    message = update.get("message")
    if not isinstance(message, Mapping) or not isinstance(message.get("media_group_id"), str):
        return None
    chat = message.get("chat")
    return (chat.get("id") if isinstance(chat, Mapping) else None, message["media_group_id"])
