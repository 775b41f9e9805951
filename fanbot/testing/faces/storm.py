"""A web chat and a console that are killed at random moments while people go on."""

import random
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from fanbot.testing.crowd import Crowd, Label
from fanbot.testing.faces.artist import ASKED, REPLIED, Artist
from fanbot.testing.faces.calls import CutError
from fanbot.testing.faces.process import ARTISTS, Faces, Premises
from fanbot.testing.faces.rivalry import Rivalry
from fanbot.testing.faces.seen import ChatObservation, Record, Seat, settled
from fanbot.testing.faces.tally import Tally
from fanbot.testing.faces.visitor import CONFIRMED, WELCOMED, Shown, Visitor
from fanbot.testing.pipes import PATIENCE, exported

_CHAT = (Label.ROUTINE, Label.SMALL_TALK, Label.PERSONAL, Label.CHATTER)
_LONGEST_WAIT = 4.0
"""Seconds that a kill waits for its moment."""


@dataclass(frozen=True, slots=True)
class ChatStorm:
    """How a run goes. ``before`` and ``load`` are the longest that a process lives, in seconds.

    ``pause`` is the longest between two messages of a visitor, ``many`` how often one writes before
    another takes the seat.
    """

    kills: int
    seed: int
    visitors: int = 20
    before: float = 1.8
    load: float = 2.5
    pause: float = 0.7
    many: int = 60


@dataclass(slots=True)
class ChatRun:
    """Let visitors and artists go on while one process after the other is killed."""

    folder: Path
    storm: ChatStorm
    visitors: list[Visitor] = field(default_factory=list)
    artists: list[Artist] = field(default_factory=list)
    rivalry: Rivalry = field(default_factory=Rivalry)
    tally: Tally = field(default_factory=Tally)
    waits: list[float] = field(default_factory=list)
    confirmed_after: list[float] = field(default_factory=list)
    _over: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def run(self) -> ChatObservation:
        """Kill as often as asked, let a last process come to rest, and return what was seen."""
        premises = Premises(self.folder)
        threads = self._people(premises)
        for thread in threads:
            thread.start()
        try:
            for generation in range(self.storm.kills):
                self._live_and_die(premises, generation)
            with Faces(premises) as faces:
                faces.answers()
                self.tally.reach(CONFIRMED, 2 * self.storm.visitors, within=PATIENCE)
                self.tally.reach(REPLIED, 1, within=PATIENCE)
                self._over.set()
                for thread in threads:
                    thread.join(PATIENCE)
                    assert not thread.is_alive(), f"{thread.name} never came to an end"
                seen = self._at_rest()
                faces.stop()
        finally:
            self._over.set()
            for visitor in self.visitors:
                visitor.gone.set()
        return seen

    def _people(self, premises: Premises) -> list[threading.Thread]:
        crowd = Crowd(seed=self.storm.seed)
        for name in ARTISTS:
            self.artists.append(
                Artist(
                    name,
                    premises.password,
                    premises.console,
                    self.rivalry,
                    self.tally,
                    str(self.storm.seed),
                    self._over,
                )
            )
        work = [
            threading.Thread(target=artist.work, name=artist.name, daemon=True) for artist in self.artists
        ]
        seats = [
            threading.Thread(
                target=self._seat, args=(premises, crowd, number), name=f"seat {number}", daemon=True
            )
            for number in range(self.storm.visitors)
        ]
        return [*seats, *work]

    def _seat(self, premises: Premises, crowd: Crowd, number: int) -> None:
        """Let one visitor after the other have a seat; every second seat is slow, and writes to people."""

        def pick() -> str:
            with self._lock:
                while True:
                    told = crowd.write()
                    if told.label in _CHAT and not told.edit and told.plain == bool(number % 2):
                        return told.text

        while not self._over.is_set():
            with self._lock:
                visitor = Visitor(
                    f"Guest{len(self.visitors):04d}",
                    premises.web,
                    pick,
                    self.tally,
                    str(self.storm.seed),
                    self.storm.pause * (1 if number % 2 else 4),
                    self.storm.many,
                    self._over,
                )
                self.visitors.append(visitor)
            visitor.chat()

    def _live_and_die(self, premises: Premises, generation: int) -> None:
        chance = random.Random(f"{self.storm.seed}/{generation}")  # noqa: S311 - repeated with its seed
        with Faces(premises) as faces:
            welcomed = self.tally[WELCOMED]
            if chance.random() < 0.15:
                time.sleep(chance.uniform(0, self.storm.before))
                return
            faces.answers()
            assert faces.first is not None
            self.waits.append(faces.first)
            if self.tally[WELCOMED] > welcomed or self.tally.wait(WELCOMED, more=1, within=PATIENCE):
                self.confirmed_after.append(time.monotonic() - faces.began)
            self._let_live(chance)

    def _let_live(self, chance: random.Random) -> None:
        """Wait for a moment: any, just behind a confirmation, around a form, or as a reply leaves."""
        moment = chance.random()
        if moment < 0.25:
            time.sleep(chance.uniform(0, self.storm.load))
        elif moment < 0.45:
            self.tally.wait(CONFIRMED, more=chance.randint(1, 40), within=_LONGEST_WAIT)
        elif moment < 0.8:
            self.tally.wait(ASKED, more=chance.randint(1, 4), within=_LONGEST_WAIT)
            time.sleep(chance.uniform(0, 0.04))
        else:
            now = time.monotonic()
            due = [
                at for artist in self.artists for at in list(artist.leaving) if now < at < now + _LONGEST_WAIT
            ]
            leaves = min(due, default=now + chance.uniform(0, self.storm.load)) - now
            time.sleep(max(0.0, leaves + chance.uniform(-0.05, 0.5)))

    def _at_rest(self) -> ChatObservation:
        """Wait until everything has left and every open page shows it, and look at it all."""
        last = max((at for artist in self.artists for at in artist.leaving), default=0.0)
        time.sleep(max(0.0, last + 0.3 - time.monotonic()))
        known = _settled_export(self.folder)
        finals = {visitor.name: _final(visitor) for visitor in self.visitors if visitor.key}
        deadline = time.monotonic() + PATIENCE
        for visitor in self.visitors:
            while not visitor.gone.is_set() and visitor.key and visitor.looks[-1:] != [finals[visitor.name]]:
                if time.monotonic() > deadline:
                    break
                time.sleep(0.1)
        return ChatObservation(
            seats=[
                Seat(
                    visitor.name,
                    visitor.id,
                    visitor.written,
                    tuple(visitor.looks),
                    finals[visitor.name],
                    followed=not visitor.gone.is_set(),
                )
                for visitor in self.visitors
                if visitor.key
            ],
            replies=[reply for artist in self.artists for reply in artist.replies],
            closings=[closing for artist in self.artists for closing in artist.closings],
            exported=known,
            both_won=list(self.rivalry.both_won()),
            complaints=[
                *(told for artist in self.artists for told in artist.complaints),
                *(told for visitor in self.visitors for told in visitor.refusals),
            ],
        )


def _settled_export(folder: Path) -> Sequence[Record]:
    """Export when everything was decided and sent; after a while, as it is."""
    deadline = time.monotonic() + PATIENCE
    while True:
        known = exported(folder)
        if settled(known) or time.monotonic() > deadline:
            return known
        time.sleep(0.3)


def _final(visitor: Visitor) -> tuple[Shown, ...]:
    """Look as somebody who opens the page anew."""
    while True:
        try:
            return visitor.conversation()
        except CutError:
            time.sleep(0.2)
