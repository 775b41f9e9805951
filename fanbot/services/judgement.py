"""Reading and context in, outcome out: triage and its words, with the workspace as it stands now."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
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
            today=self._today(context.now),
        )
        return self.responder.respond(pending, decision, context, thanks=reading.thanks)

    def told(self, pending: Pending, decision: Decision, context: Context) -> Outcome:
        """Compose what follows from a decision that was made elsewhere."""
        return self.responder.respond(pending, decision, context)

    def _today(self, now: datetime) -> date:
        return now.astimezone(self.timezone).date()
