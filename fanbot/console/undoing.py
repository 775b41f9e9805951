"""Whether a reply can still be taken back, and whether it was sent before."""

import math
from collections.abc import Sequence
from datetime import datetime, timedelta

from fanbot.domain.handoffs import Handoff, State
from fanbot.domain.messages import OutboundKind
from fanbot.ports.store import Line

UNDO = timedelta(seconds=10)
"""How long a reply lingers before it leaves."""


def left_to_undo(item: Handoff, *, me: str, now: datetime) -> int:
    """Return the seconds for which ``me`` can still take a reply back; 0 when it has left."""
    if item.state is not State.ANSWERED or item.owner != me or item.answered_at is None:
        return 0
    return max(0, math.floor((item.answered_at + UNDO - now).total_seconds()))


def said_before(item: Handoff, lines: Sequence[Line], text: str, *, me: str) -> bool:
    """Tell whether this very reply of ``me`` is on its way or there already.

    It is asked when a form comes twice whose mark is no longer known, as after a restart.
    """
    if item.state is not State.ANSWERED or item.owner != me or not text.strip():
        return False
    latest = next((line for line in reversed(lines) if _is_reply(line)), None)
    return latest is not None and latest.text.strip().startswith(text.strip())


def _is_reply(line: Line) -> bool:
    human = line.sort == "outbound" and line.who == OutboundKind.HUMAN.value
    return human and line.detail.get("state") != "dropped"
