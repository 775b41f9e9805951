"""The requests of python-telegram-bot over aiohttp, for a fraction of the work that its own take."""

import asyncio
import io
import ssl
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp
from telegram._utils.defaultvalue import DefaultValue
from telegram.error import NetworkError, TimedOut
from telegram.request import BaseRequest, RequestData

_IDLE = 5.0
"""Seconds that an unused connection is kept: the shorter, the seldomer the platform closes it first."""


class UnreachedError(NetworkError):
    """The request certainly never left, so it may be made again."""


class AiohttpRequest(BaseRequest):
    """Make the requests of one bot; at most ``connections`` at a time, the others wait.

    Times are in seconds: to reach the platform, and to wait for each part of its answer. A request raises
    UnreachedError while nothing of it was written to a connection; after that TimedOut or NetworkError, and
    it may have arrived. None is made a second time and no redirection is followed. No error tells the
    address, which has the token in it.

    Proxies are taken from the environment (HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, NO_PROXY), as addresses that
    begin with http:// or https://. Certificates are checked against those that the system trusts, or
    against SSL_CERT_FILE.
    """

    __slots__ = ("_answer", "_closed", "_connect", "_connections", "_proxies", "_session")

    def __init__(self, connections: int, *, connect: float, answer: float) -> None:
        """Open no connection yet."""
        self._connections = connections
        self._connect = connect
        self._answer = answer
        self._session: aiohttp.ClientSession | None = None
        self._proxies: dict[tuple[str, str], str | None] = {}
        self._closed = False

    @property
    def read_timeout(self) -> float | None:
        """Return for how many seconds an answer is waited for."""
        return self._answer

    async def initialize(self) -> None:
        """Make requests possible again after ``shutdown``."""
        self._closed = False

    async def shutdown(self) -> None:
        """Close the connections; a request after this raises UnreachedError."""
        self._closed = True
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def do_request(  # noqa: PLR0917 - python-telegram-bot's signature
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,
        write_timeout: Any = BaseRequest.DEFAULT_NONE,
        connect_timeout: Any = BaseRequest.DEFAULT_NONE,
        pool_timeout: Any = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """Return status and body; raises UnreachedError, TimedOut or NetworkError."""
        answer = _given(read_timeout, self._answer)
        connect = _given(connect_timeout, self._connect)
        timeout = _timeout(connect, _given(pool_timeout, answer), _given(write_timeout, answer), answer)
        await _heed_what_was_closed()
        progress = SimpleNamespace(left=False)
        try:
            async with self._opened().request(
                method,
                url,
                data=_form(request_data),
                headers={"User-Agent": self.USER_AGENT},
                timeout=timeout,
                proxy=self._proxy(url),
                allow_redirects=False,
                trace_request_ctx=progress,
            ) as response:
                return response.status, await response.read()
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise _translated(error, left=progress.left) from None

    def _opened(self) -> aiohttp.ClientSession:
        if self._closed:
            raise UnreachedError("the connections are closed")
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    limit=self._connections,
                    keepalive_timeout=_IDLE,
                    ssl=ssl.create_default_context(),
                ),
                cookie_jar=aiohttp.DummyCookieJar(),
                trace_configs=[_watch()],
            )
        return self._session

    def _proxy(self, url: str) -> str | None:
        place = urlsplit(url)
        way = place.scheme, place.hostname or ""
        if way not in self._proxies:
            self._proxies[way] = proxy_for(*way)
        return self._proxies[way]


def proxy_for(scheme: str, host: str) -> str | None:
    """Return the proxy that the environment names for a host; raises UnreachedError for one of no use."""
    proxies = getproxies()
    proxy = proxies.get(scheme) or proxies.get("all")
    if not proxy or proxy_bypass(host):
        return None
    proxy = proxy if "://" in proxy else f"http://{proxy}"
    if urlsplit(proxy).scheme not in ("http", "https"):
        raise UnreachedError("the environment names a proxy that is neither http:// nor https://")
    return proxy


async def _heed_what_was_closed() -> None:
    """Let the event loop notice connections that the platform closed since, so that none of them is used.

    It looks at its sockets before the first turn, and acts on what it saw before the second.
    """
    await asyncio.sleep(0)
    await asyncio.sleep(0)


def _watch() -> aiohttp.TraceConfig:
    trace = aiohttp.TraceConfig()
    trace.on_request_headers_sent.append(_left)
    return trace


async def _left(_: object, progress: SimpleNamespace, __: aiohttp.TraceRequestHeadersSentParams) -> None:
    """Note that the request is about to be written; aiohttp tells before it does."""
    progress.trace_request_ctx.left = True


def _timeout(connect: float | None, pool: float | None, write: float | None, answer: float | None) -> Any:
    """Bound every part; the whole as well, for aiohttp does not bound writing by itself."""
    return aiohttp.ClientTimeout(
        total=_sum(connect, pool, write, answer),
        connect=_sum(connect, pool),
        sock_connect=connect,
        sock_read=answer,
    )


def _sum(*seconds: float | None) -> float | None:
    known = [each for each in seconds if each is not None]
    return sum(known) if len(known) == len(seconds) else None


def _given(seconds: Any, usual: float | None) -> float | None:
    told = usual if isinstance(seconds, DefaultValue) else seconds
    return None if told is None else float(told)


def _form(data: RequestData | None) -> aiohttp.FormData | Mapping[str, str] | None:
    """Return the parameters as a form; as one in parts when files are among them."""
    if data is None:
        return None
    if not data.contains_files:
        return data.json_parameters or None
    form = aiohttp.FormData(data.json_parameters)
    for name, (filename, content, kind) in data.multipart_data.items():
        part = io.BytesIO(content) if isinstance(content, bytes) else content  # written piece by piece
        form.add_field(name, part, filename=filename, content_type=kind)
    return form


def _translated(error: Exception, *, left: bool) -> NetworkError:
    """Name the error alone: its words may have the address in them, and so the token."""
    name = type(error).__name__
    if not left:
        return UnreachedError(name)
    return TimedOut(name) if isinstance(error, TimeoutError) else NetworkError(name)
