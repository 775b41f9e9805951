"""The import contracts hold, and each of them notices what it was written for."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[2]
pytestmark = pytest.mark.skipif(
    not (HOUSE / ".importlinter").exists(), reason="the import contracts are kept in the checkout"
)


@dataclass(frozen=True, slots=True)
class Plant:
    """An import that some contract must refuse: ``line`` at the end of ``file``, shown as ``told``."""

    contract: str
    file: str
    line: str
    told: str


FLOORS = "Every room of fanbot stands on a floor and imports point down"
PURE = "Domain, policy and ports touch nothing outside and wait for nothing"
SERVICES = "Services reach the world through ports"
ADAPTERS = "Adapters know the domain, the ports and the errors alone"
SQL = "SQL is spoken in storage alone"
REQUESTS = "Requests are made by aiohttp, in Discord's adapter and one room of Telegram's"

PLANTS = (
    Plant(FLOORS, "fanbot/attic/__init__.py", '"""A room on no floor."""', "fanbot.attic"),
    Plant(
        FLOORS,
        "fanbot/domain/facts.py",
        "import fanbot.policy.hush",
        "fanbot.domain.facts -> fanbot.policy.hush",
    ),
    Plant(
        FLOORS,
        "fanbot/services/standing.py",
        "import fanbot.storage.keys",
        "fanbot.services.standing -> fanbot.storage.keys",
    ),
    Plant(
        FLOORS,
        "fanbot/storage/cap.py",
        "import fanbot.rendering.promo",
        "fanbot.storage.cap -> fanbot.rendering.promo",
    ),
    Plant(
        FLOORS, "fanbot/bus/embedded.py", "import fanbot.bootstrap", "fanbot.bus.embedded -> fanbot.bootstrap"
    ),
    Plant(
        "No two siblings anywhere import one another in a circle",
        "fanbot/policy/case.py",
        "import fanbot.policy.triage",
        ".case -> .triage",
    ),
    Plant(
        ADAPTERS,
        "adapters/fanbot_stdio/writing.py",
        "import fanbot.services.desk",
        "fanbot_stdio.writing -> fanbot.services.desk",
    ),
    Plant(
        ADAPTERS,
        "adapters/fanbot_stdio/reading.py",
        "import fanbot.policy.splitting",
        "fanbot_stdio.reading -> fanbot.policy.splitting",
    ),
    Plant(
        "The core finds adapters by their entry point and never imports one",
        "fanbot/plugins/registry.py",
        "import fanbot_stdio",
        "fanbot.plugins.registry -> fanbot_stdio",
    ),
    Plant(
        "Inside the stdio adapter, translating knows nothing of pipes",
        "adapters/fanbot_stdio/translate.py",
        "import fanbot_stdio.writing",
        "fanbot_stdio.translate -> fanbot_stdio.writing",
    ),
    Plant(
        "Translating a line touches nothing outside",
        "adapters/fanbot_stdio/translate.py",
        "import os",
        "fanbot_stdio.translate -> os",
    ),
    Plant(
        "The product never imports its own fakes",
        "fanbot/services/desk.py",
        "import fanbot.testing.clock",
        "fanbot.services.desk -> fanbot.testing.clock",
    ),
    Plant(
        "The fakes stand on the domain, the ports and the errors",
        "fanbot/testing/ids.py",
        "import fanbot.storage.keys",
        "fanbot.testing.ids -> fanbot.storage.keys",
    ),
    Plant(PURE, "fanbot/policy/hush.py", "import asyncio", "fanbot.policy.hush -> asyncio"),
    Plant(PURE, "fanbot/domain/people.py", "import time", "fanbot.domain.people -> time"),
    Plant(PURE, "fanbot/ports/clock.py", "import socket", "fanbot.ports.clock -> socket"),
    Plant(SERVICES, "fanbot/services/oracle.py", "import random", "fanbot.services.oracle -> random"),
    Plant(SERVICES, "fanbot/services/workshop.py", "import pathlib", "fanbot.services.workshop -> pathlib"),
    Plant(
        "Who may see a platform: the outbox speaks, the supervisor listens",
        "fanbot/services/engine.py",
        "import fanbot.ports.platform",
        "fanbot.services.engine -> fanbot.ports.platform",
    ),
    Plant(
        "Who may see a room of the team: its keeper shows, its door hears",
        "fanbot/services/outbox.py",
        "import fanbot.ports.staff",
        "fanbot.services.outbox -> fanbot.ports.staff",
    ),
    Plant(
        "Composing what the team reads touches nothing outside and waits for nothing",
        "fanbot/services/staff/lines.py",
        "import time",
        "fanbot.services.staff.lines -> time",
    ),
    Plant(
        SQL,
        "fanbot/bootstrap/rooms.py",
        "import sqlalchemy",
        "fanbot.bootstrap.rooms -> sqlalchemy",
    ),
    Plant(SQL, "fanbot/workspace/bundle.py", "import sqlite3", "fanbot.workspace.bundle -> sqlite3"),
    Plant(
        "Fans' answers are rendered in one room",
        "fanbot/console/room.py",
        "import markdown_it",
        "fanbot.console.room -> markdown_it",
    ),
    Plant(
        "Jinja makes fans' answers in one room and the team's pages in another",
        "fanbot/workspace/texts.py",
        "import jinja2",
        "fanbot.workspace.texts -> jinja2",
    ),
    Plant(
        "Nobody imports the web chat but itself",
        "fanbot/serving/demo.py",
        "import fanbot_webchat",
        "fanbot.serving.demo -> fanbot_webchat",
    ),
    Plant(
        "Nobody imports the Discord adapter but itself",
        "fanbot/serving/listener.py",
        "import fanbot_discord",
        "fanbot.serving.listener -> fanbot_discord",
    ),
    Plant(
        "HTTP is spoken where it is served: the listeners, the team's page, the web chat",
        "fanbot/services/responder.py",
        "import starlette",
        "fanbot.services.responder -> starlette",
    ),
    Plant(
        "The scheduler stands in one room",
        "fanbot/services/phrasebook.py",
        "import apscheduler",
        "fanbot.services.phrasebook -> apscheduler",
    ),
    Plant(
        "Numbers are crunched in one room",
        "fanbot/storage/bulk.py",
        "import numpy",
        "fanbot.storage.bulk -> numpy",
    ),
    Plant(
        "A creator's files are read in one room",
        "fanbot/rendering/facts.py",
        "import ruamel.yaml",
        "fanbot.rendering.facts -> ruamel",
    ),
    Plant(
        "The terminal is spoken to in one room",
        "fanbot/bootstrap/running.py",
        "import typer",
        "fanbot.bootstrap.running -> typer",
    ),
    Plant(
        "Discord is spoken in its adapter alone",
        "adapters/fanbot_webchat/rates.py",
        "import discord",
        "fanbot_webchat.rates -> discord",
    ),
    Plant(REQUESTS, "adapters/fanbot_telegram/api.py", "import aiohttp", "fanbot_telegram.api -> aiohttp"),
    Plant(
        "Adapters bring no second client for requests",
        "adapters/fanbot_telegram/polling.py",
        "import httpx",
        "fanbot_telegram.polling -> httpx",
    ),
    Plant(
        "Translating a payload of Discord touches nothing outside",
        "adapters/fanbot_discord/snowflakes.py",
        "import time",
        "fanbot_discord.snowflakes -> time",
    ),
    Plant(
        "Telegram is spoken in its adapter alone",
        "adapters/fanbot_webchat/rates.py",
        "import telegram",
        "fanbot_webchat.rates -> telegram",
    ),
    Plant(
        "Translating what Telegram says touches nothing outside",
        "adapters/fanbot_telegram/speech.py",
        "import time",
        "fanbot_telegram.speech -> time",
    ),
    Plant(
        "Nobody imports the Telegram adapter but itself",
        "fanbot/serving/mounts.py",
        "import fanbot_telegram",
        "fanbot.serving.mounts -> fanbot_telegram",
    ),
    Plant(
        "No platform's SDK stands in the core",
        "fanbot/services/examination.py",
        "import discord",
        "fanbot.services.examination -> discord",
    ),
)


def lint(house: Path) -> tuple[int, str]:
    """Run the contracts of a tree over that very tree."""
    path = os.pathsep.join((str(house), str(house / "adapters")))
    run = subprocess.run(
        [
            sys.executable,
            "-c",
            "from importlinter.cli import lint_imports_command as run; run()",
            "--no-cache",
        ],
        cwd=house,
        env={**os.environ, "PYTHONPATH": path, "NO_COLOR": "1", "COLUMNS": "400"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return run.returncode, run.stdout + run.stderr


def by_contract(output: str) -> Mapping[str, str]:
    """Part the report into what is said of each broken contract."""
    _, _, broken = output.partition("Broken contracts\n")
    parts = re.split(r"^(\S.*)\n-{5,}\n", broken, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=False))


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    """Plant everything into one copy of the tree, and return what each broken contract says."""
    copy = tmp_path_factory.mktemp("house")
    for room in ("fanbot", "adapters"):
        shutil.copytree(HOUSE / room, copy / room, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(HOUSE / ".importlinter", copy)
    for plant in PLANTS:
        file = copy / plant.file
        file.parent.mkdir(exist_ok=True)
        with file.open("a", encoding="utf-8") as text:
            text.write(f"\n{plant.line}\n")
    code, output = lint(copy)
    assert code == 1, output
    return by_contract(output)


def test_every_contract_holds() -> None:
    """No module of fanbot or of its adapters imports what it should not know."""
    code, output = lint(HOUSE)
    assert code == 0, output


def test_every_contract_is_tried_here() -> None:
    """A contract that nothing was ever planted against may hold nothing at all."""
    names = re.findall(r"^name = (.+)$", (HOUSE / ".importlinter").read_text(encoding="utf-8"), re.MULTILINE)
    assert {plant.contract for plant in PLANTS} == set(names)


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.told)
def test_notices_an_import_that_should_not_be(plant: Plant, report: Mapping[str, str]) -> None:
    """A wrong import is named under the very contract that forbids it."""
    assert plant.told in report.get(plant.contract, f"kept; broken are only {sorted(report)}")
