"""The lines of a pipe, a file or a terminal, in batches that never wait for more than is there."""

import asyncio
import os
import select
from collections.abc import AsyncIterator, Sequence

BATCH = 200
"""Lines in one batch at the most."""
_CHUNK = 64 * 1024
"""Bytes in one read: what a pipe holds."""


async def batches(descriptor: int, *, longest: int) -> AsyncIterator[Sequence[tuple[int, bytes]]]:
    """Yield lines with their numbers from 1, as soon as the input pauses or a batch is full.

    Of a line over ``longest`` bytes only a little more than those are kept. No more is read while a
    batch is worked on.
    """
    number = 0
    lines: list[bytes] = []
    unfinished = bytearray()
    ended = False
    while not ended or lines:
        while not ended and len(lines) < BATCH and (_ready(descriptor) or not lines):
            await _readable(descriptor)
            chunk = os.read(descriptor, _CHUNK)
            *complete, rest = chunk.split(b"\n")
            if complete:
                lines += [bytes(unfinished) + complete[0], *complete[1:]]
                unfinished.clear()
            if len(unfinished) <= longest:
                unfinished += rest
            if not chunk:
                ended = True
                if unfinished:
                    lines.append(bytes(unfinished))
        batch, lines = lines[:BATCH], lines[BATCH:]
        if batch:
            yield list(enumerate(batch, start=number + 1))
            number += len(batch)


def _ready(descriptor: int) -> bool:
    return bool(select.select((descriptor,), (), (), 0)[0])


async def _readable(descriptor: int) -> None:
    """Wait until a read returns at once; a file always does, and no event loop takes one."""
    if _ready(descriptor):
        return
    loop = asyncio.get_running_loop()
    ready = asyncio.Event()
    loop.add_reader(descriptor, ready.set)
    try:
        await ready.wait()
    finally:
        loop.remove_reader(descriptor)
