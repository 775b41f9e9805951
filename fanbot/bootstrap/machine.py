"""Everything between the adapters and the store, put together."""

import gc
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fanbot.bootstrap.rooms import clock, opened_store, workshop
from fanbot.ports.platform import Capabilities, Platform

if TYPE_CHECKING:
    from fanbot.bus.embedded import EmbeddedBus
    from fanbot.services.engine import Engine
    from fanbot.services.outbox import Outbox
    from fanbot.services.workshop import Workshop
    from fanbot.storage import SqlStore
    from fanbot.workspace.folder import FolderWorkspace

_YOUNG = 10_000
"""New objects after which the garbage collector looks: a batch in flight must not look like garbage."""
_SWITCH_INTERVAL = 0.001
"""Seconds; short, so that the writing thread gives the interpreter back to the engine quickly."""


@dataclass(frozen=True, slots=True)
class Machine:
    """Everything between the adapters and the store, built and not yet running."""

    store: "SqlStore"
    workshop: "Workshop"
    bus: "EmbeddedBus"
    engine: "Engine"
    outbox: "Outbox"


@asynccontextmanager
async def assembled(
    workspace: "FolderWorkspace",
    platforms: Mapping[str, Platform],
    capabilities: Mapping[str, Capabilities],
) -> AsyncIterator[Machine]:
    """Build the machine around these platforms over the workspace's store."""
    async with opened_store(workspace) as store:
        yield await machine(workspace, store, platforms, capabilities)


async def machine(
    workspace: "FolderWorkspace",
    store: "SqlStore",
    platforms: Mapping[str, Platform],
    capabilities: Mapping[str, Capabilities],
) -> Machine:
    """Build the machine over an open store; the templates are learned when this returns."""
    from fanbot.bus.embedded import EmbeddedBus
    from fanbot.services.engine import Engine
    from fanbot.services.outbox import Outbox

    learned = workshop(workspace, capabilities)
    time = clock()
    await learned.open()
    bus = EmbeddedBus(inbox=store.inbox, clock=time)
    outbox = Outbox(store=store.outbox, platforms=platforms, capabilities=capabilities, clock=time)
    engine = Engine(
        bus=bus,
        journal=store.journal,
        understanding=learned.understanding,
        judge=lambda: learned.judge,
        deliver=outbox.deliver,
        clock=time,
    )
    _settle_the_interpreter()
    return Machine(store, learned, bus, engine, outbox)


def _settle_the_interpreter() -> None:
    """Let the garbage collector pass over what was loaded to start: a look at all of it takes 60 ms."""
    sys.setswitchinterval(_SWITCH_INTERVAL)
    gc.freeze()
    gc.set_threshold(_YOUNG, 20, 50)
    gc.enable()
