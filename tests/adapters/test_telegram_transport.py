"""Requests over a real socket: what certainly never left, what may have arrived, and what nobody is told."""

import asyncio
import queue
import socket
import ssl
import subprocess
import threading
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
from telegram import Bot, InputFile
from telegram.error import NetworkError, TimedOut
from telegram.request import RequestData

from fanbot.errors import DeliveryError
from fanbot.testing.telegram.server import TOKEN
from fanbot_telegram.failures import delivery, never_left
from fanbot_telegram.platform import TelegramPlatform
from fanbot_telegram.settings import Settings
from fanbot_telegram.transport import AiohttpRequest, UnreachedError, proxy_for
from tests.adapters.discord_support import needs_openssl
from tests.adapters.telegram_support import PATIENCE, answer, until

OK = b'HTTP/1.1 200 OK\r\nContent-Length: 25\r\n\r\n{"ok":true,"result":true}'
PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")
Behaviour = Callable[["Server", asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Server:
    """A server that behaves as a test wants; ``requests`` are heads and bodies that it read whole."""

    def __init__(self, behaviour: Behaviour) -> None:
        self.requests: list[tuple[str, bytes]] = []
        self.connections = 0
        self.port = 0
        self.scheme = "http"
        self._behaviour = behaviour

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}/bot{TOKEN}/sendMessage"

    async def read(self, reader: asyncio.StreamReader) -> bool:
        """Read a request; tell whether there was one."""
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            length = next(
                (line[16:] for line in head.split("\r\n") if line.startswith("Content-Length: ")), "0"
            )
            self.requests.append((head, await reader.readexactly(int(length))))
        except (asyncio.IncompleteReadError, ConnectionError):
            return False
        return True

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            await self._behaviour(self, reader, writer)
        finally:
            writer.close()


async def answers(server: Server, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer every request well."""
    while await server.read(reader):
        writer.write(OK)


async def drops_before(_: Server, __: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Take a connection and cut it without having read."""
    writer.transport.abort()


async def drops_after(server: Server, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Read, perhaps act, and cut."""
    await server.read(reader)
    writer.transport.abort()


async def ends_after(server: Server, reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
    """Read, perhaps act, and hang up in good order."""
    await server.read(reader)


async def breaks_off(server: Server, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Begin to answer."""
    await server.read(reader)
    writer.write(OK[:-10])
    await writer.drain()


async def babbles(server: Server, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer with what is no HTTP."""
    await server.read(reader)
    writer.write(b"220 mail.example.org ESMTP\r\n\r\n")
    await writer.drain()


async def hangs(server: Server, reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
    """Read and never answer."""
    await server.read(reader)
    await reader.read()


async def reads_nothing(_: Server, __: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Take a connection and nothing from it."""
    writer.transport.pause_reading()  # type: ignore[attr-defined]
    await asyncio.sleep(PATIENCE)


class OnceEach(threading.Thread):
    """A server on a thread that answers one request of each connection, and closes it when told to."""

    def __init__(self) -> None:
        super().__init__()
        self.connections = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._answered: queue.Queue[socket.socket] = queue.Queue()
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}/bot1/getMe"

    def run(self) -> None:
        with suppress(OSError):  # raised when it is over
            while True:
                connection, _ = self._listener.accept()
                self.connections += 1
                connection.recv(65_536)
                self._answered.put(connection)
                connection.sendall(OK)

    def close_the_connection(self) -> None:
        """Close what the last answer went through; the loop of the test stands still meanwhile."""
        self._answered.get(timeout=PATIENCE).close()

    def end(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self.join(PATIENCE)
        self._listener.close()


async def sends_elsewhere(server: Server, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Name another address."""
    while await server.read(reader):
        writer.write(b"HTTP/1.1 307 No\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n")


@asynccontextmanager
async def serving(behaviour: Behaviour, *, secured: ssl.SSLContext | None = None) -> AsyncIterator[Server]:
    """Serve on loopback."""
    server = Server(behaviour)
    tasks: set[asyncio.Task[None]] = set()

    async def served(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        try:
            await server.serve(reader, writer)
        except asyncio.CancelledError:
            pass  # the block is over
        finally:
            tasks.discard(task)

    listener = await asyncio.start_server(served, "127.0.0.1", 0, ssl=secured)
    server.port = listener.sockets[0].getsockname()[1]
    server.scheme = "http" if secured is None else "https"
    try:
        async with asyncio.timeout(PATIENCE):
            yield server
    finally:
        listener.close()
        for task in tuple(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await listener.wait_closed()


@asynccontextmanager
async def requests(
    connections: int = 4, *, connect: float = 5, answer: float = 5
) -> AsyncIterator[AiohttpRequest]:
    """Make requests, and close at the end."""
    request = AiohttpRequest(connections, connect=connect, answer=answer)
    try:
        yield request
    finally:
        await request.shutdown()


async def refused(url: str, **patience: float) -> NetworkError:
    """Make a request that fails; return the error, of which nothing tells the token."""
    async with requests(**patience) as request:  # type: ignore[arg-type]
        with pytest.raises(NetworkError) as told:
            await request.post(url, RequestData())
    assert TOKEN not in "".join(traceback.format_exception(told.value))
    return told.value


async def refused_by(behaviour: Behaviour, **patience: float) -> tuple[NetworkError, Server]:
    """Make one at a server that behaves like this."""
    async with serving(behaviour) as server:
        return await refused(server.url, **patience), server


@pytest.fixture(autouse=True)
def unproxied(monkeypatch: pytest.MonkeyPatch) -> None:
    """Begin with no proxy, whatever the environment names."""
    for name in PROXIES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


async def test_a_refused_connection_certainly_never_left() -> None:
    """Nobody listens there, so the message may be sent again."""
    async with serving(answers) as server:
        url = server.url
    error = await refused(url)
    assert never_left(error)
    assert not delivery(error).ambiguous


async def test_a_name_that_nobody_knows_certainly_never_left() -> None:
    """Nothing was connected to."""
    assert never_left(await refused("http://nowhere.invalid/"))


async def test_a_connection_that_never_comes_about_certainly_never_left() -> None:
    """All connections that are allowed are in use, and the time to wait for one ends."""
    async with serving(hangs) as server:
        async with requests(1) as request:
            first = asyncio.create_task(request.post(server.url, RequestData(), read_timeout=PATIENCE))
            await until(lambda: bool(server.requests))
            with pytest.raises(NetworkError) as told:
                await request.post(server.url, RequestData(), pool_timeout=0.1, connect_timeout=0.1)
            first.cancel()
        assert (len(server.requests), never_left(told.value)) == (1, True)


@pytest.mark.parametrize("behaviour", [drops_before, drops_after, ends_after, breaks_off, babbles])
async def test_what_was_written_to_a_connection_may_have_arrived(behaviour: Behaviour) -> None:
    """The client cannot tell whether the other end acted before the connection was gone; made once."""
    error, server = await refused_by(behaviour)
    assert not never_left(error)
    assert not isinstance(error, TimedOut)
    assert (delivery(error).ambiguous, server.connections) == (True, 1)


@pytest.mark.parametrize("behaviour", [hangs, reads_nothing])
async def test_an_answer_that_does_not_come_may_have_arrived(behaviour: Behaviour) -> None:
    """The wait for it ends, and nothing is made a second time."""
    error, server = await refused_by(behaviour, answer=0.2)
    assert isinstance(error, TimedOut)
    assert (never_left(error), delivery(error).ambiguous, server.connections) == (False, True, 1)


async def test_a_body_that_nobody_reads_does_not_hang_for_ever() -> None:
    """Writing ends as well, although the buffers between are full."""
    async with serving(reads_nothing) as server, requests(connect=1, answer=0.2) as request:
        bot = Bot(
            TOKEN, base_url=server.url.partition(TOKEN)[0], request=request, get_updates_request=request
        )
        with pytest.raises(TimedOut) as told:
            await bot.send_document(3001, InputFile(b"x" * 20_000_000), write_timeout=0.2, pool_timeout=0.2)
        assert not never_left(told.value)


async def test_an_idle_connection_that_was_closed_meanwhile_is_not_used() -> None:
    """The closing has come, but a busy program has not looked at it yet; the request goes out anew."""
    server = OnceEach()
    server.start()
    try:
        async with requests() as request:
            for _ in range(3):
                assert await request.post(server.url, RequestData()) is True
                server.close_the_connection()
    finally:
        server.end()
    assert server.connections == 3


async def test_a_connection_is_used_again() -> None:
    """Many requests need no more connections than are allowed."""
    async with serving(answers) as server, requests(2) as request:
        await asyncio.gather(*(request.post(server.url, RequestData()) for _ in range(20)))
        assert (len(server.requests), server.connections) == (20, 2)


async def test_a_longer_patience_is_heeded() -> None:
    """Asking for updates waits longer than anything else."""

    async def slow(server: Server, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await server.read(reader)
        await asyncio.sleep(0.5)
        writer.write(OK)

    async with serving(slow) as server, requests(answer=0.1) as request:
        assert await request.post(server.url, RequestData(), read_timeout=PATIENCE) is True


async def test_no_redirection_is_followed() -> None:
    """The address, which has the token in it, is shown to nobody else."""
    error, server = await refused_by(sends_elsewhere)
    assert (never_left(error), len(server.requests)) == (False, 1)


async def test_a_file_goes_out_in_a_part_of_its_own() -> None:
    """The parameters stand beside it."""
    async with serving(answers) as server, requests() as request:
        bot = Bot(
            TOKEN, base_url=server.url.partition(TOKEN)[0], request=request, get_updates_request=request
        )
        wanted = {"chat_id": 3001, "document": InputFile(b"a,b\n1,2\n", filename="fans.csv")}
        assert await bot._post("sendDocument", wanted) is True
        [(head, body)] = server.requests
        assert "Content-Type: multipart/form-data; boundary=" in head
        for part in (
            b'name="chat_id"\r\n\r\n3001\r\n',
            b'filename="fans.csv"',
            b"text/csv",
            b"\r\n\r\na,b\n1,2\n\r\n",
        ):
            assert part in body


async def test_after_closing_nothing_leaves() -> None:
    """Connections are closed at once; a request says that it never left, until there is a new beginning."""
    async with serving(hangs) as server, requests() as request:
        under_way = asyncio.create_task(request.post(server.url, RequestData()))
        await until(lambda: bool(server.requests))
        await request.shutdown()
        await request.shutdown()
        with pytest.raises(NetworkError) as told:
            await under_way
        assert not never_left(told.value)
        with pytest.raises(UnreachedError):
            await request.post(server.url, RequestData())
        assert len(server.requests) == 1
    async with serving(answers) as server:
        await request.initialize()
        assert await request.post(server.url, RequestData()) is True
        await request.shutdown()


def authority(folder: Path) -> ssl.SSLContext:
    """Make a certificate of 127.0.0.1 that only cert.pem in the folder vouches for."""
    subprocess.run(
        (
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
            "-keyout", "key.pem", "-out", "cert.pem", "-days", "2", "-subj", "/CN=a test",
            "-addext", "subjectAltName=IP:127.0.0.1",
        ),
        cwd=folder, check=True, capture_output=True, timeout=PATIENCE,
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return context


@needs_openssl
async def test_a_server_that_nobody_vouches_for_gets_no_request(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The token is not shown to it; with its authority in SSL_CERT_FILE it is spoken to."""
    async with serving(answers, secured=authority(tmp_path)) as server:
        assert never_left(await refused(server.url))
        assert server.requests == []
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "cert.pem"))
        async with requests() as request:
            assert await request.post(server.url, RequestData()) is True


def test_proxies_are_those_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """One for all, one for a scheme, and hosts that are reached without."""
    assert proxy_for("https", "api.telegram.org") is None
    monkeypatch.setenv("ALL_PROXY", "http://all.example:1")
    assert proxy_for("https", "api.telegram.org") == "http://all.example:1"
    monkeypatch.setenv("HTTPS_PROXY", "secure.example:2")
    assert proxy_for("https", "api.telegram.org") == "http://secure.example:2"
    monkeypatch.setenv("NO_PROXY", "api.telegram.org")
    assert proxy_for("https", "api.telegram.org") is None
    monkeypatch.setenv("HTTPS_PROXY", "socks5://socks.example:3")
    with pytest.raises(UnreachedError):
        proxy_for("https", "elsewhere.example")


async def test_requests_go_through_the_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is asked for the platform; the platform itself is not connected to."""
    async with serving(answers) as proxy, requests() as request:
        monkeypatch.setenv("HTTP_PROXY", f"http://ada:secret@127.0.0.1:{proxy.port}")
        assert await request.post("http://telegram.example/bot1/getMe", RequestData()) is True
        [(head, _)] = proxy.requests
        assert head.startswith("POST http://telegram.example/bot1/getMe HTTP/1.1\r\n")
        assert "Proxy-Authorization: Basic YWRhOnNlY3JldA==" in head


async def forbids(server: Server, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Let nobody through."""
    await server.read(reader)
    writer.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
    await writer.drain()


@pytest.mark.parametrize("behaviour", [forbids, drops_after])
async def test_what_a_proxy_let_nowhere_certainly_never_left(
    behaviour: Behaviour, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was asked for a way through, and was shown nothing of the request."""
    async with serving(behaviour) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.port}")
        error = await refused(f"https://telegram.example/bot{TOKEN}/sendMessage")
        assert never_left(error)
        [(head, _)] = proxy.requests
        assert head.startswith("CONNECT telegram.example:443 ")
        assert TOKEN not in head


async def test_a_message_is_parked_only_when_it_may_have_arrived() -> None:
    """What the fan may have is shown to a person; what never left is tried again."""
    for behaviour, ambiguous in ((drops_after, True), (None, False)):
        async with serving(behaviour or answers) as server:
            base = server.url.partition(TOKEN)[0]
            if behaviour is None:
                base = base.replace(str(server.port), "1")
            telegram = TelegramPlatform("main", Settings(TOKEN, base_url=base, base_file_url=base))
            with pytest.raises(DeliveryError) as told:
                await telegram.send(answer())
            await telegram.close()
            assert (told.value.ambiguous, told.value.permanent) == (ambiguous, False)
            assert len(server.requests) == int(ambiguous)
