"""A connection as a browser has one, light enough that hundreds of them fit beside what is measured."""

import asyncio
from collections.abc import Mapping


class Line:
    """One connection to the server that is used again and again, as a browser's is."""

    def __init__(self, port: int, cookie: str = "") -> None:
        """Speak to the port of this machine."""
        self._port = port
        self._head = f"Host: 127.0.0.1:{port}\r\nOrigin: http://127.0.0.1:{port}\r\nAccept-Encoding: gzip\r\n"
        self._head += f"Cookie: {cookie}\r\n" if cookie else ""
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, path: str, *, form: str = "", mark: str = "") -> tuple[int, Mapping[str, str], bytes]:
        """Ask once; return status, headers and the body as it travelled."""
        reader, writer = await self._connected()
        method = "POST" if form else "GET"
        head = f"{method} {path} HTTP/1.1\r\n{self._head}"
        head += f"If-None-Match: {mark}\r\n" if mark else ""
        if form:
            head += f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(form)}\r\n"
        writer.write(f"{head}\r\n{form}".encode())
        status, headers = await self._answered(reader)
        if "content-length" in headers:
            return status, headers, await reader.readexactly(int(headers["content-length"]))
        body = b""
        while headers.get("transfer-encoding") == "chunked":
            size = int(await reader.readline(), 16)
            body += (await reader.readexactly(size + 2))[:-2]
            if not size:
                break
        return status, headers, body

    async def listen(self, path: str) -> asyncio.StreamReader:
        """Open a stream of events."""
        reader, writer = await self._connected()
        writer.write(f"GET {path} HTTP/1.1\r\n{self._head}\r\n".encode())
        status, _ = await self._answered(reader)
        if status != 200:
            raise RuntimeError(f"the stream was refused: {status}")
        return reader

    def close(self) -> None:
        """Hang up."""
        if self._streams:
            self._streams[1].close()

    async def _connected(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self._port, limit=2**22)
        return self._streams

    async def _answered(self, reader: asyncio.StreamReader) -> tuple[int, Mapping[str, str]]:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        told = [line.partition(": ") for line in head[1:] if line]
        return int(head[0].split()[1]), {name.lower(): value for name, _, value in told}
