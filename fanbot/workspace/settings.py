"""The settings of a workspace: two files and the environment, laid over each other and validated."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from fanbot.domain.settings import ConsoleSettings, ListenSettings, Settings, SignalSettings
from fanbot.domain.templates import Problem
from fanbot.workspace.document import Document, Place
from fanbot.workspace.document import Path as Way
from fanbot.workspace.problems import RefusedFileError
from fanbot.workspace.shape import Shape, fit
from fanbot.workspace.values import Duration, Language, Networks, Port, QuietHours, Share, Zone

SETTINGS_FILE = "config/fanbot.toml"
SECRETS_FILE = "config/secrets.toml"
PREFIX = "FANBOT_"

_HERE = Settings()
_SQLITE = "sqlite:///"
_QUOTE = '"'
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_SHORTEST_WINDOW = timedelta(days=1)

Host = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9.:_-]{1,253}$")]
Origin = Annotated[str, StringConstraints(pattern=r"^(https?://[A-Za-z0-9.-]{1,253}(:[0-9]{1,5})?)?$")]
PasswordHash = Annotated[str, StringConstraints(pattern=r"^(\$argon2id?\$[!-~]{20,300})?$")]
Address = Annotated[str, StringConstraints(pattern=r"^(sqlite:///[^:\s][^\s]*|postgresql(\+\w+)?://\S+)$")]


class _Workspace(Shape):
    timezone: Zone = Field(
        default=_HERE.timezone, description="an IANA time zone", examples=['timezone = "Europe/London"']
    )
    language: Language = Field(
        default=_HERE.language, description="a language code", examples=['language = "en"']
    )


class _Understanding(Shape):
    by: Literal["letters", "meaning"] = Field(
        default=_HERE.understanding, description='"letters" or "meaning"', examples=['by = "meaning"']
    )


class _Signal(Shape):
    share: Share = Field(
        default=_HERE.signal.share,
        description="a number from 0 to 1 with at most six decimals",
        examples=["share = 0.1"],
    )
    window: Duration = Field(
        default=_HERE.signal.window,
        description="days, hours or minutes, from a day on",
        examples=['window = "30d"'],
    )
    gap: Duration = Field(
        default=_HERE.signal.gap, description="days, hours or minutes", examples=['gap = "24h"']
    )
    quiet: QuietHours = Field(
        default=_HERE.signal.quiet,
        description='two different times of day, or "" for none',
        examples=['quiet = "22:00-08:00"'],
    )


class _Store(Shape):
    url: Address = Field(
        default=_HERE.store_url,
        description="sqlite:///FILE or postgresql://…",
        examples=['url = "sqlite:///data/fanbot.db"'],
        repr=False,
    )


class _Listen(Shape):
    host: Host = Field(
        default=_HERE.console.host, description="a host name or address", examples=['host = "127.0.0.1"']
    )
    proxies: Networks = Field(
        default=(),
        description="addresses or networks of the proxies before it",
        examples=['proxies = ["127.0.0.1", "10.0.0.0/8"]'],
    )


class _Console(_Listen):
    port: Port = Field(
        default=_HERE.console.port, description="a port from 0 to 65535", examples=["port = 8080"]
    )
    address: Origin = Field(
        default=_HERE.console.address,
        description="https:// and a host name, as browsers know this console",
        examples=['address = "https://queue.example.com"'],
    )
    password_hash: PasswordHash = Field(
        default=_HERE.console.password_hash,
        description="a hash that `fanbot password` wrote",
        examples=["fanbot password"],
        repr=False,
    )


class _Web(_Listen):
    port: Port = Field(default=_HERE.web.port, description="a port from 0 to 65535", examples=["port = 8081"])


class _Sections(Shape):
    workspace: _Workspace = Field(default=_Workspace(), description="a section", examples=["[workspace]"])
    understanding: _Understanding = Field(
        default=_Understanding(), description="a section", examples=["[understanding]"]
    )
    signal: _Signal = Field(default=_Signal(), description="a section", examples=["[signal]"])
    store: _Store = Field(default=_Store(), description="a section", examples=["[store]"])
    console: _Console = Field(default=_Console(), description="a section", examples=["[console]"])
    web: _Web = Field(default=_Web(), description="a section", examples=["[web]"])
    adapters: dict[str, dict[str, object]] = Field(
        default_factory=dict,
        description="a section for each adapter",
        examples=["[adapters.telegram]"],
        repr=False,
    )


def read_settings(documents: Sequence[Document], environment: Mapping[str, str], *, folder: Path) -> Settings:
    """Lay the documents and then the environment over each other; the later one wins.

    Raises RefusedFileError with every problem. No value of a secrets file, of an adapter or of the
    store's address is repeated in one.
    """
    data: dict[str, object] = {}
    places: dict[Way, Place] = {}
    for layer in (*documents, *_variables(environment)):
        _lay_over(data, layer.data, places=places, layer=layer)
    merged = Document(SETTINGS_FILE, data, places)
    try:
        sections = fit(merged, _Sections)
    except RefusedFileError as error:
        raise RefusedFileError(*(_for_variable(problem) for problem in error.problems)) from error
    problems = [
        *_account_problems(merged, sections.adapters),
        *_window_problems(merged, sections.signal),
        *_console_problems(merged, sections.console),
    ]
    if problems:
        raise RefusedFileError(*problems)
    return Settings(
        timezone=sections.workspace.timezone,
        language=sections.workspace.language,
        understanding=sections.understanding.by,
        signal=SignalSettings(
            share=sections.signal.share,
            window=sections.signal.window,
            gap=sections.signal.gap,
            quiet=sections.signal.quiet,
        ),
        store_url=_absolute(sections.store.url, folder),
        console=ConsoleSettings(
            sections.console.host,
            sections.console.port,
            sections.console.address,
            sections.console.password_hash,
            sections.console.proxies,
        ),
        web=ListenSettings(sections.web.host, sections.web.port, sections.web.proxies),
        adapters={name: _foreign_table(section) for name, section in sections.adapters.items()},
    )


def _variables(environment: Mapping[str, str]) -> Iterator[Document]:
    """Read the variables ``FANBOT_<SECTION>__<KEY>``; one without ``__`` is no setting."""
    for name in sorted(environment):
        if name.startswith(PREFIX) and "__" in name.removeprefix(PREFIX):
            first, *others = name.removeprefix(PREFIX).lower().split("__")
            value: object = environment[name]
            for step in reversed(others):
                value = {step: value}
            yield Document(name, {first: value}, {(first,): Place(name)})


def _lay_over(
    below: dict[str, object],
    above: Mapping[str, object],
    *,
    places: dict[Way, Place],
    layer: Document,
    way: Way = (),
) -> None:
    """Merge tables; a value is then found where it was set last, a table where it was begun."""
    for key, value in above.items():
        here = (*way, key)
        if isinstance(value, dict):
            places.setdefault(here, layer.place(here))
            under = below.get(key)
            table: dict[str, object] = under if isinstance(under, dict) else {}
            _lay_over(table, value, places=places, layer=layer, way=here)
            below[key] = table
        else:
            places[here] = layer.place(here)
            below[key] = value


def _for_variable(problem: Problem) -> Problem:
    """Write the example as the variable that it is about."""
    if not problem.file.startswith(PREFIX) or " = " not in problem.example:
        return problem
    key, value = problem.example.split(" = ", 1)
    section = problem.file.rpartition("__")[0]
    return replace(problem, example=f"{section}__{key.upper()}={value.strip(_QUOTE)}")


def _account_problems(document: Document, adapters: Mapping[str, Mapping[str, object]]) -> Iterator[Problem]:
    for adapter, section in adapters.items():
        accounts = section.get("accounts", {})
        named = accounts if isinstance(accounts, dict) else {"": accounts}
        for account, settings in named.items():
            if not isinstance(settings, dict):
                yield document.problem(
                    ("adapters", adapter, "accounts", account),
                    found=f"an account of {adapter} that is no section",
                    expected="a section for each further account",
                    example=f"[adapters.{adapter}.accounts.second]",
                )


def _window_problems(document: Document, signal: _Signal) -> Iterator[Problem]:
    if signal.window < _SHORTEST_WINDOW:
        yield document.problem(
            ("signal", "window"),
            found="a window under a day",
            expected="a day or more",
            example='window = "30d"',
        )


def _console_problems(document: Document, console: _Console) -> Iterator[Problem]:
    """A console that other computers reach needs a password, and the address by which they do (P28)."""
    if console.host in _LOOPBACK:
        return
    place = ("console", "host")
    if not console.password_hash:
        yield document.problem(
            place,
            found="a console that other computers can reach, without a password",
            expected="a password, which this command makes",
            example="fanbot password",
        )
    if not console.address:
        yield document.problem(
            place,
            found="a console that other computers can reach, without its address",
            expected="the address by which browsers reach it",
            example='address = "https://queue.example.com"',
        )


def _absolute(url: str, folder: Path) -> str:
    """Anchor a SQLite file that is named relatively in the workspace."""
    if not url.startswith(_SQLITE):
        return url
    name, question, options = url.removeprefix(_SQLITE).partition("?")
    return f"{_SQLITE}{folder / name}{question}{options}"


def _foreign_table(section: Mapping[str, object]) -> dict[str, object]:
    return {key: _foreign(value) for key, value in section.items()}


def _foreign(value: object) -> object:
    """Give an adapter plain numbers: only this room needs them exact."""
    match value:
        case Decimal():
            return float(value)
        case dict():
            return _foreign_table(value)
        case list():
            return [_foreign(item) for item in value]
    return value
