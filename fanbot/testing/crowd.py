"""A crowd of fans whose every message is labelled, and a small workspace that knows its routine ones."""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from fanbot.testing.pipes import line

CLOSED = "[closed]"
"""What the note begins with that tells a fan that a person read their message."""
DESK = "desk"
"""How the channels begin in which people reply."""

_ROUTINE: Mapping[str, tuple[str, str]] = {
    "delivery": ("how long does delivery take", "do you ship to norway"),
    "doors": ("when do the doors open", "how early can i queue at the venue"),
    "guitar": ("which guitar do you play", "what strings are on the guitar"),
    "listen": ("where can i listen to the new album", "is the album on streaming services"),
    "lyrics": ("where can i read the lyrics", "are the lyrics printed anywhere"),
    "membership": ("what does a membership include", "how do i become a member"),
    "parking": ("is there parking at the venue", "where do i park for the show"),
    "release": ("when does the next single come out", "what is the release date of the ep"),
    "sizes": ("what sizes do the shirts come in", "is there a size chart"),
    "stream": ("when is the next live stream", "what time does the stream start"),
    "tour": ("when are you playing in berlin", "what are the tour dates"),
    "vinyl": ("how is the vinyl packed", "which pressing is the blue vinyl"),
}
_WITHOUT_PROMOTION = frozenset(("lyrics", "parking", "stream", "vinyl"))
"""Templates that ask the cap for nothing, and are sent, postponed and repeated all the same."""
_SMALL_TALK: Mapping[str, tuple[str, str]] = {
    "greeting": ("hello there", "good morning"),
    "gratitude": ("thank you", "thanks a lot"),
}
_COMMANDS = ("/help", "/privacy")
_PERSONAL = (
    "my father died last week and your song is all i have",
    "i lost my job and your album got me through it",
    "my mother is in hospital and we play your record for her",
    "i was diagnosed with depression and your music helps me",
)
_CHATTER = ("purple elephants eat seventeen bicycles", "the weather in my town is grey and windy", "lol")


class Label(StrEnum):
    """Say what a message is, whatever fanbot makes of it."""

    ROUTINE = "routine"
    SMALL_TALK = "small talk"
    COMMAND = "command"
    STOP = "stop"
    PERSONAL = "personal"
    CHATTER = "chatter"


@dataclass(frozen=True, slots=True)
class Told:
    """What a fan wrote: ``number`` counts over the whole crowd, ``place`` within the conversation.

    An ``edit`` has the message id and the place of what it edits. ``plain`` conversations hold
    nothing that needs a person, so everything in them is answered.
    """

    number: int
    place: int
    message: str
    channel: str
    fan: str
    label: Label
    text: str
    direct: bool = True
    edit: bool = False
    plain: bool = True

    @property
    def conversation(self) -> tuple[str, str]:
        """Return what order is kept within."""
        return self.channel, self.fan

    @property
    def line(self) -> bytes:
        """Write it as the stdio adapter reads it."""
        return line(
            self.message,
            self.text,
            channel=self.channel,
            fan=self.fan,
            direct=self.direct,
            kind="edit" if self.edit else "message",
        )


@dataclass(frozen=True, slots=True)
class _Seat:
    channel: str
    fan: str
    direct: bool = True
    plain: bool = True


_SEATS = (
    *(_Seat(f"plain-{number}", f"fan-{number}") for number in range(12)),
    *(_Seat(f"hall-{number % 2}", f"fan-{number}", direct=False) for number in range(8)),
    *(_Seat(f"mixed-{number}", f"teller-{number}", plain=False) for number in range(8)),
    *(_Seat(f"{DESK}-{number}", f"guest-{number}", plain=False) for number in range(4)),
)
_STOPPERS = ("plain-10", "plain-11")


class Crowd:
    """Thirty-two conversations; ``told`` holds everything written so far, in order."""

    def __init__(self, *, seed: int) -> None:
        """Write the same for the same seed."""
        self.told: list[Told] = []
        self._random = random.Random(seed)  # noqa: S311 - a test is repeated with its seed
        self._latest: dict[tuple[str, str], Told] = {}

    def write(self) -> Told:
        """Let one of the fans write the next message."""
        seat = self._random.choice(_SEATS)
        latest = self._latest.get((seat.channel, seat.fan))
        if latest is not None and not (seat.plain or latest.edit) and self._random.random() < 0.05:
            told = self._edit(latest)
        else:
            told = self._message(seat, 0 if latest is None else latest.place + 1)
        self.told.append(told)
        self._latest[told.conversation] = told
        return told

    def _message(self, seat: _Seat, place: int) -> Told:
        label = self._label(seat)
        return Told(
            number=len(self.told),
            place=place,
            message=f"{seat.channel}.{seat.fan}.{place}",
            channel=seat.channel,
            fan=seat.fan,
            label=label,
            text=self._text(label),
            direct=seat.direct,
            plain=seat.plain,
        )

    def _edit(self, latest: Told) -> Told:
        label = self._random.choice((latest.label, Label.PERSONAL))
        return Told(
            number=len(self.told),
            place=latest.place,
            message=latest.message,
            channel=latest.channel,
            fan=latest.fan,
            label=label,
            text=f"{self._text(label)} (edited)",
            edit=True,
            plain=False,
        )

    def _label(self, seat: _Seat) -> Label:
        chance = self._random.random()
        if seat.plain:
            if chance < 0.005 and seat.channel in _STOPPERS:
                return Label.STOP
            return Label.ROUTINE if chance < 0.8 else Label.SMALL_TALK if chance < 0.95 else Label.COMMAND
        return Label.PERSONAL if chance < 0.3 else Label.CHATTER if chance < 0.5 else Label.ROUTINE

    def _text(self, label: Label) -> str:
        if label in (Label.ROUTINE, Label.SMALL_TALK):
            known = _ROUTINE if label is Label.ROUTINE else _SMALL_TALK
            return self._random.choice(self._random.choice(sorted(known.values())))
        if label is Label.STOP:
            return "/stop"
        choices = {Label.COMMAND: _COMMANDS, Label.PERSONAL: _PERSONAL}.get(label, _CHATTER)
        return self._random.choice(choices)


def write_workspace(folder: Path, *, gap: str = "0m", share: str = "0.1") -> Path:
    """Write a workspace whose texts carry the marks that CapChecker reads; return its folder."""
    files = {
        "config/fanbot.toml": f'[signal]\nshare = {share}\ngap = "{gap}"\n',
        "config/team.toml": 'creator = "Vera"\n\n[[person]]\nname = "Sam"\nrole = "team"\n',
        "texts/en.toml": f'[closed]\nread = "{CLOSED} A person has read this."\n',
    }
    for name, examples in _ROUTINE.items():
        body = f"[signal:{name}] What is known about {name}.\n\n"
        promo = f"{{% promo %}}\n[promo:{name}] The new record is in the shop.\n{{% endpromo %}}\n"
        if name in _WITHOUT_PROMOTION:
            promo = ""
        files[f"templates/{name}.md"] = _template(examples, body + promo, about="information")
    for name, examples in _SMALL_TALK.items():
        files[f"templates/{name}.md"] = _template(
            examples,
            f"A small {name}{{% if fan.name %}}, {{{{ fan.name }}}}{{% endif %}}.\n",
            about="small-talk",
        )
    for file, text in files.items():
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).write_text(text, encoding="utf-8")
    return folder


def _template(examples: tuple[str, str], body: str, *, about: str) -> str:
    listed = "".join(f"  - {example}\n" for example in examples)
    return f"---\nabout: {about}\nexamples:\n{listed}---\n{body}"
