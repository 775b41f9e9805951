"""HTTP calls to a server that may be killed at any moment; one connection a call."""

import json
import os
import random
import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from typing import Any
from urllib.parse import urlencode

_PATIENCE = 20.0
_SILENCE = 45.0
"""Seconds without a word after which a stream counts as dead; the page's script waits as long."""


class CutError(Exception):
    """The connection broke or never was; whether the server acted is not known.

    ``midway``: the server had been reached.
    """

    def __init__(self, told: str, *, midway: bool = False) -> None:
        super().__init__(told)
        self.midway = midway


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server said. Header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """Return the body as text."""
        return self.body.decode("utf-8", "replace")

    @property
    def record(self) -> Mapping[str, Any]:
        """Return the body as the JSON object that it is."""
        found = json.loads(self.body)
        assert isinstance(found, dict)
        return found


@dataclass(frozen=True, slots=True)
class Server:
    """A server on loopback, wherever it stands between two starts."""

    port: int

    @property
    def origin(self) -> str:
        """Name it as a browser's Origin header does."""
        return f"http://127.0.0.1:{self.port}"

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> Answer:
        """Ask for a page; raises CutError."""
        return self._call("GET", path, None, headers or {}, None)

    def post_json(
        self, path: str, record: object, headers: Mapping[str, str], *, leave: float | None = None
    ) -> Answer:
        """Post JSON; raises CutError. ``leave``: hang up after so many seconds, whatever is answered."""
        body = json.dumps(record).encode()
        return self._call("POST", path, body, {"Content-Type": "application/json", **headers}, leave)

    def post_form(
        self, path: str, fields: Mapping[str, str], headers: Mapping[str, str], *, leave: float | None = None
    ) -> Answer:
        """Post a form as a page of this server does; raises CutError. ``leave`` as above."""
        own = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Origin": self.origin,
            "Sec-Fetch-Site": "same-origin",
        }
        return self._call("POST", path, urlencode(fields).encode(), {**own, **headers}, leave)

    def lines(self, path: str, headers: Mapping[str, str]) -> Iterator[str]:
        """Yield the lines of a stream until it ends; raises CutError, also when it is refused."""
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=_SILENCE)) as connection:
            try:
                connection.request("GET", path, headers=dict(headers))
                response = connection.getresponse()
                if response.status != 200:
                    raise CutError(f"the stream was answered with {response.status}")
                while line := response.readline():
                    yield line.decode("utf-8", "replace").rstrip("\n")
            except (OSError, HTTPException, ValueError) as error:
                raise CutError(str(error)) from error

    def _call(
        self, method: str, path: str, body: bytes | None, headers: Mapping[str, str], leave: float | None
    ) -> Answer:
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=_PATIENCE)) as connection:
            try:
                connection.request(method, path, body, {"Connection": "close", **headers})
                if leave is not None:
                    time.sleep(leave)
                    raise CutError(f"{method} {path}: hung up", midway=True)
                response = connection.getresponse()
                whole = response.read()
            except (OSError, HTTPException) as error:
                midway = not isinstance(error, ConnectionRefusedError)
                raise CutError(f"{method} {path}: {error}", midway=midway) from error
            given = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, given, whole)


def whether_to_leave(chance: random.Random, *, often: float) -> float | None:
    """Return the seconds after which a client loses its connection by itself, mostly None."""
    return chance.uniform(0, 0.05) if chance.random() < often else None


def free_ports(count: int) -> tuple[int, ...]:
    """Find ports that nothing uses now, below those that the system gives to outgoing connections.

    A client that tries a port of the other kind while nobody listens there can end up connected to
    itself, and then the port is taken.
    """
    found: list[int] = []
    for port in range(20_000 + os.getpid() * 10 % 8_000, 32_000):
        with closing(socket.socket()) as tried:
            try:
                tried.bind(("127.0.0.1", port))
            except OSError:
                continue
        found.append(port)
        if len(found) == count:
            return tuple(found)
    raise AssertionError("No free ports were found.")
