"""What can go wrong with the fake Discord's requests, one after the other, when a test asks for it."""

import re
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Cut(StrEnum):
    """Say when a connection is cut: before anything was done, or after it was, with no answer."""

    BEFORE = "before"
    AFTER = "after"


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer instead of the thing; ``acts``: the thing is done all the same."""

    status: int
    body: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    acts: bool = False


class Refused(Exception):  # noqa: N818 - an answer, no error
    """An answer that is not the thing asked for."""

    def __init__(self, status: int, code: int, told: str) -> None:
        super().__init__(told)
        self.answer = refusal(status, code, told)


def refusal(status: int, code: int, told: str = "refused") -> Refusal:
    """Refuse as Discord does, with a status and a code."""
    return Refusal(status, {"code": code, "message": told})


def too_many(seconds: float, *, everywhere: bool = False) -> Refusal:
    """Ask for a pause of one bucket, or of everything."""
    headers = {"Retry-After": f"{seconds:g}", "Via": "1.1 fake", "X-RateLimit-Scope": "user"}
    if everywhere:
        headers["X-RateLimit-Global"] = "true"
    told = {"message": "You are being rate limited.", "retry_after": seconds, "global": everywhere}
    return Refusal(429, told, headers)


class Troubles:
    """A row of troubles: each is met by the next request whose ``METHOD path`` its pattern fits.

    A connection to the gateway is the request ``gateway`` and its host; any trouble there is a status of 503.
    """

    def __init__(self) -> None:
        self._row: deque[tuple[re.Pattern[str], Cut | Refusal]] = deque()

    def plan(self, pattern: str, *troubles: Cut | Refusal) -> None:
        """Let the next fitting requests meet these, one each."""
        self._row.extend((re.compile(pattern), trouble) for trouble in troubles)

    def meet(self, asked: str) -> Cut | Refusal | None:
        """Return what this request meets."""
        for place, (pattern, trouble) in enumerate(self._row):
            if pattern.search(asked):
                del self._row[place]
                return trouble
        return None
