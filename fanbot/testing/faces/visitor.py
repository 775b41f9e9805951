"""A visitor of the web chat, who does what the page's script does and remembers everything shown."""

import random
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from fanbot.testing.faces.calls import CutError, Server, whether_to_leave
from fanbot.testing.faces.tally import Tally

CONFIRMED = "a message was confirmed"
WELCOMED = "a message was confirmed by the chat's own answer"
_AGAIN = (0.05, 0.4)
"""Seconds between two tries; the page's are longer, as its server is not killed every few seconds."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One bubble as a page shows it."""

    key: str
    at: str
    voice: str
    text: str
    in_reply_to: str = ""
    choices: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True)
class Written:
    """What a visitor wrote, under the id that its page made for it."""

    id: str
    text: str
    confirmed: bool = False


@dataclass(slots=True)
class Visitor:
    """One browser with one conversation. ``looks`` holds each look that differs from the one before.

    ``pick`` gives the words of the next message. ``over`` says that nothing new is written, ``gone``
    that the page is closed.
    """

    name: str
    server: Server
    pick: Callable[[], str]
    tally: Tally
    seed: str
    pause: float
    many: int
    over: threading.Event
    gone: threading.Event = field(default_factory=threading.Event)
    key: str = ""
    cuts: int = 0
    written: list[Written] = field(default_factory=list)
    looks: list[tuple[Shown, ...]] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)
    _known: dict[Shown, Shown] = field(default_factory=dict)
    _look: threading.Lock = field(default_factory=threading.Lock)

    @property
    def id(self) -> str:
        """Return the visitor's id, which is the conversation's channel."""
        return self.key.partition(".")[0]

    def chat(self) -> None:
        """Write one message after the other, each until it is confirmed; then let others have the seat."""
        chance = random.Random(f"{self.seed}/{self.name}")  # noqa: S311 - repeated with its seed
        following = threading.Thread(target=self._follow, args=(chance.random(),), daemon=True)
        while not self.key and not self.over.is_set():
            self._enter(chance)
        following.start()
        while (
            self.key and len(self.written) < self.many and not self.over.wait(chance.uniform(0, self.pause))
        ):
            number = UUID(int=chance.getrandbits(128), version=4)
            told = Written(str(number), f"{self.pick()} ({self.name}.{len(self.written)})")
            self.written.append(told)
            self._send(told, chance)
        if not self.over.is_set():
            self.gone.set()

    def look(self) -> None:
        """Look at the conversation once and remember it; raises CutError."""
        with self._look:
            seen = self.conversation()
            if not self.looks or self.looks[-1] != seen:
                self.looks.append(seen)
            for told in self.written[-1:]:
                if not told.confirmed and any(told.id == bubble.key for bubble in seen):
                    told.confirmed = True
                    self.tally.note(CONFIRMED)

    def conversation(self) -> tuple[Shown, ...]:
        """Return the conversation as it stands; raises CutError."""
        answer = self.server.get("/chat/bubbles", self._headers)
        if answer.status != 200:
            self._refused("bubbles", answer.status)
        return tuple(self._kept(bubble) for bubble in answer.record["bubbles"])

    @property
    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Visitor {self.key}", "Sec-Fetch-Site": "same-origin"}

    def _enter(self, chance: random.Random) -> None:
        try:
            answer = self.server.post_json("/chat/visitors", {}, {"Sec-Fetch-Site": "same-origin"})
            self.key = answer.record["key"] if answer.status == 200 else ""
        except CutError:
            self.over.wait(chance.uniform(*_AGAIN))

    def _send(self, told: Written, chance: random.Random) -> None:
        """Send under the same id until it is confirmed, by the answer or by the conversation."""
        body = {"id": told.id, "text": told.text, "name": self.name}
        while not told.confirmed:
            try:
                leave = whether_to_leave(chance, often=0.05)
                answer = self.server.post_json("/chat/messages", body, self._headers, leave=leave)
                if answer.status == 200:
                    told.confirmed = True
                    self.tally.note(CONFIRMED)
                    self.tally.note(WELCOMED)
                    self.look()
                    return
                self._refused("messages", answer.status)
            except CutError as error:
                self.cuts += error.midway
                time.sleep(chance.uniform(*_AGAIN))

    def _refused(self, path: str, status: int) -> None:
        """Take a 503 as the page does, as something to try again; anything else stands in the report."""
        if status != 503:
            self.refusals.append(f"{self.name} was answered {status} by {path}")
        raise CutError(f"{path} answered {status}")

    def _follow(self, jitter: float) -> None:
        """Hold one stream open and look whenever it says so."""
        while not self.gone.is_set():
            try:
                for line in self.server.lines("/chat/stream", self._headers):
                    if self.gone.is_set():
                        return
                    if line == "event: changed":
                        self._refresh()
            except CutError:
                pass
            self.gone.wait(_AGAIN[0] + jitter * _AGAIN[1])

    def _refresh(self) -> None:
        """Look, and where that cannot be, again a little later."""
        while not self.gone.is_set():
            try:
                self.look()
            except CutError:
                self.gone.wait(_AGAIN[1])
            else:
                return

    def _kept(self, bubble: dict[str, object]) -> Shown:
        choices = bubble["choices"]
        assert isinstance(choices, Sequence)
        shown = Shown(
            key=str(bubble["key"]),
            at=str(bubble["at"]),
            voice=str(bubble["voice"]),
            text=str(bubble["text"]),
            in_reply_to=str(bubble["in_reply_to"]),
            choices=tuple((choice["id"], choice["label"]) for choice in choices),
        )
        return self._known.setdefault(shown, shown)
