"""What people of the team are told when they act in their room; pure, polite, and true at that moment."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from fanbot.domain.handoffs import Handoff, State
from fanbot.domain.messages import Inbound
from fanbot.domain.people import group_of_telegram
from fanbot.policy.voice import Finding
from fanbot.ports.staff import Remark
from fanbot.ports.store import QueueEntry
from fanbot.services.desk import draft_mark
from fanbot.services.staff.cards import TEXT, cut, fan, where
from fanbot.services.staff.choices import Verb, choice

LINGER = timedelta(seconds=10)
"""How long a reply can be taken back before it leaves."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_QUOTED, _ALONE = 600, 1_200
"""Characters of a draft in a preview, with and without an earlier one beside it."""

CLAIMED = Remark(
    "You have this now; the assistant keeps out of the conversation. To answer, use your platform's reply on"
    " the card. What you write here without that stays a draft until you send it."
)
RELEASED = Remark("It is back in the queue, where everybody sees it. Your draft is kept with it.")
CLOSED = Remark("Noted as read, no reply needed.")
KEPT = Remark("Your words are kept as the draft of this item; nothing was sent.")
UNDONE = Remark("Your reply was taken back before it left. Its words are the draft of this item now.")
DONE_ALREADY = Remark("That is done already; it was not done twice.")
NO_BUTTON = Remark("This button is not known here, so nothing was changed.")
NO_ITEM = Remark(
    "Nobody knows which item this thread is about, so nothing was sent. If its card has buttons, press Claim"
    " on it and reply again: then it is known. Otherwise the item has a newer thread."
)
OLDER_THREAD = (
    "The card in this thread is an older one and does not change any more; the item has a newer thread, or"
    " gets one in a moment. What you write here works all the same."
)
"""Said with the first press on a card of whose thread nobody knew."""
NOBODY = Remark(
    "You write here as a group or a channel, so nobody knows who you are, and nothing was done. Turn off"
    " Remain anonymous for yourself (in the group's settings, under Administrators), write under your own"
    " name, and try again."
)
GONE = Remark(
    "This item is gone: its fan had everything erased, or it belongs to another store. Nothing was changed."
)
ONLY_WORDS = Remark("Only words can be sent from here, so nothing was sent. Files stay in this thread.")
OFFER_OVER = Remark("That time to come back is not on offer any more; nothing was changed.")
NOT_OURS = Remark("The draft belongs to whoever has this item, and that is not you now. Nothing was kept.")


def stranger(account: str, name: str) -> Remark:
    """Tell somebody who is not of the team how they can become so; a group cannot."""
    if group_of_telegram(account):
        return NOBODY
    return Remark(
        f"You are not in config/team.toml yet, so nothing was done. Whoever looks after fanbot can add this"
        f' line to the [[person]] that you are: accounts = ["{account}"]'
        + (f" (you are {cut(name, 80)} here)." if name else ".")
    )


def not_held(item: Handoff) -> Remark:
    """Answer a reply of somebody who does not have the item."""
    match item.state:
        case State.CLAIMED:
            return Remark(f"{item.owner} has this, so nothing was sent.")
        case State.ANSWERED:
            return Remark(
                f"{item.owner} answered this, so nothing was sent from here. The console can send more."
            )
        case _ if item.state.finished:
            return Remark(
                f"This item is {item.state.value}, so nothing was sent; the fan's next message opens another."
            )
    return Remark(
        "Claim it first, then reply again; nothing was sent.", (choice("Claim", Verb.CLAIM, item.id),)
    )


def leaving(item: Handoff, letter: Inbound, findings: Sequence[Finding], *, files: int = 0) -> Remark:
    """Say that a reply leaves, and offer to take it back."""
    at = item.answered_at or item.touched_at
    word = str((at - _EPOCH) // timedelta(microseconds=1))
    said = [f"This leaves for {fan(letter)} in {LINGER.seconds} seconds, {where(letter)}."]
    if files:
        said.append("Files are not passed on, only your words.")
    said += _advice(findings)
    return Remark(" ".join(said), (choice("Undo", Verb.UNDO, item.id, word),))


def undo_of(word: str) -> datetime | None:
    """Read which reply an Undo is for; None for a word that is none."""
    known = word.isascii() and word.isdigit() and len(word) <= 17
    return _EPOCH + timedelta(microseconds=int(word)) if known else None


def preview(
    entry: QueueEntry, draft: str, findings: Sequence[Finding], *, before: str = "", files: int = 0
) -> Remark:
    """Show a draft, to be sent as it is here and not otherwise."""
    item, letter = entry.handoff, entry.latest
    said = [f"Send this to {fan(letter)}, {where(letter)}?"]
    if files:
        said.append("Files are not passed on, only your words.")
    said += _advice(findings)
    replaced = bool(before.strip()) and before.strip() != draft.strip()
    if replaced:
        said.append(f"It takes the place of your earlier draft: “{before.strip()}”")
    text = f"{' '.join(said)}\n\n{cut(draft.strip(), _QUOTED if replaced else _ALONE)}"
    send = choice("Send", Verb.SEND, item.id, draft_mark(draft))
    return Remark(text, (send, choice("Keep as a draft", Verb.KEEP, item.id)))


def quotable(draft: str) -> bool:
    """Tell whether a draft can be shown whole when other words take its place."""
    return len(draft.strip()) <= _QUOTED


TOO_LONG_TO_REPLACE = Remark(
    "This item has a longer draft than can be shown here, so it stays as it is and these words were not kept."
    " Finish it in the console, or send words at once with your platform's reply on the card."
)


def changed(entry: QueueEntry, draft: str, findings: Sequence[Finding]) -> Remark:
    """Show a draft that was changed since its last preview, instead of sending it."""
    if not draft.strip():
        return Remark("There is no draft any more, so nothing was sent.")
    shown = preview(entry, draft, findings)
    return Remark(
        cut(f"The draft was changed meanwhile, so nothing was sent. {shown.text}", TEXT), shown.choices
    )


def sure(entry: QueueEntry) -> Remark:
    """Ask before an item is closed, because the fan hears of it."""
    told = f"{fan(entry.latest)} is told kindly that it was read, where that is right."
    label = "Yes, no reply needed"
    return Remark(
        f"Close this without a reply? {told}", (choice(label, Verb.CLOSE, entry.handoff.id, "yes"),)
    )


def when(item: int, offers: Mapping[str, tuple[str, datetime]]) -> Remark:
    """Ask when a snoozed item shall come back."""
    choices = tuple(choice(label, Verb.SNOOZE, item, name) for name, (label, _) in offers.items())
    return Remark("When shall it come back?", choices)


def snoozed(words: str) -> Remark:
    """Say when it comes back."""
    return Remark(f"It is set aside and comes back by itself: {words}.")


def _advice(findings: Sequence[Finding]) -> list[str]:
    """Say what a fan would mishear: a hint, never a bar (P1, P16, P18)."""
    phrases = list(dict.fromkeys(finding.phrase for finding in findings))[:3]
    return [f"A fan may mishear: {', '.join(f'“{cut(each, 40)}”' for each in phrases)}."] if phrases else []
