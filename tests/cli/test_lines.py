"""Lines out of a pipe, in batches."""

import asyncio
import os
from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from fanbot.cli.lines import BATCH, batches

LONGEST = 1000


async def heard(*chunks: bytes) -> list[Sequence[tuple[int, bytes]]]:
    """Write chunks into a pipe and collect the batches that come out."""
    out, into = os.pipe()

    async def write() -> None:
        for chunk in chunks:
            os.write(into, chunk)
            await asyncio.sleep(0)
        os.close(into)

    writing = asyncio.create_task(write())
    found = [batch async for batch in batches(out, longest=LONGEST)]
    await writing
    os.close(out)
    return found


@settings(max_examples=60)
@given(st.lists(st.binary(max_size=40), max_size=30))
def test_lines_come_out_as_they_went_in(chunks: list[bytes]) -> None:
    """However the bytes arrive, every line comes once, in order and with its number."""
    found = asyncio.run(heard(*chunks))
    expected = b"".join(chunks).split(b"\n")
    if not expected[-1]:
        expected.pop()
    assert [pair for batch in found for pair in batch] == list(enumerate(expected, start=1))


async def test_a_batch_is_bounded() -> None:
    """A long file is worked on piece by piece."""
    found = await heard(b"x\n" * (2 * BATCH + 1))
    assert [len(batch) for batch in found] == [BATCH, BATCH, 1]


async def test_a_pause_ends_a_batch() -> None:
    """What was typed is handed over at once, not when enough has been typed."""
    out, into = os.pipe()
    os.write(into, b"one\ntw")
    lines = batches(out, longest=LONGEST)
    assert await anext(lines) == [(1, b"one")]
    os.write(into, b"o\n")
    assert await anext(lines) == [(2, b"two")]
    await lines.aclose()
    os.close(into)
    os.close(out)


async def test_an_endless_line_does_not_fill_the_memory() -> None:
    """Of a line without end only a little more than the longest that is allowed is kept."""
    [[(_, line)]] = await heard(*[b"x" * 4000] * 15, b"\n")
    assert LONGEST < len(line) < 70_000
