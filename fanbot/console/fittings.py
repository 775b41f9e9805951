"""What the rooms of the console share."""

from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import RedirectResponse

from fanbot.console.assets import Assets
from fanbot.console.board import Board
from fanbot.console.cards import Eyes
from fanbot.console.limiting import Tries
from fanbot.console.live import Watch
from fanbot.console.once import Once
from fanbot.console.pages import Pages
from fanbot.console.passwords import Passwords
from fanbot.console.room import Room
from fanbot.console.visitors import Visitors


@dataclass(frozen=True, slots=True)
class Fittings:
    """Everything that a route may need. ``news`` holds one sentence for a person's next page."""

    room: Room
    visitors: Visitors
    pages: Pages
    board: Board
    assets: Assets
    watch: Watch
    tries: Tries
    passwords: Passwords
    once: Once
    news: dict[str, str] = field(default_factory=dict)

    def eyes(self, request: Request) -> Eyes:
        """Say who looks, and when."""
        return Eyes(request.state.me, self.room.clock.now(), self.room.timezone())

    def told(self, request: Request) -> str:
        """Take the sentence that waits for this person."""
        return self.news.pop(request.state.me, "")

    def on_to(self, request: Request, path: str, *, saying: str = "") -> RedirectResponse:
        """Lead on to another page of the console, on which ``saying`` stands at the top."""
        if saying:
            self.news[request.state.me] = saying
        return RedirectResponse(f"{request.scope.get('root_path', '')}{path}", 303)


def fitted(room: Room) -> Fittings:
    """Make everything once."""
    assets = Assets()
    board = Board(room)
    pages = Pages(room, assets=assets, board=board)
    return Fittings(
        room=room,
        visitors=Visitors(room),
        pages=pages,
        board=board,
        assets=assets,
        watch=Watch(room.store.pulse),
        tries=Tries(),
        passwords=Passwords(room.password_hash),
        once=Once(),
    )
