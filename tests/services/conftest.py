"""The whole machine between a platform that is only remembered and a real store, moved by hand."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from fanbot.bootstrap import Machine
from fanbot.bus.embedded import EmbeddedBus
from fanbot.domain.decisions import Reading
from fanbot.domain.handoffs import Lane
from fanbot.domain.messages import Inbound
from fanbot.domain.settings import SignalSettings
from fanbot.ports.clock import Clock
from fanbot.ports.platform import Capabilities, Platform, Resend
from fanbot.ports.store import Store
from fanbot.ports.understanding import Understanding
from fanbot.ports.workspace import Snapshot, Workspace
from fanbot.rendering.renderer import Renderer
from fanbot.rendering.texts import Texts, built_in_texts
from fanbot.services.desk import Desk
from fanbot.services.engine import Engine
from fanbot.services.outbox import Outbox
from fanbot.services.phrasebook import Phrasebook
from fanbot.services.suggesting import Suggesting
from fanbot.services.supervisor import Supervisor
from fanbot.services.workshop import Workshop
from fanbot.storage import SqlStore, open_store
from fanbot.testing.clock import ManualClock
from fanbot.testing.platform import MemoryPlatform
from fanbot.testing.troubles import TroubledStore, Troubles
from fanbot.testing.understanding import ScriptedUnderstanding, routine, says, thanks, torn
from fanbot.testing.workspace import FixedWorkspace, snapshot_of, template

Hear = Callable[..., Awaitable[None]]
Assemble = Callable[..., Machine]
Start = Callable[..., Supervisor]

SCRIPT: Mapping[str, Reading] = {
    "when will my hoodie come": routine("shipping"),
    "cuándo llega mi sudadera": routine("shipping", language="es"),
    "do you have large": routine("sizes"),
    "where are tickets": routine("tickets"),
    "the one that cannot be said": routine("broken"),
    "large tickets": torn("sizes", "tickets"),
    "my dog died": says(Lane.PERSONAL),
    "mi perro ha muerto": says(Lane.PERSONAL, language="es"),
    "a person please": says(Lane.HUMAN),
    "my hoodie came torn": replace(says(Lane.ORDER), matches=routine("shipping").matches),
    "hoodie for my sick gran": replace(says(Lane.PERSONAL), matches=routine("shipping").matches),
    "no tickets, no help": replace(says(Lane.COMPLAINT), matches=routine("tickets").matches),
    "what was broken": replace(says(Lane.ORDER), matches=routine("broken").matches),
    "my parcel came broken": says(Lane.ORDER),
    "i do not want to live": says(Lane.CRISIS),
    "i will find you": says(Lane.THREAT),
    "thank you": thanks(),
    "buy followers": Reading(spam="it sells followers"),
}
TEMPLATES = (
    template("shipping", es="Sobre el envío. [signal:shipping]"),
    template("sizes"),
    template("tickets", promo="There is a new shirt."),
    template("broken", "{{ facts.nobody.wrote.this }}"),
)
SAME_KEY = Capabilities(Resend.SAME_KEY)
NEVER = Capabilities(Resend.NEVER)


def words(snapshot: Snapshot, *, clock: Clock) -> Renderer:
    """Make the words of a workspace."""
    language = snapshot.settings.language
    return Renderer(
        facts=snapshot.facts,
        events=snapshot.events,
        texts=Texts(built_in_texts(), own=snapshot.texts, language=language),
        help_lines=snapshot.help_lines,
        language=language,
        timezone=snapshot.settings.timezone,
        clock=clock,
    )


@pytest.fixture
def clock() -> ManualClock:
    """Make the clock of the test."""
    return ManualClock()


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make an empty store once, to be copied."""
    file = tmp_path_factory.mktemp("migrated") / "fanbot.db"

    async def make() -> None:
        clock = ManualClock()
        await (await open_store(f"sqlite:///{file}", settings=SignalSettings(), now=clock.now)).close()

    asyncio.run(make())
    return file


@pytest.fixture
def store_url(tmp_path: Path, migrated: Path) -> str:
    """Make an empty store in a file."""
    return f"sqlite:///{shutil.copy(migrated, tmp_path / 'fanbot.db')}"


@pytest.fixture
def troubles() -> Troubles:
    """Hold the store's troubles, none at first."""
    return Troubles()


@pytest.fixture
async def store(store_url: str, clock: ManualClock, troubles: Troubles) -> AsyncIterator[TroubledStore]:
    """Open the store of the test."""
    real = await open_store(store_url, settings=SignalSettings(), now=clock.now)
    yield TroubledStore(real, troubles)
    await real.close()


@pytest.fixture
def understanding() -> ScriptedUnderstanding:
    """Know what the fans of these tests write."""
    return ScriptedUnderstanding(SCRIPT)


@pytest.fixture
def workspace() -> FixedWorkspace:
    """Have an answer to some of it."""
    return FixedWorkspace(snapshot_of(TEMPLATES))


@pytest.fixture
def platform() -> MemoryPlatform:
    """Make the platform ``memory/main``, which tells a repeat by its key."""
    return MemoryPlatform()


