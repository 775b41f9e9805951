"""Whether a reply can still be taken back, and whether it was sent before."""

import math
from collections.abc import Sequence
from datetime import datetime, timedelta

from fanbot.domain.handoffs import Handoff, State
from fanbot.domain.messages import OutboundKind
from fanbot.ports.store import Line

UNDO = timedelta(seconds=10)
"""How long a reply lingers before it leaves."""
_SAID, _DROPPED = "outbound", "dropped"


def left_to_undo(item: Handoff, *, me: str, now: datetime) -> int:
    """Return the seconds for which ``me`` can still take a reply back; 0 when it has left."""
    if item.state is not State.ANSWERED or item.owner != me or item.answered_at is None:
        return 0
    return max(0, math.floor((item.answered_at + UNDO - now).total_seconds()))


def said_before(item: Handoff, lines: Sequence[Line], text: str, *, me: str, old: bool = False) -> bool:
    """Tell whether this very reply of ``me`` is on its way or there already.

    ``old``: its form is from before a restart, so nobody remembers whether it acted. Then the reply is
    looked for also where the fan or somebody else has spoken since.
    """
    if not text.strip():
        return False
    replies = [line for line in lines if _is_reply(line)]
    if item.state is State.ANSWERED and item.owner == me and _says(replies[-1:], text):
        return True
    mine = [
        line for line in replies if line.detail.get("by") == me and line.detail.get("item") == str(item.id)
    ]
    return old and _says(mine, text)


def taken_back(item: Handoff, lines: Sequence[Line], *, me: str) -> bool:
    """Tell whether the latest reply of ``me`` was taken back already, as when that form comes twice."""
    mine = [line for line in lines if line.sort == _SAID and line.detail.get("by") == me]
    dropped = bool(mine) and mine[-1].detail.get("state") == _DROPPED
    return dropped and item.state is State.CLAIMED and item.owner == me


def _says(replies: Sequence[Line], text: str) -> bool:
    return any(line.text.strip().startswith(text.strip()) for line in replies)


def _is_reply(line: Line) -> bool:
    human = line.sort == _SAID and line.who == OutboundKind.HUMAN.value
    return human and line.detail.get("state") != _DROPPED
