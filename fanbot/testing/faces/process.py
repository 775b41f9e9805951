"""``fanbot run`` with the web chat and the console, on ports that outlive it."""

import os
import re
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from typing import Self

from fanbot.testing.crowd import write_workspace
from fanbot.testing.faces.calls import CutError, Server, free_ports
from fanbot.testing.pipes import PATIENCE, clean_environment, command, fanbot

ARTISTS = ("Vera", "Sam")
_LOOK = 0.02
_SETTINGS = """
[web]
port = {web}
[console]
port = {console}
[adapters.webchat]
rate = "1000000/minute"
rate_per_address = "1000000/minute"
"""
_TEAM = """creator = "Vera"

[[person]]
name = "Vera"
role = "artist"

[[person]]
name = "Sam"
role = "team"
"""


class Premises:
    """A workspace with a password and two ports of its own."""

    def __init__(self, folder: Path) -> None:
        """Write the workspace into ``folder``."""
        web, console = free_ports(2)
        self.folder = write_workspace(folder)
        self.web = Server(web)
        self.console = Server(console)
        with (folder / "config/fanbot.toml").open("a", encoding="utf-8") as settings:
            settings.write(_SETTINGS.format(web=web, console=console))
        (folder / "config/team.toml").write_text(_TEAM, encoding="utf-8")
        made = fanbot(folder, "password")
        found = re.search(r"The new password is (\S+)", made.stdout.decode())
        assert found, made.stderr.decode()
        self.password = found[1]


class Faces:
    """One process of a row of them; ``first`` is how many seconds it took to answer a page with 200.

    Leaving the block kills what is still there.
    """

    def __init__(self, premises: Premises) -> None:
        """Start it; its log goes to a file in the workspace."""
        self.first: float | None = None
        self._premises = premises
        self.began = time.monotonic()
        self._log = (premises.folder / "run.log").open("ab")
        self._process = subprocess.Popen(  # noqa: S603 - our own command
            command(premises.folder, "run"),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=self._log,
            cwd=premises.folder,
            env=clean_environment(None),
            start_new_session=True,
        )

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """End it, whatever became of the run."""
        self.kill()

    def answers(self) -> None:
        """Wait until both faces answer a page with 200, or fail."""
        deadline = self.began + PATIENCE
        for server, page in ((self._premises.web, "/chat/"), (self._premises.console, "/sign-in")):
            while not _answers(server, page):
                assert self._process.poll() is None, f"It ended with {self._process.poll()}: {self._tail()}"
                assert time.monotonic() < deadline, f"No page came: {self._tail()}"
                time.sleep(_LOOK)
        self.first = time.monotonic() - self.began

    def kill(self) -> None:
        """End the whole group at once, with nothing said."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(PATIENCE)
        self._log.close()

    def stop(self) -> None:
        """End it in good order, or fail."""
        self._process.terminate()
        code = self._process.wait(PATIENCE)
        assert code == 0, f"It ended with {code}: {self._tail()}"

    def _tail(self) -> str:
        return (self._premises.folder / "run.log").read_text("utf-8", "replace")[-2_000:]


def _answers(server: Server, page: str) -> bool:
    try:
        # Somebody who is signed in is led on; this asks as a stranger.
        return server.get(page).status == 200
    except CutError:
        return False
