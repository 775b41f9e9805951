"""`fanbot discord setup` and `fanbot telegram setup` as a person types them, at fake platforms."""

import asyncio
import json
import os
import pty
import select
import stat
import subprocess
from contextlib import suppress
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from fanbot.cli.app import app
from fanbot.testing.crowd import write_workspace
from fanbot.testing.discord import FakeDiscord
from fanbot.testing.discord.certificates import can_be_made
from fanbot.testing.discord.world import TOKEN as DISCORD_TOKEN
from fanbot.testing.pipes import PATIENCE, clean_environment, command
from fanbot.testing.telegram.server import TOKEN, fake_telegram

needs_openssl = pytest.mark.skipif(
    not can_be_made(), reason="no `openssl` command to make a certificate with"
)


def workspace(folder: Path, settings: str = "") -> Path:
    """Write a workspace with these settings beside the usual ones."""
    write_workspace(folder)
    with (folder / "config/fanbot.toml").open("a", encoding="utf-8") as file:
        file.write(settings)
    return folder


async def typed(folder: Path, *words: str, environment: dict[str, str] | None = None) -> Result:
    """Type a command whose input is no terminal, inside this process."""
    given = [*words, "--workspace", str(folder)]
    return await asyncio.to_thread(lambda: CliRunner().invoke(app, given, env=environment))


