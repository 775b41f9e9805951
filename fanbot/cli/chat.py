"""``fanbot try``: talk to a workspace in the terminal as a fan, and answer as the artist."""

import shlex
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fanbot.cli import workspace
from fanbot.cli.awaiting import wait_for
from fanbot.cli.plain import whole
from fanbot.cli.saying import say
from fanbot.errors import FanbotError

if TYPE_CHECKING:
    from fanbot.cli.engine_process import EngineProcess, Said

Name = Annotated[str, typer.Option("--name", metavar="NAME", help="The name of the fan that you play.")]

Web = Annotated[bool, typer.Option("--web", help="In the browser, with the artist's queue beside the chat.")]
DemoPort = Annotated[
    int,
    typer.Option("--port", metavar="PORT", min=0, max=65535, envvar="FANBOT_PORT", help="Where, with --web."),
]

_REPLY_WITHIN = 3.0
"""Seconds to wait for an answer before the next line may be typed."""
_PROMPT = "\nyou: "
_LONGEST_LINE = 64 * 1024
_GREETING = """You are a fan now: type what a fan might write, and press Enter. For example:

  when do you play in Berlin?
  where is my order, it says delivered
  your last song got me through a hard winter

/queue lists what waits for a person, /reply 1 your words answers it. Ctrl-D ends the talk."""


def talk(
    name: Name = "Robin", web: Web = False, port: DemoPort = 8080, folder: workspace.Folder = None
) -> None:
    """Talk to your workspace: you write as a fan, it answers as it would anywhere."""
    place = folder or Path()
    if web:
        from fanbot.cli.demo import show

        wait_for(show(place, port=port))
        return
    workspace.opened(place)
    wait_for(_Conversation(place, fan=whole(name)).hold())


class _Conversation:
    """One fan at one terminal, with a running fanbot behind it."""

    def __init__(self, folder: Path, *, fan: str) -> None:
        self._folder = folder
        self._fan = fan
        self._asks = sys.stdin.isatty()
        self._told_of_queue = False
        self._listed: list[int] = []

    async def hold(self) -> None:
        """Talk until the input ends; raises FanbotError when fanbot cannot run."""
        import asyncio

        from fanbot.cli.engine_process import started

        say(_GREETING)
        session = f"{time.time_ns() // 1_000_000:x}"
        async with started(self._folder, session=session, fan=self._fan) as engine:
            typing = asyncio.create_task(self._heed_lines(engine))
            listening = asyncio.create_task(self._listen(engine))
            await asyncio.wait([typing, listening], return_when=asyncio.FIRST_COMPLETED)
            if typing.done():
                typing.result()
                await engine.finish()
                await listening
            else:
                typing.cancel()
                listening.result()
                raise FanbotError("fanbot has stopped. What you wrote before is kept.")

    async def _listen(self, engine: "EngineProcess") -> None:
        async for said in engine.replies():
            self._show(said)

    async def _heed_lines(self, engine: "EngineProcess") -> None:
        from fanbot.cli.lines import batches

        self._prompt()
        async for batch in batches(sys.stdin.fileno(), longest=_LONGEST_LINE):
            for _, typed in batch:
                if line := typed.decode("utf-8", "replace").strip():
                    if not self._asks:
                        say(f"\nyou: {line}")
                    await self._heed(line, engine)
            self._prompt()

    async def _heed(self, line: str, engine: "EngineProcess") -> None:
        import asyncio

        word, _, rest = line.partition(" ")
        answer = engine.next_said()
        try:
            if word == "/queue":
                await self._list_queue()
                return
            if word == "/reply":
                await self._reply(rest)
            else:
                await engine.tell(line)
            async with asyncio.timeout(_REPLY_WITHIN):
                await answer.wait()
        except TimeoutError:
            say("(No automatic answer this time. /queue shows what waits for a person.)")
        except FanbotError as error:
            say(f"({error})")

    def _show(self, said: "Said") -> None:
        if said.elsewhere:
            say(f"\n(to another conversation) {said.text}")
            return
        say(f"\n{'answer by a person' if said.kind == 'human' else 'assistant'}: {said.text}")
        if said.kind == "acknowledgement" and not self._told_of_queue:
            self._told_of_queue = True
            place = shlex.quote(str(self._folder))
            say(
                "(This waits for a person now. /queue lists what waits, /reply 1 your words answers it.\n"
                f" From a second terminal: fanbot queue list --workspace {place})"
            )

    async def _list_queue(self) -> None:
        from fanbot import bootstrap
        from fanbot.cli.queue_view import listed

        async with bootstrap.opened_desk(workspace.opened(self._folder)) as desk:
            entries = await desk.waiting(limit=20)
            now = desk.clock.now()
            self._listed = [entry.handoff.id for entry in entries]
            for number, entry in enumerate(entries, start=1):
                say(listed(entry, short=f"{number}.", due=desk.due(entry.handoff), now=now))
        if not entries:
            say("Nothing waits for a person.")

    async def _reply(self, words: str) -> None:
        from fanbot import bootstrap
        from fanbot.cli.acting import acting

        number, _, text = words.partition(" ")
        if not (number.isdecimal() and 1 <= int(number) <= len(self._listed) and text.strip()):
            raise FanbotError("Say /queue first, and then for example: /reply 1 Thank you for writing to me.")
        async with bootstrap.opened_desk(workspace.opened(self._folder)) as desk:
            await desk.reply(self._listed[int(number) - 1], text, who=acting("", desk.team))

    def _prompt(self) -> None:
        if self._asks:
            typer.echo(_PROMPT, nl=False)
