"""Turn a page and what it shows into HTML; everything shown is escaped."""

from importlib.resources import files

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from fanbot.console.assets import Assets
from fanbot.console.board import Board
from fanbot.console.room import Room


class Pages:
    """The pages of the console, with what stands at the top of each."""

    def __init__(self, room: Room, *, assets: Assets, board: Board) -> None:
        """Find the pages that come with fanbot."""
        self._room = room
        self._board = board
        self._environment = Environment(
            loader=FileSystemLoader(str(files("fanbot.console").joinpath("pages"))),
            autoescape=True,
            auto_reload=False,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.globals["asset"] = assets.address

    async def show(self, request: Request, page: str, *, status: int = 200, **shown: object) -> HTMLResponse:
        """Answer with a page for whoever is signed in."""
        return HTMLResponse(await self.text(request, page, **shown), status)

    async def text(self, request: Request, page: str, **shown: object) -> str:
        """Return a page, or a part of one."""
        room, top = self._room, await self._board.top()
        return self._render(
            request,
            page,
            me=request.state.me,
            paused=top.paused,
            troubles=top.troubles + len(room.problems()),
            can_sign_out=not room.open_as,
            **shown,
        )

    def plain(self, request: Request, page: str, *, status: int = 200, **shown: object) -> HTMLResponse:
        """Answer with a page that asks the store for nothing."""
        return HTMLResponse(self._render(request, page, me="", **shown), status)

    def _render(self, request: Request, page: str, **shown: object) -> str:
        return self._environment.get_template(page).render(
            root=request.scope.get("root_path", ""),
            now=self._room.clock.now().isoformat(),
            creator=self._room.team().creator,
            here=request.url.path.removeprefix(request.scope.get("root_path", "")) or "/",
            **shown,
        )
