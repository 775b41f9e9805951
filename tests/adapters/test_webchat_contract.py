"""The web chat keeps the contract of every adapter, over a listener on loopback.

Its visitors and messages have long ids of their own; here each stands for one of the contract's numbers.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from uuid import UUID, uuid5

import httpx

from fanbot.domain.messages import Inbound
from fanbot.ports.platform import Dispatch, Intake
from fanbot.testing.contract import AdapterContract
from fanbot.testing.far_end import Heard, Saying
from fanbot_webchat.platform import WebchatPlatform
from tests.adapters.webchat_support import Store, Visitor, mounted, served, webchat

MESSAGES = UUID(int=7)


class Numbered:
    """The chat with the contract's numbers for its ids; what is claimed stands in the store first."""

    def __init__(self, chat: WebchatPlatform, store: Store) -> None:
        self.visitors: dict[str, tuple[str, str]] = {}
        self.messages: dict[str, str] = {}
        self._chat = chat
        self._store = store

    async def listen(self, intake: Intake) -> None:
        async def named(events: Sequence[Inbound], /) -> Sequence[bool]:
            return await intake([self._named(event) for event in events])

        await self._chat.listen(named)

    async def send(self, dispatch: Dispatch) -> None:
        visitor = next(
            id_ for id_, (channel, _) in self.visitors.items() if channel == dispatch.address.channel
        )
        theirs = replace(dispatch, address=replace(dispatch.address, channel=visitor))
        self._store.claim(theirs)
        await self._chat.send(theirs)

    async def close(self) -> None:
        await self._chat.close()

    def _named(self, event: Inbound) -> Inbound:
        channel, author = self.visitors[event.author.id]
        message = self.messages[event.message]
        return replace(
            event,
            event=replace(event.event, channel=channel, message=message),
            message=message,
            address=replace(event.address, channel=channel),
            author=replace(event.author, id=author),
        )


class PageEnd:
    """Visitors whose pages send one message after the other, and again until it is saved."""

    def __init__(self, client: httpx.AsyncClient, store: Store, chat: WebchatPlatform) -> None:
        self.platform = Numbered(chat, store)
        self._client = client
        self._visitors: dict[str, Visitor] = {}
        self._unsent: asyncio.Queue[tuple[Visitor, Saying]] = asyncio.Queue()
        self._confirmed: list[str] = []
        self._changed = asyncio.Event()

    async def say(self, *sayings: Saying) -> None:
        for saying in sayings:
            if saying.channel not in self._visitors:
                visitor = await Visitor(self._client).arrive()
                self._visitors[saying.channel] = visitor
                self.platform.visitors[visitor.id] = (saying.channel, saying.author)
            self.platform.messages[str(uuid5(MESSAGES, saying.id))] = saying.id
            self._unsent.put_nowait((self._visitors[saying.channel], saying))

    async def redeliver(self, saying: Saying) -> None:
        await self.say(saying)

    async def heard(self, count: int) -> Sequence[Heard]:
        while True:
            heard = [
                Heard(bubble["text"], channel, bubble["in_reply_to"], bubble["key"])
                for channel, visitor in self._visitors.items()
                for bubble in await visitor.sees()
                if bubble["voice"] == "assistant"
            ]
            if len(heard) >= count:
                return heard
            await asyncio.sleep(0.01)

    async def confirmed(self, count: int) -> Sequence[str]:
        while len(self._confirmed) < count:
            self._changed.clear()
            await self._changed.wait()
        return self._confirmed

    async def cut(self) -> None:
        await self.platform.close()

    async def sending(self) -> None:
        """Send what was said, each until the chat says that it is saved."""
        while True:
            visitor, saying = await self._unsent.get()
            name = str(uuid5(MESSAGES, saying.id))
            answer = await visitor.write(saying.text, id=name, name=saying.name)
            while answer.status_code != 200:
                await asyncio.sleep(0.01)
                answer = await visitor.write(saying.text, id=name, name=saying.name)
            self._confirmed.append(saying.id)
            self._changed.set()


class TestWebchat(AdapterContract):
    """The web chat as a platform."""

    entry_point = "fanbot_webchat:spec"
    hears_bots = False

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[PageEnd]:
        """Serve the chat, and let visitors come."""
        store = Store()
        chat = webchat(store)
        async with AsyncExitStack() as stack:
            address = await stack.enter_async_context(served(mounted(chat)))
            client = await stack.enter_async_context(httpx.AsyncClient(base_url=f"{address}/chat/"))
            pages = PageEnd(client, store, chat)
            sending = asyncio.create_task(pages.sending())
            try:
                yield pages
            finally:
                sending.cancel()
                await asyncio.wait([sending])
                await chat.close()
