"""What goes wrong on demand: a connection that breaks, and an answer that refuses."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Cut(StrEnum):
    """Say when a connection breaks: before the server acted, or after it."""

    BEFORE = "before"
    AFTER = "after"


@dataclass(frozen=True, slots=True)
class Refusal:
    """An error that the server answers with, without acting."""

    status: int
    description: str
    parameters: Mapping[str, object] | None = None

    @classmethod
    def flood(cls, seconds: int) -> "Refusal":
        """Refuse because of too many messages."""
        return cls(429, f"Too Many Requests: retry after {seconds}", {"retry_after": seconds})
