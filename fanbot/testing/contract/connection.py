"""An adapter connected to a fake platform, as every part of its contract needs it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from importlib import import_module

import pytest

from fanbot.domain.messages import OutboundKind
from fanbot.ports.platform import AdapterSpec, Dispatch
from fanbot.testing.far_end import FarEnd, Saying
from fanbot.testing.intake import ListIntake

PATIENCE = 10.0
"""Seconds after which something that must happen counts as not happening."""
A_MOMENT = 0.05
"""Seconds in which something that must not happen would have happened."""

HOSTILE = (
    "@everyone @here <@3001> <@&1> <#2001> [click](https://example.org) **bold** `code` ~~gone~~",
    "<script>alert(1)</script> &lt;b&gt; &amp; <b>bold</b> <a href='https://example.org'>click</a>",
    "{{ 7 * 7 }} {% for x in y %} ${HOME} $(id) `id` '; DROP TABLE fans; -- ../../etc/passwd %s %n",
    "turned \u202e around \u2066 and \u2069 back, \u200b unseen \u2028 broken \x1b[2J \x07 cleared",
    "two\nlines and\ttabs \U0001f469\u200d\U0001f680 e\u0301 \ufdfa",
)
"""Texts that mean something to somebody's parser and must mean nothing to ours (G8)."""


@pytest.mark.asyncio
class Connection:
    """What an adapter's own test class says of it; see AdapterContract."""

    entry_point: str
    """Where the spec stands, as in the entry point: ``module:name``."""
    confirms = True
    """The platform is told that an event was taken, and would deliver it again otherwise."""
    hears_bots = True
    """Bots can write on the platform."""

    def connect(self) -> AbstractAsyncContextManager[FarEnd]:
        """Start a fake platform with the adapter connected; end both at exit."""
        raise NotImplementedError

    def spec(self) -> AdapterSpec:
        """Load the spec."""
        module, _, name = self.entry_point.partition(":")
        spec = getattr(import_module(module), name)
        assert isinstance(spec, AdapterSpec)
        return spec


@asynccontextmanager
async def listening(far_end: FarEnd, intake: ListIntake | None = None) -> AsyncIterator[ListIntake]:
    """Listen in the background; what is awaited meanwhile must come within ``PATIENCE``."""
    intake = intake or ListIntake()
    listener = asyncio.create_task(far_end.platform.listen(intake))
    try:
        async with asyncio.timeout(PATIENCE):
            yield intake
    except TimeoutError as late:
        if listener.done() and not listener.cancelled() and (reason := listener.exception()):
            raise reason from late
        raise
    finally:
        intake.release()
        listener.cancel()
        await asyncio.wait([listener])


@asynccontextmanager
async def greeted(far_end: FarEnd) -> AsyncIterator[Dispatch]:
    """Let a fan write first, and yield an answer to them."""
    async with listening(far_end) as intake:
        await far_end.say(Saying("101", "hello"))
        [event] = await intake.stored(1)
        yield Dispatch("k1", event.address, OutboundKind.ANSWER, "Hello!", in_reply_to=event.message)
