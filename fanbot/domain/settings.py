"""The settings of a workspace, already validated."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time, timedelta
from fractions import Fraction
from ipaddress import IPv4Network, IPv6Network
from typing import Literal
from zoneinfo import ZoneInfo

Network = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True)
class SignalSettings:
    """The cap: ``share`` of promotions among what was received within ``window``."""

    share: Fraction = Fraction(1, 10)
    window: timedelta = timedelta(days=30)
    gap: timedelta = timedelta(hours=24)
    quiet: tuple[time, time] | None = (time(22), time(8))


@dataclass(frozen=True, slots=True)
class ListenSettings:
    """Where a listener of ours binds, and which ``proxies`` before it say truly whom they speak for."""

    host: str = "127.0.0.1"
    port: int = 0
    proxies: tuple[Network, ...] = ()


@dataclass(frozen=True, slots=True)
class ConsoleSettings:
    """Where the team's page is: ``address`` as browsers know it, when it can be reached from elsewhere.

    ``password_hash`` is empty as long as nobody can sign in.
    """

    host: str = "127.0.0.1"
    port: int = 8080
    address: str = ""
    password_hash: str = field(default="", repr=False)
    proxies: tuple[Network, ...] = ()

    @property
    def listen(self) -> ListenSettings:
        """Return where it binds."""
        return ListenSettings(self.host, self.port, self.proxies)


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything in ``config/fanbot.toml``, ``config/secrets.toml`` and the environment.

    ``understanding`` says by what messages are compared with the templates' examples. ``adapters`` maps an
    adapter's name to its own, still foreign, section.
    """

    timezone: ZoneInfo = ZoneInfo("UTC")
    language: str = "en"
    understanding: Literal["letters", "meaning"] = "letters"
    signal: SignalSettings = SignalSettings()
    store_url: str = "sqlite:///data/fanbot.db"
    console: ConsoleSettings = ConsoleSettings()
    web: ListenSettings = field(default_factory=lambda: ListenSettings(port=8081))
    adapters: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
