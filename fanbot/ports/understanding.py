"""What a message means, as far as a machine may say."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from fanbot.domain.decisions import Reading
from fanbot.domain.templates import Template


@dataclass(frozen=True, slots=True)
class Question:
    """One text to understand; ``language`` is what the conversation spoke last, if known."""

    text: str
    language: str | None = None


class Understanding(Protocol):
    """Read messages in batches."""

    async def learn(self, templates: Sequence[Template]) -> None:
        """Fit to these templates; readings change all at once when this returns."""
        ...

    async def read(self, questions: Sequence[Question]) -> Sequence[Reading]:
        """Understand a batch; as many readings as questions, in order."""
        ...
