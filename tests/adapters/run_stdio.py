"""Runs the stdio adapter by itself: every message is answered with its own words.

Arguments: ``receipts`` confirms what was taken in, ``once`` ends after the first message.
What cannot be delivered is told on standard error as ``{"failed": …}``.
"""

import asyncio
import json
import sys
from collections.abc import Sequence

from fanbot.domain.messages import Inbound, OutboundKind
from fanbot.errors import AdapterError, DeliveryError
from fanbot.ports.platform import Dispatch, Opening
from fanbot_stdio import spec


async def main(options: Sequence[str]) -> None:
    platform = spec.open(Opening("main", {}, receipts="receipts" in options))
    heard = asyncio.Event()

    async def answer(event: Inbound) -> None:
        dispatch = Dispatch(
            f"k-{event.message}"[:25], event.address, OutboundKind.ANSWER, event.text, event.message
        )
        try:
            await platform.send(dispatch)
        except DeliveryError as error:
            sys.stderr.write(json.dumps({"failed": str(error), "permanent": error.permanent}) + "\n")
            sys.stderr.flush()
        heard.set()

    async with asyncio.TaskGroup() as answers:

        async def intake(events: Sequence[Inbound], /) -> Sequence[bool]:
            for event in events:
                answers.create_task(answer(event))
            return [True for _ in events]

        listener = answers.create_task(platform.listen(intake))
        if "once" in options:
            await heard.wait()
            listener.cancel()
    await platform.close()


if __name__ == "__main__":
    try:
        asyncio.run(main(sys.argv[1:]))
    except* AdapterError as errors:
        sys.exit(str(errors.exceptions[0]))
