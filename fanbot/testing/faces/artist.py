"""Somebody of the team at the console, over its own forms, while fanbot dies and comes back."""

import random
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

from fanbot.testing.faces.calls import Answer, CutError, Server, whether_to_leave
from fanbot.testing.faces.forms import Form, Page, read
from fanbot.testing.faces.rivalry import Claimed, Rivalry
from fanbot.testing.faces.tally import Tally

ASKED = "a form was sent"
REPLIED = "a reply was confirmed"
UNDO = 10.0
"""Seconds that a reply lingers before it leaves."""
_EDGE = (UNDO - 1.5, UNDO + 1.0)
_PAUSE = (0.02, 0.2)


@dataclass(slots=True)
class Reply:
    """A reply as its artist saw it; ``token`` stands in its words and nowhere else.

    ``confirmed``: the console said that it has it. ``recalled``: the console said that it was taken
    back. ``unsure``: a connection was cut and no later page told what became of it.
    """

    token: str
    item: str
    fan: str
    confirmed: bool = False
    recalled: bool = False
    unsure: bool = False


@dataclass(slots=True)
class Closing:
    """An item that an artist ended as read; ``confirmed``: the console said so."""

    item: str
    fan: str
    confirmed: bool = False


@dataclass(slots=True)
class Artist:
    """One browser, signed in once. ``complaints`` are broken promises that it saw itself."""

    name: str
    password: str
    server: Server
    rivalry: Rivalry
    tally: Tally
    seed: str
    over: threading.Event
    replies: list[Reply] = field(default_factory=list)
    closings: list[Closing] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    leaving: list[float] = field(default_factory=list)
    refused: int = 0
    cuts: int = 0
    _cookie: str = ""

    @property
    def signed_in(self) -> bool:
        """Tell whether the console knows this browser."""
        return bool(self._cookie)

    def work(self) -> None:
        """Take items from the queue and answer them, until it is over."""
        chance = random.Random(f"{self.seed}/{self.name}")  # noqa: S311 - repeated with its seed
        while not self.over.wait(chance.uniform(*_PAUSE)):
            try:
                if not self._cookie:
                    self._sign_in()
                    continue
                queue = self._page("/")
            except CutError:
                continue
            self._take_one(queue, chance)

    def _sign_in(self) -> None:
        answer = self.server.post_form("/sign-in", {"name": self.name, "password": self.password}, {})
        if answer.status == 429:
            self.over.wait(float(answer.headers["retry-after"]))
        elif answer.status == 303:
            self._cookie = answer.headers["set-cookie"].partition(";")[0]
        elif answer.status != 503:
            self.complaints.append(f"{self.name} was not let in: {answer.status}")

    def _take_one(self, queue: Page, chance: random.Random) -> None:
        free = queue.claimable
        if free and chance.random() < 0.4:
            item, together = self.rivalry.meet(self.name, free[0])
        else:
            item, together = chance.choice(free) if free else "", False
        if item and (together or chance.random() < 0.8):
            if self._claim(item, chance, together=together):
                self._handle(item, chance)
        elif chance.random() < 0.5 and (known := [*queue.mine, *free]):
            self._handle(chance.choice(known), chance)

    def _claim(self, item: str, chance: random.Random, *, together: bool) -> bool:
        began = time.monotonic()
        answer, cuts = self._insist(Form(f"/items/{item}/claim", {}), chance)
        won = answer.status == 303
        self.rivalry.claimed(Claimed(item, self.name, began, time.monotonic(), won, cuts > 0, together))
        return won

    def _handle(self, item: str, chance: random.Random) -> None:
        """Reply to an item, put it back, close it, or leave it claimed for later."""
        page = self._settled(f"/items/{item}")
        form, fan = page.form("/reply"), page.heading.strip()
        if form is None or not fan or "once" not in form.fields:
            return
        move = chance.random()
        if move < 0.7:
            self._reply(item, fan, form, chance)
        elif move < 0.8:
            self._close(item, fan, chance)
        elif move < 0.9 and (release := page.form("/release")):
            self.rivalry.freed(item, self.name)
            self._insist(release, chance)
        elif move < 0.95 and page.form("/release"):
            self._draft(item, fan, chance)

    def _reply(self, item: str, fan: str, form: Form, chance: random.Random) -> None:
        reply = Reply(f"[reply {self.name}-{len(self.replies)}]", item, fan)
        self.replies.append(reply)
        self.rivalry.freed(item, self.name)
        began = time.monotonic()
        words = f"{reply.token} Dear {fan}, thank you for this.\nIt was read by a person."
        answer, cuts = self._insist(Form(form.action, {**form.fields, "text": words}), chance, patient=True)
        if answer.status == 303:
            reply.confirmed = True
        elif answer.status == 409 and read(answer.text).form("/recall"):
            reply.confirmed = True  # the page says that it leaves in these seconds
        elif cuts:
            reply.unsure = True
        else:
            self.refused += 1
        if not reply.confirmed:
            return
        self.tally.note(REPLIED)
        self.leaving.append(began + UNDO)
        if chance.random() < 0.3:
            self._recall(reply, chance)

    def _recall(self, reply: Reply, chance: random.Random) -> None:
        wait = chance.random()
        self.over.wait(chance.uniform(*(_EDGE if wait > 0.9 else (0, 4) if wait > 0.7 else (0, 0.3))))
        answer, cuts = self._insist(Form(f"/items/{reply.item}/recall", {}), chance)
        if answer.status == 303:
            reply.recalled = True
        elif cuts:
            reply.unsure = True

    def _close(self, item: str, fan: str, chance: random.Random) -> None:
        closing = Closing(item, fan)
        self.closings.append(closing)
        self.rivalry.freed(item, self.name)
        answer, _ = self._insist(Form(f"/items/{item}/close", {}), chance)
        closing.confirmed = answer.status == 303

    def _draft(self, item: str, fan: str, chance: random.Random) -> None:
        """Keep words with an item that is claimed; they are there after any number of starts."""
        words = f"{fan}: not yet {chance.random()}"
        answer, _ = self._insist(Form(f"/items/{item}/draft", {"text": words}), chance)
        if answer.status != 204:
            return
        self.over.wait(chance.uniform(0, 2))
        form = self._settled(f"/items/{item}").form("/reply")
        if form is not None and form.fields.get("text", "").strip() != words:
            self.complaints.append(f"{self.name}: the draft of item {item} was confirmed and is not there")

    def _insist(self, form: Form, chance: random.Random, *, patient: bool = False) -> tuple[Answer, int]:
        """Send a form again and again until there is an answer; tell how many connections were cut.

        ``patient``: like somebody who sometimes comes back to a page that could not be reached.
        """
        cuts = 0
        while True:
            self.tally.note(ASKED)
            try:
                leave = whether_to_leave(chance, often=0.25)
                return self._asked(partial(self._post, form, leave)), cuts
            except CutError as error:
                cuts += error.midway
                self.cuts += error.midway
                wait = chance.random()
                late = patient and error.midway and wait > 0.6
                time.sleep(chance.uniform(*(_EDGE if wait > 0.85 else (0.3, 4))) if late else wait * 0.3)

    def _post(self, form: Form, leave: float | None) -> Answer:
        return self.server.post_form(form.action, form.fields, self._headers, leave=leave)

    def _page(self, path: str) -> Page:
        return read(self._asked(lambda: self.server.get(path, self._headers)).text)

    def _settled(self, path: str) -> Page:
        """Load a page, again and again until it comes."""
        while True:
            try:
                return self._page(path)
            except CutError:
                time.sleep(_PAUSE[1])

    def _asked(self, call: Callable[[], Answer]) -> Answer:
        """Return an answer; 503 is one that asks to try again, and nobody is signed out by a start."""
        answer = call()
        if answer.status == 503:
            raise CutError("not now")
        if answer.status == 303 and answer.headers.get("location", "").startswith("/sign-in"):
            self.complaints.append(f"{self.name} was signed out")
            self._cookie = ""
        elif answer.status >= 500:
            self.complaints.append(f"{self.name} was answered {answer.status}")
        return answer

    @property
    def _headers(self) -> Mapping[str, str]:
        return {"Cookie": self._cookie}
