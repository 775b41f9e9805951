"""What would happen to a message, with reasons and words; nothing is stored, nothing is sent."""

from collections.abc import Sequence
from dataclasses import dataclass

from fanbot.domain.decisions import Context, Decision
from fanbot.domain.messages import Inbound
from fanbot.ports.clock import Clock
from fanbot.ports.store import Pending
from fanbot.ports.understanding import Understanding
from fanbot.services.judgement import Judge


@dataclass(frozen=True, slots=True)
class Foresight:
    """A decision as it would be made, and the text that the fan would get (None: none)."""

    decision: Decision
    reply: str | None
    promo: str


@dataclass(frozen=True, slots=True)
class Oracle:
    """Judge messages independently, each as if its conversation were known and quiet."""

    understanding: Understanding
    judge: Judge
    clock: Clock

    async def foresee(self, messages: Sequence[Inbound]) -> Sequence[Foresight]:
        """Say what would happen to each message."""
        readings = await self.understanding.read([message.text for message in messages])
        now = self.clock.now()
        result: list[Foresight] = []
        for message, reading in zip(messages, readings, strict=True):
            context = Context(now=now, introduced=True)
            outcome = self.judge.outcome(Pending(0, 0, 0, message), reading, context)
            bodies = [outbound.body for outbound in outcome.outbounds]
            promo = "".join(outbound.promo for outbound in outcome.outbounds)
            result.append(Foresight(outcome.decision, "\n\n".join(bodies) or None, promo))
        return result