def at_a_terminal(folder: Path, *words: str, answer: str) -> tuple[int, str]:
    """Type a command at a terminal and answer its question; return exit code and all that was shown."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        command(folder, *words),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        cwd=folder,
        env=clean_environment({"TERM": "dumb"}),
        start_new_session=True,
    )
    os.close(theirs)
    shown = b""
    answered = False
    with suppress(OSError):  # how a terminal ends once nobody writes to it
        while select.select([ours], [], [], PATIENCE)[0] and (chunk := os.read(ours, 4096)):
            shown += chunk
            if not answered and shown.endswith(b"leave it): "):
                os.write(ours, answer.encode() + b"\n")
                answered = True
    os.close(ours)
    return process.wait(PATIENCE), shown.decode()


def started(folder: Path, environment: dict[str, str]) -> subprocess.Popen[bytes]:
    """Let fanbot run on Telegram alone."""
    return subprocess.Popen(
        command(folder, "run", "--only", "telegram"),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=folder,
        env=clean_environment(environment),
    )


def secrets_of(folder: Path) -> Path:
    return folder / "config/secrets.toml"


@pytest.mark.parametrize("adapter", ["discord", "telegram"])
async def test_without_a_token_says_where_to_get_one_and_where_to_put_it(
    tmp_path: Path, adapter: str
) -> None:
    """In a workspace that knows nothing of the platform yet; nothing is written."""
    folder = workspace(tmp_path)
    done = await typed(folder, adapter, "setup")
    told = done.stdout
    assert done.exit_code == 1
    assert "BotFather" in told or "discord.com/developers" in told
    assert f"[adapters.{adapter}]" in told
    assert f"FANBOT_ADAPTERS__{adapter.upper()}__TOKEN" in told
    assert not secrets_of(folder).exists()


async def test_telegram_is_set_up_and_told_in_words_and_as_json(tmp_path: Path) -> None:
    """The menu is set, what was found is one document for programs, and the exit code says if all is well."""
    async with fake_telegram() as fake:
        folder = workspace(tmp_path, f'[adapters.telegram]\nbase_url = "{fake.base_url}"\n')
        token = {"FANBOT_ADAPTERS__TELEGRAM__TOKEN": TOKEN}
        well = await typed(folder, "telegram", "setup", environment=token)
        assert well.exit_code == 0, well.stdout + well.stderr
        assert "the bot is @nova_bot" in well.stdout
        assert "All is well." in well.stdout
        assert set(fake.menus) == {"", "de", "es"}
        fake.webhook = {"url": "https://else.example.org/"}
        left = await typed(folder, "telegram", "setup", "--json", environment=token)
        assert left.exit_code == 1
        document = json.loads(left.stdout)
        assert document["ok"] is False
        assert [each["name"] for each in document["checks"] if not each["ok"]] == ["telegram webhook"]
        assert TOKEN not in well.stdout + well.stderr + left.stdout + left.stderr
        assert fake.faults == []


@pytest.mark.slow
async def test_the_webhook_that_setup_sets_is_the_one_that_a_running_fanbot_hears(tmp_path: Path) -> None:
    """Both make its secret of the same key of the store."""
    async with fake_telegram() as fake:
        hook = 'mode = "webhook"\nwebhook_url = "https://bot.example.org/telegram/"\n'
        folder = workspace(tmp_path, f'[adapters.telegram]\nbase_url = "{fake.base_url}"\n{hook}')
        token = {"FANBOT_ADAPTERS__TELEGRAM__TOKEN": TOKEN}
        assert (await typed(folder, "telegram", "setup", environment=token)).exit_code == 0
        once = dict(fake.webhook)
        fake.webhook = {}
        process = started(folder, token | {"FANBOT_WEB__PORT": "0"})
        try:
            async with asyncio.timeout(PATIENCE):
                while not fake.webhook:
                    await fake.updates.change()
        finally:
            process.terminate()
            await asyncio.to_thread(process.wait, PATIENCE)
        assert once["secret_token"]
        assert fake.webhook == once


@needs_openssl
async def test_discord_is_set_up_and_doctor_finds_the_same(tmp_path: Path) -> None:
    """The commands are registered; `fanbot doctor` looks at the same things and changes nothing."""
    async with FakeDiscord(tmp_path / "certificates") as fake:
        fake.world.server_channel("2100")
        fake.world.server_channel("2400", name="team")
        settings = (
            f'[adapters.discord]\naddress = "{fake.settings["address"]}"\n'
            f'ca_file = "{fake.settings["ca_file"]}"\n'
            'question_channels = ["2100"]\nstaff_channel = "2400"\n'
        )
        folder = workspace(tmp_path / "workspace", settings)
        token = {"FANBOT_ADAPTERS__DISCORD__TOKEN": DISCORD_TOKEN}
        done = await typed(folder, "discord", "setup", environment=token)
        told = done.stdout
        assert done.exit_code == 1
        assert [each["name"] for each in fake.world.commands] == ["help", "human", "privacy"]
        assert "permissions=309237713984" in told
        assert "!   discord/main staff channel: everybody on the server can read #team" in told
        assert "ok  discord/main channel 2100" in told
        assert "voice" not in told + done.stderr
        before = len(fake.world.requests)
        doctor = await typed(folder, "doctor", "--json", environment=token)
        assert {each.method for each in fake.world.requests[before:]} == {"GET"}
        checks = {each["name"]: each for each in json.loads(doctor.stdout)["checks"]}
        assert not checks["discord/main staff channel"]["ok"]
        assert checks["discord/main commands"]["found"] == "all are registered"
        assert DISCORD_TOKEN not in told + done.stderr + doctor.stdout


async def test_one_account_is_set_up_by_its_name(tmp_path: Path) -> None:
    """Without a name, each account is; an account that the settings do not have yet gets its own section."""
    async with fake_telegram() as fake:
        more = f'[adapters.telegram.accounts.berlin]\nbase_url = "{fake.base_url}"\ntoken = "{TOKEN}"\n'
        folder = workspace(tmp_path, f'[adapters.telegram]\nbase_url = "{fake.base_url}"\n{more}')
        both = json.loads((await typed(folder, "telegram", "setup", "--json")).stdout)["checks"]
        assert [each["name"] for each in both if each["name"].endswith(" token")] == [
            "telegram/main token",
            "telegram/berlin token",
        ]
        one = await typed(folder, "telegram", "setup", "--account", "berlin")
        assert one.exit_code == 0
        assert "main" not in one.stdout
        new = await typed(folder, "telegram", "setup", "--account", "rome")
        assert "[adapters.telegram.accounts.rome]" in new.stdout
        wrong = await typed(folder, "telegram", "setup", "--account", "ro me]")
        assert wrong.exit_code == 2


async def test_a_terminal_is_asked_for_the_token_unseen_and_it_is_kept(tmp_path: Path) -> None:
    """In the secrets file, for its owner alone, and only after the platform took it."""
    async with fake_telegram() as fake:
        folder = workspace(
            tmp_path,
            f'[adapters.telegram]\nbase_url = "{fake.base_url}"\n[adapters.telegram.accounts.berlin]\n',
        )
        words = ("telegram", "setup", "--account", "main")
        fake.revoked = True
        code, shown = await asyncio.to_thread(at_a_terminal, folder, *words, answer=TOKEN)
        assert code == 1
        assert "was not kept" in shown
        assert not secrets_of(folder).exists()
        fake.revoked = False
        code, shown = await asyncio.to_thread(at_a_terminal, folder, *words, answer=f"  {TOKEN} ")
        assert code == 0, shown
        assert "@BotFather" in shown
        assert "secrets.toml" in shown
        assert TOKEN not in shown
        assert stat.S_IMODE(secrets_of(folder).stat().st_mode) == 0o600
        assert f'[adapters.telegram]\ntoken = "{TOKEN}"' in secrets_of(folder).read_text("utf-8")
        again = await typed(folder, *words)
        assert again.exit_code == 0
        assert "the bot is @nova_bot" in again.stdout


async def test_whoever_leaves_the_question_changes_nothing(tmp_path: Path) -> None:
    """Enter alone leaves it; the same words as without a terminal follow."""
    folder = workspace(tmp_path)
    code, shown = await asyncio.to_thread(at_a_terminal, folder, "discord", "setup", answer="")
    assert code == 1
    assert "[adapters.discord]" in shown
    assert not secrets_of(folder).exists()


@pytest.mark.slow
async def test_a_token_that_git_would_take_along_is_said(tmp_path: Path) -> None:
    """A workspace in a checkout without the line that ignores its secrets."""
    async with fake_telegram() as fake:
        folder = workspace(tmp_path, f'[adapters.telegram]\nbase_url = "{fake.base_url}"\n')
        (folder / ".git").mkdir()
        _, shown = await asyncio.to_thread(at_a_terminal, folder, "telegram", "setup", answer=TOKEN)
        assert ".gitignore" in shown
        (folder / ".gitignore").write_text("config/secrets.toml\n", encoding="utf-8")
        words = ("telegram", "setup", "--new-token")
        code, shown = await asyncio.to_thread(at_a_terminal, folder, *words, answer=TOKEN)
        assert code == 0
        assert ".gitignore" not in shown
