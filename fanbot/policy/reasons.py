"""Why a message went where it went, in short sentences for the people who look after the fans (P24)."""

from fanbot.domain.decisions import Match, OpenItem, Signal
from fanbot.domain.handoffs import Lane, State

_SAYS = {
    Lane.CRISIS: "speak of a crisis",
    Lane.THREAT: "sound like a threat",
    Lane.MINOR: "concern the safety of a minor",
    Lane.HUMAN: "ask for a person",
    Lane.PERSONAL: "tell of the fan's own life",
    Lane.ORDER: "tell of a problem with an order",
    Lane.COMPLAINT: "carry a complaint",
    Lane.PRESS: "speak for the press",
    Lane.LICENSING: "ask about rights",
    Lane.BUSINESS: "speak of business",
    Lane.TECH: "tell of something that does not work",
    Lane.OTHER: "need a person's eyes",
}


def of_signal(signal: Signal) -> str:
    """Say what a signal heard.

    >>> of_signal(Signal(Lane.HUMAN, "real person"))
    'the words "real person" ask for a person'
    >>> of_signal(Signal(Lane.TECH, "", like="the app closes by itself"))
    'it is like "the app closes by itself", whose words tell of something that does not work'
    """
    if signal.like:
        return f'it is like "{signal.like}", whose words {_SAYS[signal.lane]}'
    words = f'the words "{signal.evidence}"' if signal.evidence else "the words"
    return f"{words} {_SAYS[signal.lane]}"


def of_match(match: Match) -> tuple[str, ...]:
    """Say how near a template came.

    >>> of_match(Match("tour", 0.83, 0.62, "when is the tour"))
    ('nearest example: "when is the tour"', 'confidence 0.83, needed 0.62')
    >>> of_match(Match("tour", 1.0, 0.62, "when is the tour", exact=True))
    ('exact match: "when is the tour"',)
    """
    if match.exact:
        return (f'exact match: "{match.evidence}"',)
    return (
        f'nearest example: "{match.evidence}"',
        f"confidence {match.confidence:.2f}, needed {match.threshold:.2f}",
    )


def of_repeat(item: OpenItem) -> str:
    """Say what becomes of the unfinished item that a message joins."""
    if item.state is State.ANSWERED:
        return "it reopens what a person had answered"
    return "it joins what already waits for a person"
