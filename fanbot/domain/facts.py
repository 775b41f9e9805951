"""What the creator says is true, and for how long."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True)
class DatedValue:
    """A value that is said only from ``since`` to ``until``, both days included (P23)."""

    value: object
    since: date | None = None
    until: date | None = None

    def said_on(self, day: date) -> bool:
        """Tell whether the value may be said on this day."""
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)


@dataclass(frozen=True, slots=True)
class Facts:
    """Nested maps whose leaves are plain values, lists of them, or a DatedValue."""

    tree: Mapping[str, object] = field(default_factory=dict)
