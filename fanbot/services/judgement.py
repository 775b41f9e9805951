"""Reading and context in, outcome out: triage and its words, with the workspace as it stands now."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from fanbot.domain.decisions import Context, Decision, Reading
from fanbot.domain.templates import Template
from fanbot.policy.triage import judge
from fanbot.ports.store import Outcome, Pending
from fanbot.services.responder import Responder


@dataclass(frozen=True, slots=True)
class Judge:
    """Decide and compose; made anew whenever the workspace changes."""

    templates: Mapping[str, Template]
    responder: Responder
    timezone: ZoneInfo

    def outcome(self, pending: Pending, reading: Reading, context: Context) -> Outcome:
        """Decide one message and compose what follows."""
        decision = judge(
            pending.inbound,
            reading,
            context,
            templates=self.templates,
            today=_local_day(context.now, self.timezone),
        )
        return self.responder.respond(pending, decision, context, thanks=reading.thanks)

    def told(self, pending: Pending, decision: Decision, context: Context) -> Outcome:
        """Compose what follows from a decision that was made elsewhere."""
        return self.responder.respond(pending, decision, context)


@lru_cache(maxsize=16)
def _local_day(now: datetime, timezone: ZoneInfo) -> date:
    """Return the workspace's day; a whole batch is judged at one moment."""
    return now.astimezone(timezone).date()
