"""The way to Discord: its own hosts and no other, through the address of the settings when one is set."""

import asyncio
import ipaddress
import socket
import ssl
from contextvars import ContextVar
from dataclasses import dataclass

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver

from fanbot.errors import AdapterError
from fanbot_discord.settings import Gateway, Settings

_HOSTS = ("discord.com", "discord.gg", "discordapp.com", "discordapp.net")
_CONNECTIONS = 64
"""At a time, of one session: each takes a handshake and a quarter of a megabyte, which a burst multiplies."""


@dataclass(slots=True)
class Attempt:
    """What became of the requests of one send. ``doubt``: one of them may have been acted upon.

    ``taken``: Discord said that it was. ``retry_after``: seconds that Discord asked to wait.
    """

    doubt: bool = False
    taken: bool = False
    retry_after: float | None = None
    under_way: bool = False


attempt: ContextVar[Attempt | None] = ContextVar("attempt", default=None)
"""The send that the running task is making."""


def of_discord(host: str | None) -> bool:
    """Tell whether a host is one of Discord's.

    >>> of_discord("gateway.discord.gg"), of_discord("discord.com.example.org"), of_discord("10.0.0.1")
    (True, False, False)
    """
    return host is not None and any(host == known or host.endswith(f".{known}") for known in _HOSTS)


def connector(settings: Settings) -> aiohttp.TCPConnector:
    """Make the connections of one session; raises AdapterError when the certificate file is unusable."""
    resolver = None if settings.address is None else _Resolver(settings.address)
    return aiohttp.TCPConnector(limit=_CONNECTIONS, resolver=resolver, ssl=_trust(settings.ca_file))


def watch(settings: Settings) -> aiohttp.TraceConfig:
    """Watch the requests of a session: note what became of them, and let none go elsewhere."""
    trace = aiohttp.TraceConfig()
    if settings.address is not None:
        trace.on_request_start.append(_only_to_discord)
    trace.on_request_redirect.append(_never_elsewhere)
    trace.on_request_headers_sent.append(_left)
    trace.on_request_end.append(_ended)
    trace.on_request_exception.append(_broke)
    return trace


async def _only_to_discord(_: object, __: object, request: aiohttp.TraceRequestStartParams) -> None:
    if not of_discord(request.url.host):
        raise AdapterError(f"A connection to {request.url.host} was asked for and refused: not Discord's.")


async def _never_elsewhere(_: object, __: object, request: aiohttp.TraceRequestRedirectParams) -> None:
    raise AdapterError(f"Discord's host {request.url.host} sent us elsewhere; that was not followed.")


async def _left(_: object, __: object, request: aiohttp.TraceRequestHeadersSentParams) -> None:
    if (tried := attempt.get()) is not None and request.method == "POST":
        tried.under_way = True


async def _ended(_: object, __: object, request: aiohttp.TraceRequestEndParams) -> None:
    if (tried := attempt.get()) is None:
        return
    status = request.response.status
    if request.method == "POST":
        tried.under_way = False
        tried.taken = tried.taken or 200 <= status < 300
        tried.doubt = tried.doubt or status >= 500
    if status == 429:
        tried.retry_after = _seconds(request.response.headers.get("Retry-After"))


async def _broke(_: object, __: object, ___: aiohttp.TraceRequestExceptionParams) -> None:
    if (tried := attempt.get()) is not None:
        tried.doubt, tried.under_way = tried.doubt or tried.under_way, False


class _Resolver(AbstractResolver):
    """Find every host of Discord at one address, and no other host anywhere."""

    def __init__(self, address: Gateway) -> None:
        self._address = address

    async def resolve(
        self,
        host: str,
        port: int = 0,  # noqa: ARG002 - every port of Discord is behind the one of the address
        family: socket.AddressFamily = socket.AF_INET,
    ) -> list[ResolveResult]:
        if not of_discord(host):
            raise OSError(None, f"{host} is not Discord's and is not contacted")
        place, at = self._address.host, self._address.port
        try:
            six = ipaddress.ip_address(place).version == 6
        except ValueError:
            found = await ThreadedResolver(asyncio.get_running_loop()).resolve(place, at, family)
            return [{**result, "hostname": host, "port": at} for result in found]
        return [
            ResolveResult(
                hostname=host,
                host=place,
                port=at,
                family=socket.AF_INET6 if six else socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
        ]

    async def close(self) -> None:
        pass


def _trust(ca_file: str) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=ca_file or None)
    except (OSError, ValueError) as error:
        raise AdapterError(
            f"[adapters.discord] names the ca_file {ca_file!r}, which cannot be used "
            f"({getattr(error, 'strerror', None) or type(error).__name__}). It must be a file with the "
            'certificate of an authority in PEM form. For example: ca_file = "/etc/ssl/gateway-ca.pem"'
        ) from error


def _seconds(value: str | None) -> float | None:
    try:
        return max(0.0, float(value)) if value else None
    except ValueError:
        return None
