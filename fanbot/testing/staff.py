"""A room for the team that is only remembered, and that misbehaves when a test says so."""

import asyncio
from collections import defaultdict, deque
from dataclasses import dataclass, field

from fanbot.errors import DeliveryError
from fanbot.ports.staff import Act, ActKind, Card, Remark, Spot, TeamDoor
from fanbot.testing.platform import MemoryPlatform


@dataclass(slots=True)
class Thread:
    """What stands in one thread: its card as it is shown now, and the lines below it, with their keys."""

    card: Card
    lines: list[str] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    deleted: bool = False

    @property
    def labels(self) -> list[str]:
        """Return the words on the card's buttons."""
        return [choice.label for choice in self.card.choices]

    @property
    def put_away(self) -> bool:
        """Tell whether nobody needs to look at this thread any more."""
        return self.card.finished


class MemoryRoom:
    """Keep in ``threads`` what the team would see, by the thread's name, in the order they were opened.

    ``calls`` names every call, also the failed ones; ``faults`` what was handed over against the contract.
    """

    def __init__(self) -> None:
        """Begin with nothing in it."""
        self.threads: dict[str, Thread] = {}
        self.calls: list[str] = []
        self.faults: list[str] = []
        self._troubles: dict[str, deque[BaseException | None]] = defaultdict(deque)
        self._after: dict[str, deque[BaseException | None]] = defaultdict(deque)
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._returning = asyncio.Event()
        self._returning.set()

    def fail_next(self, call: str, *errors: BaseException | None, done: bool = False) -> None:
        """Let the next calls of this name raise these, one each, None for one that goes well.

        ``done``: with the work done before.
        """
        (self._after if done else self._troubles)[call].extend(errors)

    def recover(self) -> None:
        """Let no further call fail."""
        self._troubles.clear()
        self._after.clear()

    def hang(self, *, done: bool = False) -> None:
        """Let every call wait until ``resume``; ``done``: with the work done before."""
        (self._returning if done else self._flowing).clear()

    def resume(self) -> None:
        """Take calls again."""
        self._flowing.set()
        self._returning.set()

    def delete(self, thread: str) -> None:
        """Delete a thread with its card, as a person can."""
        self.threads[thread].deleted = True

    def about(self, words: str) -> Thread:
        """Return the one thread that is there and whose card says these words."""
        (found,) = [each for each in self.threads.values() if not each.deleted and words in each.card.text]
        return found

    def name_of(self, thread: Thread) -> str:
        """Return the name of a thread."""
        return next(name for name, each in self.threads.items() if each is thread)

    async def open(self, card: Card) -> Spot:
        """Make a thread for an item and put its card there."""
        await self._begin("open", card)
        name = f"t{len(self.threads) + 1}"
        self.threads[name] = Thread(card)
        await self._end("open")
        return Spot(name, f"{name}-card")

    async def show(self, spot: Spot, card: Card) -> None:
        """Show the card as it is now, in place."""
        await self._begin("show", card)
        self._thread(spot).card = card
        await self._end("show")

    async def tell(self, spot: Spot, text: str, *, key: str) -> None:
        """Write a line into the thread."""
        self._hold(key, "the key of a line", 25)
        self._hold(text, "a line", 1_500)
        await self._begin("tell", None)
        thread = self._thread(spot)
        thread.lines.append(text)
        thread.keys.append(key)
        await self._end("tell")

    def _thread(self, spot: Spot) -> Thread:
        thread = self.threads.get(spot.thread)
        if thread is None or thread.deleted or spot.message != f"{spot.thread}-card":
            raise DeliveryError("There is no such thread.", permanent=True)
        return thread

    async def _begin(self, call: str, card: Card | None) -> None:
        self.calls.append(call)
        if card is not None:
            self._hold(card.key, "the key of a card", 25)
            self._hold(card.title, "a title", 80)
            self._hold(card.text, "a card's text", 1_500)
            if "\n" in card.title:
                self.faults.append(f"a title of several lines: {card.title!r}")
            for choice in card.choices:
                self._hold(choice.id, "the id of a choice", 64)
        await self._flowing.wait()
        if self._troubles[call] and (trouble := self._troubles[call].popleft()) is not None:
            raise trouble

    async def _end(self, call: str) -> None:
        await self._returning.wait()
        if self._after[call] and (trouble := self._after[call].popleft()) is not None:
            raise trouble

    def _hold(self, text: str, what: str, limit: int) -> None:
        if not text or len(text.encode() if what.endswith("choice") else text) > limit:
            self.faults.append(f"{what} with {len(text)} characters: {text!r}")


class StaffedPlatform(MemoryPlatform):
    """A platform that is only remembered, with a room for the team, and people who act in it."""

    def __init__(self, team: TeamDoor | None = None) -> None:
        """Begin with an empty room."""
        super().__init__()
        self.staff = MemoryRoom()
        self.team = team
        self._acts = 0

    async def press(self, user: str, thread: Thread, label: str) -> Remark | None:
        """Let somebody press the button of a card that says ``label``."""
        (choice,) = [choice for choice in thread.card.choices if choice.label == label]
        return await self.act(ActKind.PRESS, user, thread, choice.id)

    async def follow(self, user: str, thread: Thread, remark: Remark | None, label: str) -> Remark | None:
        """Let somebody press the button of what they were told."""
        assert remark is not None
        (choice,) = [choice for choice in remark.choices if choice.label == label]
        return await self.act(ActKind.PRESS, user, thread, choice.id)

    async def write(self, user: str, thread: Thread, text: str, *, files: int = 0) -> Remark | None:
        """Let somebody write into a thread."""
        return await self.act(ActKind.WORDS, user, thread, text, files=files)

    async def answer(self, user: str, thread: Thread, text: str, *, files: int = 0) -> Remark | None:
        """Let somebody use the platform's reply on a card."""
        return await self.act(ActKind.REPLY, user, thread, text, files=files)

    async def act(
        self, kind: ActKind, user: str, thread: Thread, text: str, *, files: int = 0, key: str = ""
    ) -> Remark | None:
        """Bring an act to the team's door, under a key of its own unless ``key`` says which."""
        assert self.team is not None
        self._acts += 1
        name = self.staff.name_of(thread)
        return await self.team(Act(key or f"act-{self._acts}", kind, user, user.title(), name, text, files))
