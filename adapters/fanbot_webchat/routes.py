"""What a visitor's page can ask for, one function each."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from fanbot.domain.messages import Inbound
from fanbot.errors import FanbotError, StoreError
from fanbot.ports.web import App, Correspondence
from fanbot_webchat import doors, translate
from fanbot_webchat.filing import Filing
from fanbot_webchat.headers import Careful
from fanbot_webchat.hearing import Hearing
from fanbot_webchat.pages import Page, pages
from fanbot_webchat.rates import Rates
from fanbot_webchat.refusals import RefusedError
from fanbot_webchat.settings import Settings
from fanbot_webchat.streams import StreamResponse, Streams
from fanbot_webchat.visitors import Visitors

_JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Routes:
    """Everything that a request may need."""

    account: str
    visitors: Visitors
    hearing: Hearing
    streams: Streams
    rates: Rates
    correspondence: Correspondence
    filing: Filing
    now: Callable[[], datetime]
    patience: float
    """Seconds in which a body must have come."""

    async def welcome(self, request: Request) -> Response:
        """Make a key for a new visitor."""
        doors.from_our_page(request)
        self.rates.write(host=doors.host(request))
        return _answer({"key": self.visitors.welcome()})

    async def take_message(self, request: Request) -> Response:
        """Keep a message; confirm it once it is durable."""
        visitor = self._writer(request)
        body = await doors.json_body(request, patience=self.patience)
        event = translate.message(body, visitor=visitor, account=self.account, received_at=self.now())
        return await self._keep(await self.filing.named(event))

    async def take_file(self, request: Request) -> Response:
        """Keep a file under the id that its page made; confirm it once it is durable."""
        file = await self.filing.take(request, visitor=self._writer(request))
        return _answer(translate.shown_file(file))

    async def give_file(self, request: Request) -> Response:
        """Give a visitor a file of their own back."""
        return await self.filing.give(request, visitor=self._reader(request))

    async def take_press(self, request: Request) -> Response:
        """Keep the press of a button that this visitor was shown."""
        visitor = self._writer(request)
        body = await doors.json_body(request, patience=self.patience)
        event = translate.press(body, visitor=visitor, account=self.account, received_at=self.now())
        if not translate.offered(await self.correspondence.bubbles(event.address), event.text):
            raise RefusedError(400, "This choice is not part of your conversation, so it was not kept.")
        return await self._keep(event)

    async def show(self, request: Request) -> Response:
        """Show the visitor's whole conversation."""
        place = translate.address(self._reader(request), account=self.account)
        bubbles = await self.correspondence.bubbles(place)
        return Response(translate.conversation(bubbles), media_type=_JSON)

    async def follow(self, request: Request) -> Response:
        """Tell of every change for as long as the page stays open."""
        return StreamResponse(self.streams, self._reader(request))

    async def export(self, request: Request) -> Response:
        """Give everything that is kept about the visitor, as JSON lines; ``?contents=no`` without bytes."""
        visitor = self._reader(request)
        contents = request.query_params.get("contents") != "no"
        self.rates.write(host=doors.host(request), visitor=visitor)
        records = aiter(
            self.correspondence.export(platform=translate.PLATFORM, user=visitor, contents=contents)
        )
        first = await anext(records, None)
        return StreamingResponse(
            _lines(first, records),
            media_type="application/x-ndjson",
            headers={"Content-Disposition": 'attachment; filename="conversation.jsonl"'},
        )

    async def erase(self, request: Request) -> Response:
        """Erase everything that is kept about the visitor."""
        visitor = self._writer(request)
        erased = await self.correspondence.erase(platform=translate.PLATFORM, user=visitor)
        self.streams.wake(visitor)
        return _answer({"erased": erased})

    def _writer(self, request: Request) -> str:
        doors.from_our_page(request)
        return self._known(request, self.rates.write)

    def _reader(self, request: Request) -> str:
        return self._known(request, self.rates.read)

    def _known(self, request: Request, count: Callable[..., None]) -> str:
        """Return who asks, and count it; also what has no good key is counted, for its address."""
        host = doors.host(request)
        try:
            visitor = doors.visitor(request, self.visitors)
        except RefusedError:
            count(host=host)
            raise
        count(host=host, visitor=visitor)
        return visitor

    async def _keep(self, event: Inbound) -> Response:
        await self.hearing.take(event)
        self.streams.wake(event.address.channel)
        return _answer({"id": event.message, "saved": True})


def application(routes: Routes, settings: Settings) -> App:
    """Put everything behind its path."""
    posts: Mapping[str, Callable[[Request], Awaitable[Response]]] = {
        "/visitors": routes.welcome,
        "/messages": routes.take_message,
        "/presses": routes.take_press,
        "/erase": routes.erase,
    }
    gets = {"/bubbles": routes.show, "/stream": routes.follow, "/export": routes.export}
    starlette = Starlette(
        routes=[
            *(Route(path, _served(page), methods=["GET"]) for path, page in pages(settings).items()),
            *(Route(path, endpoint, methods=["POST"]) for path, endpoint in posts.items()),
            *(Route(path, endpoint, methods=["GET"]) for path, endpoint in gets.items()),
            Route("/files/{id}", routes.take_file, methods=["PUT"]),
            Route("/files/{id}", routes.give_file, methods=["GET"]),
        ],
        exception_handlers={FanbotError: _refuse, HTTPException: _no_such_page},
    )
    starlette.router.redirect_slashes = False
    return Careful(starlette)


def _served(page: Page) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        return page(request)

    return endpoint


async def _lines(
    first: Mapping[str, object] | None, rest: AsyncIterator[Mapping[str, object]]
) -> AsyncIterator[bytes]:
    if first is not None:
        yield translate.line(first)
        async for record in rest:
            yield translate.line(record)


def _answer(record: Mapping[str, object]) -> Response:
    return Response(translate.line(record), media_type=_JSON)


async def _refuse(_request: Request, error: Exception) -> Response:
    """Say in JSON why something was not done."""
    match error:
        case RefusedError():
            refusal = error
        case translate.UnreadableError():
            refusal = RefusedError(400, str(error))
        case StoreError():
            refusal = RefusedError(
                503, "The conversation cannot be reached at this moment. Nothing was changed.", retry_after=5
            )
        case _:
            raise error
    headers = {}
    if refusal.retry_after:
        headers["Retry-After"] = str(refusal.retry_after)
    if refusal.status == 401:
        headers["WWW-Authenticate"] = "Visitor"
    if refusal.status in (408, 413, 415):
        headers["Connection"] = "close"
    return Response(
        translate.line({"error": refusal.sentence}), refusal.status, headers=headers, media_type=_JSON
    )


async def _no_such_page(request: Request, error: Exception) -> Response:
    """Answer what has no path here, or not with this method."""
    status = error.status_code if isinstance(error, HTTPException) else 404
    return await _refuse(request, RefusedError(status, "There is nothing at this address."))
