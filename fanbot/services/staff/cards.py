"""What the team's card of an item says; pure, so that the same item always gives the same card."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import blake2b
from zoneinfo import ZoneInfo

from fanbot.domain.handoffs import Handoff, State
from fanbot.domain.messages import Choice, Inbound, Kind, called
from fanbot.domain.people import Team
from fanbot.policy.wording import lane, moment, out_of_reach, platform
from fanbot.ports.staff import Card
from fanbot.ports.store import QueueEntry
from fanbot.services.staff.choices import Verb, choice
from fanbot.services.suggesting import Suggestion

TITLE, TEXT = 80, 1_500
"""Characters that a card's title and its text have at most (ports.staff)."""
_WHY, _ERROR, _NAME, _SUGGESTED = 300, 200, 40, 200
REST = timedelta(seconds=30)
"""An answer stands so long before its thread is put away: it can be taken back meanwhile."""

_HOW = (
    "To answer, use your platform's reply on this card: it leaves after ten seconds. What you write here"
    " without that stays a draft until you send it."
)
_OLDER = "There may be an older card of this item; only this one is kept up to date."
_ERASED = (
    "The fan had everything about them erased, so nobody needs to answer. Their words may still stand in"
    " this thread: please delete it."
)


@dataclass(frozen=True, slots=True)
class Setting:
    """What a card is made of besides its item: the team, a clock on its wall, and what templates suggest."""

    team: Team
    zone: ZoneInfo
    suggest: Callable[[QueueEntry], Suggestion | None] = field(default=lambda _: None, compare=False)


def card(
    entry: QueueEntry,
    setting: Setting,
    *,
    finished: bool,
    again: bool = False,
    suggestion: Suggestion | None = None,
) -> Card:
    """Compose the card of an item; ``again``: there may be an older one."""
    item, letter = entry.handoff, entry.latest
    head = [
        f"Since {moment(item.opened_at, setting.zone)}, {where(letter)}.",
        _standing(item, setting, letter.received_at),
    ]
    if entry.reasons and not finished:
        head.append(f"Why: {cut('; '.join(entry.reasons), _WHY)}.")
    if entry.error and not finished:
        head.append(f"Mind: {cut(entry.error, _ERROR)}")
    if entry.unreachable and not finished:
        known = f"since {moment(entry.unreachable.since, setting.zone)}"
        on = letter.address.platform
        head.append(out_of_reach(entry.unreachable.why, fan=fan(letter), on=on, known=known))
    tail = [_HOW] if item.state is State.CLAIMED else []
    if suggestion is not None and not finished:
        tail.insert(0, suggested(suggestion))
    if again:
        tail.append(_OLDER)
    count = "" if entry.messages == 1 else f"{entry.messages} messages; the newest: "
    room = TEXT - sum(len(line) + 2 for line in (*head, *tail)) - len(count)
    body = f"{count}{cut(said(letter), room)}"
    title = cut(f"{lane(item.lane)}: {fan(letter)}", TITLE)
    text = "\n\n".join(("\n".join(head), body, *tail))
    return Card(str(item.id), title, text, () if finished else _choices(item), finished=finished)


def erased(item: int) -> Card:
    """Compose what stands in the place of a card whose fan had everything erased."""
    return Card(str(item), "Erased at the fan's wish", _ERASED, finished=True)


def digest(shown: Card) -> str:
    """Return a short digest of a card, to know whether it stands there as it is."""
    return blake2b(repr(shown).encode("utf-8", "replace"), digest_size=8).hexdigest()


def suggested(suggestion: Suggestion) -> str:
    """Say what a template would have said, as a suggestion for a person and nothing more.

    >>> suggested(Suggestion("shipping", "Orders leave within two days."))
    'Template shipping would have said: “Orders leave within two days.” Nothing of it was sent.'
    """
    line = cut(suggestion.line, _SUGGESTED)
    return f"Template {cut(suggestion.template, _NAME)} would have said: “{line}” Nothing of it was sent."


def at_rest(item: Handoff, now: datetime) -> bool:
    """Tell whether nobody needs to act on an item any more, and nobody can take an answer back."""
    if item.state is State.ANSWERED and item.answered_at is not None:
        return now >= item.answered_at + REST
    return not item.state.needs_person


def fan(letter: Inbound) -> str:
    """Name the fan on one line."""
    return cut(called(letter.author.name, letter.author.id), _NAME)


def where(letter: Inbound) -> str:
    """Say where a fan wrote, and whether others read there what is answered."""
    place = letter.address
    account = "" if place.account == "main" else f" ({place.account})"
    heard = "in a direct chat" if letter.direct else "in public, where everybody can read the answer"
    return f"on {platform(place.platform)}{account}, {heard}"


def said(letter: Inbound) -> str:
    """Return what a fan said last, or what they did instead."""
    files = len(letter.attachments)
    more = (
        f"\n(with {'a file' if files == 1 else f'{files} files'}, to be seen in the console)" if files else ""
    )
    match letter.kind:
        case Kind.DELETION:
            return "They took a message back."
        case Kind.REACTION:
            return f"They reacted with {letter.text}"
        case Kind.PRESS:
            return "They pressed a button."
        case Kind.EDIT:
            return f"They changed a message. It says now:\n{letter.text}{more}"
    return f"{letter.text}{more}".strip() or "They sent something without words."


def cut(text: str, limit: int) -> str:
    """Shorten a text to so many characters, visibly.

    >>> cut("a long story", 7), cut("short", 7)
    ('a long…', 'short')
    """
    return text if len(text) <= limit else f"{text[: max(limit - 1, 0)].rstrip()}…"


def _standing(item: Handoff, setting: Setting, today: datetime) -> str:
    """Say who has an item, or whom it belongs to."""
    match item.state:
        case State.CLAIMED:
            return f"{item.owner} has this."
        case State.SNOOZED if item.snoozed_until is not None:
            until = moment(item.snoozed_until, setting.zone)
            return f"{item.owner} set this aside; it comes back by itself on {until}."
        case State.ESCALATED:
            return f"This waits for {setting.team.creator}."
        case State.ANSWERED | State.ARCHIVED:
            return f"{item.owner} answered this." if item.owner else "This is answered."
        case State.CLOSED:
            return f"{item.owner} read this; no reply needed." if item.owner else "The fan took this back."
    whose = setting.team.owner(item.lane, item.topic, today.astimezone(setting.zone).date())
    return f"Nobody has this yet. It is {whose}'s to take first." if whose else "Nobody has this yet."


def _choices(item: Handoff) -> tuple[Choice, ...]:
    """Offer what can be done with an item now."""
    if not item.state.needs_person:
        return ()
    claim = choice("Claim", Verb.CLAIM, item.id)
    release = choice("Release", Verb.RELEASE, item.id)
    aside = choice("Snooze", Verb.SNOOZE, item.id)
    close = choice("No reply needed", Verb.CLOSE, item.id)
    match item.state:
        case State.CLAIMED:
            return (release, aside, close)
        case State.SNOOZED:
            return (claim, close)
        case _:
            return (claim, aside, close)
