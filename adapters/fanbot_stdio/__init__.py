"""Fan messages as JSON lines on standard input, replies as JSON lines on standard output."""

import sys

from fanbot.errors import AdapterError
from fanbot.ports.platform import AdapterSpec, Capabilities, Opening, Platform, Resend


def _open(opening: Opening) -> Platform:
    """Open the streams of this process; raises AdapterError when one of them was closed before."""
    from fanbot_stdio.platform import StdioPlatform

    if sys.stdin is None or sys.stdout is None:
        raise AdapterError(
            "Standard input or standard output is closed, so there is nothing to read from or to write to. "
            "Start fanbot with both open, or without the stdio adapter."
        )
    return StdioPlatform(opening.account, receipts=opening.receipts)


spec = AdapterSpec(
    name="stdio",
    summary="JSON lines on standard input and output",
    capabilities=Capabilities(resend=Resend.SAME_KEY),
    open=_open,
    finite=True,
)
