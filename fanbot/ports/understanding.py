"""What a message means, as far as a machine may say."""

from collections.abc import Sequence
from typing import Protocol

from fanbot.domain.decisions import Reading
from fanbot.domain.templates import Template


class Understanding(Protocol):
    """Read messages in batches."""

    async def learn(self, templates: Sequence[Template]) -> None:
        """Fit to these templates; readings change all at once when this returns."""
        ...

    async def read(self, texts: Sequence[str]) -> Sequence[Reading]:
        """Understand a batch; as many readings as texts, in order.

        A reading's language is None where a text alone does not tell it; triage knows what the
        conversation spoke before.
        """
        ...
