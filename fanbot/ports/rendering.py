"""Words to say: a creator's templates and the built-in texts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from fanbot.domain.templates import Rendered, Template


@dataclass(frozen=True, slots=True)
class Line:
    """Measured waiting facts: ``waiting`` items now; ``usual`` is None where the record is too thin."""

    waiting: int = 0
    usual: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Scene:
    """All that a template may know of the moment. ``platform`` is a name such as ``telegram``."""

    now: datetime
    platform: str
    fan_name: str = ""
    fan_tier: str = ""
    line: Line = Line()


class Rendering(Protocol):
    """Turn templates and text keys into words."""

    def answer(self, template: Template, *, language: str | None, scene: Scene) -> Rendered:
        """Render a template in the fan's language, else in the workspace's, else in any it has.

        Raises TemplateError.
        """
        ...

    def say(self, key: str, *, language: str | None, words: Mapping[str, str] = {}) -> str:
        """Return a built-in text by its key with its ``{names}`` filled in."""
        ...

    def resources(self, language: str | None) -> Sequence[str]:
        """Return checked help lines, one a line, or the international directory alone (P20)."""
        ...

    def written_time(self, span: timedelta, language: str | None) -> str:
        """Write a span such as ``2 days``."""
        ...