@pytest.fixture
def forgetful() -> MemoryPlatform:
    """Make the platform ``memory/once``, where what may have arrived is never sent again."""
    return MemoryPlatform()


@pytest.fixture
def accounts(platform: MemoryPlatform, forgetful: MemoryPlatform) -> Mapping[str, MemoryPlatform]:
    """Name the accounts of the test."""
    return {"main": platform, "once": forgetful}


@pytest.fixture
def assemble() -> Assemble:
    """Put a machine together; every account can tell a repeat by its key, but for *once*."""

    def put_together(
        *,
        store: Store,
        accounts: Mapping[str, Platform],
        workspace: Workspace,
        understanding: Understanding,
        clock: Clock,
    ) -> Machine:
        platforms = {f"memory/{name}": platform for name, platform in accounts.items()}
        capabilities = {name: NEVER if name == "memory/once" else SAME_KEY for name in platforms}
        workshop = Workshop(
            workspace=workspace,
            understanding=understanding,
            words=partial(words, clock=clock),
            capabilities=capabilities,
            clock=clock,
        )
        bus = EmbeddedBus(inbox=store.inbox, clock=clock)
        outbox = Outbox(store=store.outbox, platforms=platforms, capabilities=capabilities, clock=clock)
        engine = Engine(
            bus=bus,
            journal=store.journal,
            understanding=understanding,
            judge=lambda: workshop.judge,
            deliver=outbox.deliver,
            clock=clock,
        )
        store.outbox.serve({name: able.resend for name, able in capabilities.items()})
        return Machine(store, workshop, bus, engine, outbox)

    return put_together


@pytest.fixture
def machine(
    assemble: Assemble,
    store: TroubledStore,
    accounts: Mapping[str, MemoryPlatform],
    workspace: FixedWorkspace,
    understanding: ScriptedUnderstanding,
    clock: ManualClock,
) -> Machine:
    """Put the machine of the test together."""
    return assemble(
        store=store,
        accounts=accounts,
        workspace=workspace,
        understanding=understanding,
        clock=clock,
    )


@pytest.fixture
async def hear(machine: Machine) -> AsyncIterator[Hear]:
    """Bring what fans write, all of it together; go on once everything due was decided and sent."""
    engine = asyncio.create_task(machine.engine.run())

    async def everything(*events: Inbound) -> None:
        await machine.bus.publish(events)
        drained = asyncio.create_task(machine.bus.drained())
        await asyncio.wait({engine, drained}, return_when=asyncio.FIRST_COMPLETED)
        if engine.done():
            engine.result()
        await machine.outbox.drain()

    yield everything
    engine.cancel()
    await asyncio.gather(engine, return_exceptions=True)


@pytest.fixture
def start(
    assemble: Assemble,
    store: TroubledStore,
    workspace: FixedWorkspace,
    understanding: ScriptedUnderstanding,
    clock: ManualClock,
) -> Start:
    """Make a fanbot on the store of the test, not yet running; input ends, but for ``endless`` accounts."""

    async def nothing_to_do() -> None:
        await asyncio.Event().wait()

    def new(
        *,
        endless: tuple[str, ...] = (),
        chores: Callable[[], Awaitable[None]] = nothing_to_do,
        on: Store | None = None,
        **accounts: Platform,
    ) -> Supervisor:
        machine = assemble(
            store=on or store,
            accounts=accounts,
            workspace=workspace,
            understanding=understanding,
            clock=clock,
        )
        platforms = {f"memory/{name}": platform for name, platform in accounts.items()}
        return Supervisor(
            store=on or store,
            bus=machine.bus,
            engine=machine.engine,
            outbox=machine.outbox,
            platforms=platforms,
            capabilities={name: NEVER if name == "memory/once" else SAME_KEY for name in platforms},
            finite=frozenset(f"memory/{name}" for name in accounts if name not in endless),
            clock=clock,
            holder="a test",
            chores=chores,
        )

    return new


@pytest.fixture
def desk_on(workspace: FixedWorkspace) -> Callable[[Store, Clock], Desk]:
    """Open the queue of a store."""
    snapshot = workspace.snapshot

    def new(store: Store, clock: Clock) -> Desk:
        said = words(snapshot, clock=clock)
        return Desk(
            store=store.desk,
            phrasebook=Phrasebook(said, snapshot.team.creator),
            team=snapshot.team,
            clock=clock,
            capabilities={"memory/main": SAME_KEY, "memory/once": NEVER},
            suggesting=Suggesting(said, snapshot.templates, snapshot.settings.timezone, clock),
        )

    return new


@pytest.fixture
def desk(desk_on: Callable[[Store, Clock], Desk], store: TroubledStore, clock: ManualClock) -> Desk:
    """Open the queue of the test."""
    return desk_on(store, clock)


@pytest.fixture
def reopen(store_url: str, clock: ManualClock) -> Callable[[], Awaitable[SqlStore]]:
    """Open the store of the test once more, as another process would."""
    return lambda: open_store(store_url, settings=SignalSettings(), now=clock.now)
