"""Keep the judge in step with the creator's folder; a change that fails leaves the old one at work."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import timedelta

import structlog

from fanbot.domain.handoffs import Lane
from fanbot.errors import FanbotError
from fanbot.policy.waiting import usual
from fanbot.ports.clock import Clock
from fanbot.ports.platform import Capabilities
from fanbot.ports.rendering import Rendering
from fanbot.ports.store import Desk
from fanbot.ports.understanding import Understanding
from fanbot.ports.workspace import Snapshot, Workspace
from fanbot.services.judgement import Judge
from fanbot.services.phrasebook import Phrasebook
from fanbot.services.responder import Responder


class Workshop:
    """Make judges; ``judge`` is the one for the workspace as it stands."""

    def __init__(
        self,
        *,
        workspace: Workspace,
        understanding: Understanding,
        words: Callable[[Snapshot], Rendering],
        capabilities: Mapping[str, Capabilities],
        clock: Clock,
    ) -> None:
        self._workspace = workspace
        self.understanding = understanding
        self._words = words
        self._capabilities = capabilities
        self._clock = clock
        self._usual: dict[Lane, timedelta] = {}
        self._snapshot = workspace.snapshot
        self._rendering = words(self._snapshot)
        self._problems: frozenset[str] = frozenset()
        self._log = structlog.get_logger("fanbot.workspace")
        self.judge = self._make()

    async def open(self) -> None:
        """Learn the templates for the first time."""
        await self.understanding.learn(tuple(self._snapshot.templates.values()))
        self._tell_problems()

    async def refresh(self) -> None:
        """Take up what an editor changed; a change that cannot be learned leaves everything as it was."""
        snapshot = await asyncio.to_thread(self._workspace.refresh)
        self._tell_problems()
        if snapshot is None:
            return
        try:
            words = self._words(snapshot)
            await self.understanding.learn(tuple(snapshot.templates.values()))
        except FanbotError as error:
            self._log.warning("the change was not taken up; the last good version goes on", error=str(error))
            return
        self._snapshot, self._rendering = snapshot, words
        self.judge = self._make()
        self._log.info("workspace read again", templates=len(snapshot.templates))

    async def measure(self, desk: Desk) -> None:
        """Look up how long replies really take, lane by lane, for what may be said of it (P6)."""
        found: dict[Lane, timedelta] = {}
        for lane in Lane:
            shown = usual(await desk.waiting_record(lane, now=self._clock.now()))
            if shown is not None:
                found[lane] = shown
        if found != self._usual:
            self._usual = found
            self.judge = self._make()

    def _make(self) -> Judge:
        snapshot = self._snapshot
        return Judge(
            templates=snapshot.templates,
            responder=Responder(
                rendering=self._rendering,
                phrasebook=Phrasebook(self._rendering, snapshot.team.creator),
                templates=snapshot.templates,
                capabilities=self._capabilities,
                usual=self._usual,
                language=snapshot.settings.language,
            ),
            timezone=snapshot.settings.timezone,
        )

    def _tell_problems(self) -> None:
        told = frozenset(str(problem) for problem in self._workspace.problems())
        for problem in sorted(told - self._problems):
            self._log.warning("a problem in the workspace", problem=problem)
        if self._problems and not told:
            self._log.info("all problems in the workspace are mended")
        self._problems = told
