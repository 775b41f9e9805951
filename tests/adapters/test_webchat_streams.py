"""Open pages are told of every change, block nobody, and leave nothing behind."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest

from fanbot.domain.messages import Address, OutboundKind
from fanbot.errors import DeliveryError
from fanbot.ports.platform import Dispatch
from fanbot_webchat.platform import WebchatPlatform
from fanbot_webchat.refusals import RefusedError
from fanbot_webchat.streams import Streams
from tests.adapters.webchat_support import Store, Visitor, listening, mounted, served, webchat

PATIENCE = 10.0


class Site:
    """A chat on loopback."""

    def __init__(
        self, store: Store, chat: WebchatPlatform, streams: Streams, client: httpx.AsyncClient
    ) -> None:
        self.store = store
        self.chat = chat
        self.streams = streams
        self.client = client

    async def answer(self, visitor: Visitor, text: str = "Hello!") -> None:
        """Say something to a visitor, as the outbox does."""
        dispatch = Dispatch(text[:25], Address("webchat", "main", visitor.id), OutboundKind.ANSWER, text)
        self.store.claim(dispatch)
        await self.chat.send(dispatch)

    async def left(self, count: int = 0) -> None:
        """Wait until so many streams are open."""
        async with asyncio.timeout(PATIENCE):
            while self.streams.count() != count:  # noqa: ASYNC110 - nobody tells a test
                await asyncio.sleep(0.01)


@asynccontextmanager
async def site(**options: float) -> AsyncIterator[Site]:
    """Open a chat on loopback with streams of these options."""
    store = Store()
    streams = Streams(
        each=int(options.get("each", 3)),
        most=int(options.get("most", 100)),
        heartbeat=options.get("heartbeat", 15.0),
    )
    chat = webchat(store, streams=streams)
    async with (
        served(mounted(chat)) as address,
        listening(chat, store),
        httpx.AsyncClient(base_url=f"{address}/chat/", timeout=PATIENCE) as client,
    ):
        try:
            yield Site(store, chat, streams, client)
        finally:
            await chat.close()


@asynccontextmanager
async def following(visitor: Visitor) -> AsyncIterator[AsyncIterator[str]]:
    """Open a stream; gives its lines that say something."""

    async def words(answer: httpx.Response) -> AsyncIterator[str]:
        async for line in answer.aiter_lines():
            if line and line != "data:":
                yield line

    async with visitor.client.stream("GET", "stream", headers=visitor.headers) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert answer.headers["cache-control"] == "no-store"
        yield words(answer)


async def test_a_page_is_told_at_once_and_at_each_change() -> None:
    """The first word closes the gap between loading and following; the next come with each message."""
    async with site() as there:
        ada = await Visitor(there.client).arrive()
        async with following(ada) as words:
            assert await anext(words) == "event: changed"
            await there.answer(ada)
            assert await anext(words) == "event: changed"
            assert [bubble["text"] for bubble in await ada.sees()] == ["Hello!"]
            await ada.write("thanks")
            assert await anext(words) == "event: changed"
        await there.left()


async def test_nobody_is_told_of_another_conversation() -> None:
    """A word reaches the visitor's own pages alone."""
    async with site(heartbeat=0.1) as there:
        ada, bob = await Visitor(there.client).arrive(), await Visitor(there.client).arrive()
        async with following(ada) as words:
            await anext(words)
            await there.answer(bob)
            assert await anext(words) == ": here"


async def test_a_silent_line_shows_that_it_stands() -> None:
    """Every so often a page hears something, so that it knows of a broken line."""
    async with site(heartbeat=0.05) as there, following(await Visitor(there.client).arrive()) as words:
        assert [await anext(words) for _ in range(3)] == ["event: changed", ": here", ": here"]


async def test_the_oldest_page_of_too_many_is_told_that_it_is_over() -> None:
    """It hears why, so that pages do not push each other out for ever."""
    async with site(each=2) as there:
        ada = await Visitor(there.client).arrive()
        async with following(ada) as first, following(ada) as second, following(ada) as third:
            assert [word async for word in first] == ["event: changed", "event: elsewhere"]
            for words in (second, third):
                assert await anext(words) == "event: changed"
            await there.answer(ada)
            for words in (second, third):
                assert await anext(words) == "event: changed"


async def test_all_visitors_together_have_room_for_so_many() -> None:
    """One more than that is refused in a sentence, and looks now and then instead."""
    async with site(most=1) as there:
        ada, bob = await Visitor(there.client).arrive(), await Visitor(there.client).arrive()
        async with following(ada):
            answer = await there.client.get("stream", headers=bob.headers)
            assert (answer.status_code, answer.headers["retry-after"]) == (503, "30")
        await there.left()
        async with following(bob) as words:
            assert await anext(words) == "event: changed"


async def test_closing_ends_every_stream_and_every_send() -> None:
    """What waits ends in good time; afterwards nothing is sent and no stream is opened."""
    async with site() as there:
        ada = await Visitor(there.client).arrive()
        async with following(ada) as words:
            await anext(words)
            await there.chat.close()
            async with asyncio.timeout(PATIENCE):
                assert [word async for word in words] == []
        await there.left()
        with pytest.raises(DeliveryError) as told:
            await there.answer(ada)
        assert not told.value.permanent
        assert (await there.client.get("stream", headers=ada.headers)).status_code == 503


async def test_a_reader_who_takes_nothing_holds_nobody_up() -> None:
    """A send returns at once, however many words a page has not read."""
    async with site() as there:
        ada = await Visitor(there.client).arrive()
        async with following(ada):
            async with asyncio.timeout(PATIENCE):
                for number in range(5_000):
                    await there.answer(ada, f"{number}")
            assert len(await ada.sees()) == 200
        await there.left()


async def test_a_visitor_with_no_open_page_finds_the_answer_later() -> None:
    """What is said stands in the conversation, whether somebody looks or not."""
    async with site() as there:
        ada = await Visitor(there.client).arrive()
        await there.answer(ada)
        assert [bubble["text"] for bubble in await ada.sees()] == ["Hello!"]


async def test_words_that_were_not_read_become_one() -> None:
    """What waits for a slow reader never grows."""
    streams = Streams()
    stream = streams.open("ada")
    for _ in range(1_000):
        streams.wake("ada")
    streams.close()
    assert [word async for word in stream.words()] == [b""]
    with pytest.raises(RefusedError):
        streams.open("ada")
    streams.leave("ada", stream)
    streams.leave("ada", stream)
    assert streams.count() == 0
