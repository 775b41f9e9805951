"""Lines in and out of descriptors, however they are cut into pieces."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanbot.errors import AdapterError, DeliveryError
from fanbot_stdio.reading import LineReader
from fanbot_stdio.writing import LineWriter

TORN = """
import asyncio, resource, sys
from fanbot.errors import DeliveryError
from fanbot_stdio.writing import LineWriter

async def main():
    writer = LineWriter(1, name="Standard output")
    ordinary = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, ordinary[1]))
    first, second = await asyncio.gather(
        writer.write(b"12345\\n"), writer.write(b"67890\\n"), return_exceptions=True
    )
    assert first is None
    assert isinstance(second, DeliveryError) and not second.permanent
    resource.setrlimit(resource.RLIMIT_FSIZE, ordinary)
    await writer.write(b"67890\\n")

asyncio.run(main())
"""


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    """Lay a pipe."""
    reading, writing = os.pipe()
    yield reading, writing
    os.close(reading)
    os.close(writing)


async def lines_of(reader: LineReader, *, limit: int) -> list[tuple[int, bytes]]:
    """Read everything in batches of at most ``limit``."""
    lines: list[tuple[int, bytes]] = []
    while batch := await reader.peek(limit):
        assert len(batch) <= limit
        lines += batch
        reader.advance(len(batch))
    return lines


@given(pieces=st.lists(st.binary(max_size=30) | st.just(b"\n")), limit=st.integers(1, 5))
def test_lines_do_not_depend_on_how_they_arrive(pieces: list[bytes], limit: int) -> None:
    """Whatever the pieces, the same lines come out with the same numbers."""

    async def read() -> list[tuple[int, bytes]]:
        reading, writing = os.pipe()
        try:
            task = asyncio.create_task(lines_of(LineReader(reading, longest=1000), limit=limit))
            for piece in pieces:
                os.write(writing, piece)
                await asyncio.sleep(0)
            os.close(writing)
            return await task
        finally:
            os.close(reading)

    expected = b"".join(pieces).split(b"\n")
    if not expected[-1]:
        expected.pop()
    assert asyncio.run(read()) == list(enumerate(expected, start=1))


async def test_a_batch_that_was_not_passed_comes_again(pipe: tuple[int, int]) -> None:
    """Lines stay until they are passed, with what arrived meanwhile behind them."""
    reading, writing = pipe
    reader = LineReader(reading, longest=1000)
    os.write(writing, b"one\ntwo\n")
    assert await reader.peek(200) == [(1, b"one"), (2, b"two")]
    os.write(writing, b"three\n")
    assert await reader.peek(200) == [(1, b"one"), (2, b"two"), (3, b"three")]
    reader.advance(2)
    assert await reader.peek(200) == [(3, b"three")]


async def test_a_line_without_end_is_not_kept_whole(tmp_path: Path) -> None:
    """Of a line beyond the limit little more than the limit stays in memory, and it is one line."""
    source = tmp_path / "endless"
    source.write_bytes(b"x" * 3_000_000 + b"\nnext\n")
    with source.open("rb") as opened:
        (_, long), following = await lines_of(LineReader(opened.fileno(), longest=1000), limit=200)
    assert 1000 < len(long) < 200_000
    assert following == (2, b"next")


async def test_an_input_that_is_not_blocking_works_too(pipe: tuple[int, int]) -> None:
    """Whoever started us may have set the pipe so; nothing is lost and nothing spins."""
    reading, writing = pipe
    os.set_blocking(reading, False)
    reader = LineReader(reading, longest=1000)
    waiting = asyncio.create_task(reader.peek(200))
    await asyncio.sleep(0)
    os.write(writing, b"one\n")
    assert await waiting == [(1, b"one")]


async def test_an_input_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    """A folder or a closed descriptor ends in our own error."""
    folder = os.open(tmp_path, os.O_RDONLY)
    with pytest.raises(AdapterError, match="cannot be read"):
        await LineReader(folder, longest=1000).peek(200)
    os.close(folder)
    with pytest.raises(AdapterError, match="cannot be read"):
        await LineReader(folder, longest=1000).peek(200)


@pytest.mark.parametrize("blocking", [True, False])
async def test_many_writers_fill_a_pipe_in_their_order(pipe: tuple[int, int], *, blocking: bool) -> None:
    """Lines beyond what the pipe holds wait for room, and none is torn, lost or out of order."""
    reading, writing = pipe
    os.set_blocking(writing, blocking)
    writer = LineWriter(writing, name="Standard output")
    lines = [f"{number:06}".encode() * 50 + b"\n" for number in range(2000)]
    writes = [asyncio.create_task(writer.write(line)) for line in lines]
    received = bytearray()
    while len(received) < sum(map(len, lines)):
        await asyncio.sleep(0)
        received += await asyncio.to_thread(os.read, reading, 50_000)
    await asyncio.gather(*writes)
    assert bytes(received).splitlines(keepends=True) == lines


async def test_a_cancelled_write_holds_up_no_other(pipe: tuple[int, int]) -> None:
    """Whoever gives up waiting leaves the order and the lines of the others whole."""
    reading, writing = pipe
    writer = LineWriter(writing, name="Standard output")
    first = asyncio.create_task(writer.write(b"1" * 100_000 + b"\n"))
    second = asyncio.create_task(writer.write(b"2\n"))
    await asyncio.sleep(0.01)
    first.cancel()
    received = b""
    while not received.endswith(b"2\n"):
        received += await asyncio.to_thread(os.read, reading, 200_000)
    await second
    assert received == b"1" * 100_000 + b"\n2\n"
    assert first.cancelled()


async def test_what_was_written_before_the_reader_left_counts() -> None:
    """Only lines that are not wholly in the pipe fail, and every later one fails at once."""
    reading, writing = os.pipe()
    writer = LineWriter(writing, name="Standard output")
    first = asyncio.create_task(writer.write(b"1\n"))
    second = asyncio.create_task(writer.write(b"2" * 200_000 + b"\n"))
    await asyncio.wait([first])
    os.close(reading)
    with pytest.raises(DeliveryError, match="Broken pipe") as told:
        await second
    assert not told.value.permanent
    assert first.exception() is None
    with pytest.raises(DeliveryError, match="Broken pipe"):
        await writer.write(b"3\n")
    os.close(writing)


async def test_a_full_disk_fails_the_line_and_not_the_next() -> None:
    """No room is told as a failed delivery each time, for there may be room again."""
    full = os.open("/dev/full", os.O_WRONLY)
    writer = LineWriter(full, name="Standard output")
    for _ in range(2):
        with pytest.raises(DeliveryError, match="No space left"):
            await writer.write(b"1\n")
    os.close(full)


async def test_closing_frees_whoever_waits(pipe: tuple[int, int]) -> None:
    """A write that waits for room fails when the writer is closed."""
    _, writing = pipe
    writer = LineWriter(writing, name="Standard output")
    waiting = asyncio.create_task(writer.write(b"1" * 200_000 + b"\n"))
    await asyncio.sleep(0.01)
    writer.close()
    with pytest.raises(DeliveryError, match="closed"):
        await waiting


def test_a_torn_line_never_runs_into_the_next(tmp_path: Path) -> None:
    """Where a file took half a line, the repeated line begins on a line of its own."""
    target = tmp_path / "out"
    with target.open("wb") as opened:
        subprocess.run([sys.executable, "-c", TORN], stdout=opened, check=True)
    assert target.read_bytes() == b"12345\n6789\n67890\n"
