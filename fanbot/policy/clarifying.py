"""Whether one short question back would spare the fan the wait for a person (P13)."""

from datetime import timedelta

from fanbot.policy.case import MOST_CHOICES, Case, plausible

ONCE_IN = timedelta(days=1)
"""A conversation is asked back at most once in this time; a wrong guess then goes to a person."""
BAND = 0.1
"""Templates this close to the best in confidence are offered beside it."""


def choices(case: Case) -> tuple[str, ...]:
    """Return two or three templates to choose from, best first; empty when asking would not help.

    They must be live, near their thresholds and near each other. If the nearest of all is not
    offered now, its neighbours would be answers to something else.
    """
    asked, matches = case.context.clarified_at, case.matches
    if asked is not None and case.context.now - asked < ONCE_IN:
        return ()
    if not matches or case.live(matches[0].template) is None:
        return ()
    best = matches[0].confidence
    close = [
        match.template
        for match in matches
        if plausible(match) and best - match.confidence <= BAND and case.live(match.template)
    ]
    return tuple(close[:MOST_CHOICES]) if len(close) > 1 else ()
