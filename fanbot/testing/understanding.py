"""An understanding that knows a script: for each text what it means, and which texts make it fail."""

from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence

from fanbot.domain.decisions import Match, Reading, Signal
from fanbot.domain.handoffs import Lane
from fanbot.domain.templates import Template


class ScriptedUnderstanding:
    """Read texts by a script; a text that is not in it means nothing to anybody.

    ``learned`` keeps what it was taught, newest last.
    """

    def __init__(self, script: Mapping[str, Reading] = {}) -> None:
        """Begin with this script."""
        self.script = dict(script)
        self.learned: list[Sequence[Template]] = []
        self._stumbles: dict[str, Exception] = {}
        self._meanwhile: Callable[[], Awaitable[object]] | None = None
        self._refusals: deque[Exception] = deque()

    def stumble_over(self, text: str, error: Exception) -> None:
        """Raise this whenever the text is in a batch."""
        self._stumbles[text] = error

    def meanwhile(self, work: Callable[[], Awaitable[object]]) -> None:
        """Let this happen while the next texts are read."""
        self._meanwhile = work

    def refuse(self, *errors: Exception) -> None:
        """Raise these, one for each of the next lessons, and learn nothing then."""
        self._refusals.extend(errors)

    async def learn(self, templates: Sequence[Template]) -> None:
        """Keep the lesson."""
        if self._refusals:
            raise self._refusals.popleft()
        self.learned.append(tuple(templates))

    async def read(self, texts: Sequence[str]) -> Sequence[Reading]:
        """Look each text up."""
        work, self._meanwhile = self._meanwhile, None
        if work is not None:
            await work()
        for text in texts:
            if text in self._stumbles:
                raise self._stumbles[text]
        return [self.script.get(text, Reading()) for text in texts]


def routine(template: str, *, confidence: float = 0.9, language: str | None = "en") -> Reading:
    """Understand a text as a question that a template answers; from 0.5 on it may do so alone."""
    match = Match(template, confidence, 0.5, f"an example of {template}")
    return Reading(language=language, matches=(match,))


def torn(*templates: str, language: str | None = "en") -> Reading:
    """Understand a text as coming about equally near to several templates, to none near enough."""
    matches = (Match(template, 0.4, 0.5, f"an example of {template}") for template in templates)
    return Reading(language=language, matches=tuple(matches))


def says(lane: Lane, *matches: Match, language: str | None = "en") -> Reading:
    """Understand a text as one for a person, whatever else it comes near to."""
    return Reading(language=language, signals=(Signal(lane, "those words"),), matches=matches)


def thanks(language: str | None = "en") -> Reading:
    """Understand a text as nothing but thanks."""
    return Reading(language=language, thanks=True)
