"""Settings come from two files and the environment, and every mistake in them is named kindly."""

from collections.abc import Callable
from datetime import time, timedelta
from fractions import Fraction
from ipaddress import ip_network
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanbot.domain.settings import ListenSettings, Settings
from fanbot.domain.templates import Problem
from fanbot.errors import WorkspaceError
from fanbot.workspace import FolderWorkspace
from fanbot.workspace.problems import RefusedFileError
from fanbot.workspace.settings import read_settings
from fanbot.workspace.toml_document import read_toml
from fanbot.workspace.values import parse_duration

Write = Callable[[str, str], Path]
Open = Callable[..., FolderWorkspace]

EVERYTHING = """
[workspace]
timezone = "Europe/London"
language = "es"
[signal]
share = 0.1
window = "7d"
gap = "36h"
quiet = "23:30-07:00"
[store]
url = "postgresql://bot@db/fanbot"
[console]
host = "0.0.0.0"
port = 9000
address = "https://queue.example"
password_hash = "$argon2id$v=19$m=65536,t=3,p=4$c2FsdA$aGFzaA"
proxies = ["127.0.0.1", "10.0.0.0/8"]
[web]
port = 9001
proxies = ["2001:db8::/32"]
[adapters.telegram]
mode = "polling"
patience = 2.5
[adapters.telegram.accounts.second]
token = "1:second"
"""


def settings_of(text: str, **environment: str) -> Settings:
    document = read_toml(text, file="config/fanbot.toml")
    return read_settings([document], environment, folder=Path("/srv/mira"))


def test_reads_every_setting() -> None:
    """Each setting of the file arrives with its own kind of value."""
    settings = settings_of(EVERYTHING)
    assert settings.timezone == ZoneInfo("Europe/London")
    assert settings.language == "es"
    assert settings.signal.share == Fraction(1, 10)
    assert settings.signal.window == timedelta(days=7)
    assert settings.signal.gap == timedelta(hours=36)
    assert settings.signal.quiet == (time(23, 30), time(7))
    assert settings.store_url == "postgresql://bot@db/fanbot"
    assert settings.console.listen == ListenSettings(
        "0.0.0.0",  # noqa: S104 - a value, nothing listens
        9000,
        (ip_network("127.0.0.1"), ip_network("10.0.0.0/8")),
    )
    assert settings.console.address == "https://queue.example"
    assert settings.console.password_hash.startswith("$argon2id$")
    assert settings.web == ListenSettings("127.0.0.1", 9001, (ip_network("2001:db8::/32"),))
    assert settings.adapters == {
        "telegram": {"mode": "polling", "patience": 2.5, "accounts": {"second": {"token": "1:second"}}}
    }


def test_needs_no_file_at_all(opened: Open, folder: Path) -> None:
    """Without any setting the defaults hold, and the store lies inside the workspace."""
    settings = opened().snapshot.settings
    assert settings.signal == Settings().signal
    assert settings.store_url == f"sqlite:///{folder}/data/fanbot.db"


def test_lets_the_secrets_win_over_the_file_and_the_environment_over_both(write: Write, opened: Open) -> None:
    """The later layer decides key by key; what it does not name stays."""
    write(
        "config/fanbot.toml",
        '[workspace]\nlanguage = "de"\n[adapters.telegram]\nmode = "polling"\ntoken = "one"\n',
    )
    write("config/secrets.toml", '[adapters.telegram]\ntoken = "two"\n[signal]\nshare = 0.3\n')
    environment = {
        "FANBOT_SIGNAL__SHARE": "0.2",
        "FANBOT_ADAPTERS__DISCORD__TOKEN": "three",
        "FANBOT_PORT": "no setting, for it names no section",
        "OTHER__THING": "somebody else's",
    }
    settings = opened(environment).snapshot.settings
    assert settings.language == "de"
    assert settings.signal.share == Fraction(1, 5)
    assert settings.adapters == {
        "telegram": {"mode": "polling", "token": "two"},
        "discord": {"token": "three"},
    }


def test_reads_no_quiet_hours_from_an_empty_text() -> None:
    """Somebody who wants no quiet hours writes ``""``."""
    assert settings_of("", FANBOT_SIGNAL__QUIET="").signal.quiet is None


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("sqlite:///data/fanbot.db", "sqlite:////srv/mira/data/fanbot.db"),
        ("sqlite:////var/lib/fanbot.db", "sqlite:////var/lib/fanbot.db"),
        ("postgresql+psycopg://db/fanbot", "postgresql+psycopg://db/fanbot"),
    ],
)
def test_anchors_a_relative_store_in_the_workspace(written: str, kept: str) -> None:
    """The store does not depend on the folder that a command is typed in."""
    assert settings_of("", FANBOT_STORE__URL=written).store_url == kept


def test_names_all_problems_at_once_with_line_and_example(write: Write, opened: Open) -> None:
    """One start shows everything that is to be mended, each on a line of its own."""
    write(
        "config/fanbot.toml",
        """# my settings
[workspace]
timezone = "Europe/Atlantis"
langauge = "en"

[signal]
share = 3
window = "a month"
quiet = "22-8"
[console]
port = true
""",
    )
    with pytest.raises(RefusedFileError) as caught:
        opened({"FANBOT_SIGNAL__GAP": "1 day"})
    file = "config/fanbot.toml"
    assert [
        (problem.file, problem.line, problem.found, problem.example) for problem in caught.value.problems
    ] == [
        ("FANBOT_SIGNAL__GAP", None, 'gap = "1 day"', "FANBOT_SIGNAL__GAP=24h"),
        (file, 3, 'timezone = "Europe/Atlantis"', 'timezone = "Europe/London"'),
        (file, 4, "the key `langauge`", 'language = "en"'),
        (file, 7, "share = 3", "share = 0.1"),
        (file, 8, 'window = "a month"', 'window = "30d"'),
        (file, 9, 'quiet = "22-8"', 'quiet = "22:00-08:00"'),
        (file, 11, "port = true", "port = 8080"),
    ]
    assert str(caught.value).splitlines() == [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize(
    "bad",
    [
        "share = 1e-999999999",
        "share = nan",
        "share = inf",
        'share = "1/3"',
        "share = -0.1",
        "share = true",
        'window = "12h"',
        'window = "99999d"',
        'gap = "-1h"',
        'gap = ""',
        'quiet = "22:00-22:00"',
        'quiet = "24:00-08:00"',
        "quiet = 22",
    ],
)
def test_refuses_a_value_that_would_mean_nothing(bad: str) -> None:
    """A value that cannot hold is refused on its line, however odd it is."""
    with pytest.raises(RefusedFileError) as caught:
        settings_of(f"[signal]\n{bad}\n")
    assert [problem.line for problem in caught.value.problems] == [2]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("[workspace]\nlanguage = en\n", 2),
        ('[workspace]\nlanguage = "en', 2),
        ("[signal]\n[signal]\n", 2),
        ("a = " + "[" * 5_000, 1),
        ("a = " + "9" * 5_000, 1),
        ("a = 1e99999999999999999999", 1),
    ],
)
def test_names_the_line_of_text_that_is_not_toml(text: str, line: int) -> None:
    """A syntax error is a problem of the file like any other."""
    with pytest.raises(RefusedFileError) as caught:
        settings_of(text)
    assert caught.value.problems[0].line == line


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("config/secrets.toml", '[signal]\nshare = "hunter2-secret"\n'),
        ("config/secrets.toml", "[adapters.telegram]\ntoken = hunter2-secret\n"),
        ("config/secrets.toml", '"hunter2-secret" = 1\n'),
        ("config/fanbot.toml", '[store]\nurl = "postgres://bot:hunter2-secret@db/fanbot"\n'),
        ("config/fanbot.toml", '[adapters]\ntelegram = "hunter2-secret"\n'),
        ("config/fanbot.toml", '[adapters.telegram.accounts]\nsecond = "hunter2-secret"\n'),
        ("config/fanbot.toml", '[telegram]\ntoken = "hunter2-secret"\n'),
    ],
)
def test_never_repeats_a_secret(write: Write, opened: Open, file: str, text: str) -> None:
    """A problem with a secret says where it stands, and not what it is."""
    write(file, text)
    with pytest.raises(WorkspaceError) as caught:
        opened()
    assert file in str(caught.value)
    assert "hunter2" not in str(caught.value)


def test_never_repeats_a_secret_of_the_environment() -> None:
    """A variable that an adapter or the store reads is not quoted either."""
    with pytest.raises(RefusedFileError) as caught:
        settings_of("", FANBOT_STORE__URL="mysql://hunter2", FANBOT_ADAPTERS__TELEGRAM="hunter2")
    assert len(caught.value.problems) == 2
    assert "hunter2" not in str(caught.value)


def test_suggests_the_nearest_variable_name() -> None:
    """A misspelt variable is a problem too, for nobody would notice that it does nothing."""
    with pytest.raises(RefusedFileError) as caught:
        settings_of("", FANBOT_SIGNAL__SHAER="0.2")
    problem = caught.value.problems[0]
    assert (problem.file, problem.expected) == ("FANBOT_SIGNAL__SHAER", "`share`")
    assert problem.example == "FANBOT_SIGNAL__SHARE=0.1"


def test_says_how_to_begin_where_there_is_no_workspace(tmp_path: Path, opened: Open, folder: Path) -> None:
    """A folder of something else is left alone, and the way to a workspace is named."""
    folder.rename(tmp_path / "elsewhere")
    with pytest.raises(WorkspaceError, match="fanbot init"):
        opened()
    folder.mkdir()
    with pytest.raises(WorkspaceError, match="fanbot init"):
        opened()
    assert list(folder.iterdir()) == []


@given(st.integers(0, 3660), st.sampled_from("dhm"))
def test_reads_a_duration_as_it_is_written(amount: int, unit: str) -> None:
    """Any whole number of days, hours or minutes comes back as just that."""
    unit_length = {"d": timedelta(days=1), "h": timedelta(hours=1), "m": timedelta(minutes=1)}[unit]
    assert parse_duration(f"{amount}{unit}") == amount * unit_length


@given(
    share=st.decimals(0, 1, places=6),
    days=st.integers(1, 3660),
    minutes=st.integers(0, 99999),
    language=st.from_regex(r"[a-z]{2}(-[A-Z]{2})?", fullmatch=True),
    port=st.integers(0, 65535),
)
def test_reads_the_same_from_a_file_as_from_the_environment(
    share: object, days: int, minutes: int, language: str, port: int
) -> None:
    """Every setting can be given in either way, and the share stays exact to its last digit."""
    text = (
        f'[workspace]\nlanguage = "{language}"\n[signal]\nshare = {share:f}\nwindow = "{days}d"\n'
        f'gap = "{minutes}m"\n[web]\nport = {port}\n'
    )
    by_file = settings_of(text)
    by_environment = settings_of(
        "",
        FANBOT_WORKSPACE__LANGUAGE=language,
        FANBOT_SIGNAL__SHARE=f"{share:f}",
        FANBOT_SIGNAL__WINDOW=f"{days}d",
        FANBOT_SIGNAL__GAP=f"{minutes}m",
        FANBOT_WEB__PORT=str(port),
    )
    assert by_file == by_environment
    assert by_file.signal.share == Fraction(f"{share:f}")


@given(st.dictionaries(st.text(max_size=30).map("FANBOT_".__add__), st.text(max_size=30), max_size=5))
def test_any_environment_gives_settings_or_problems(environment: dict[str, str]) -> None:
    """Whatever the environment holds, the outcome is settings or a list of problems."""

    def outcome() -> Settings | tuple[Problem, ...]:
        try:
            return settings_of("", **environment)
        except RefusedFileError as error:
            return error.problems

    assert outcome()


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ('host = "0.0.0.0"', ["fanbot password", 'address = "https://queue.example.com"']),
        ('host = "::"\naddress = "https://q.example"', ["fanbot password"]),
        ('host = "localhost"', []),
    ],
)
def test_a_console_that_others_can_reach_needs_a_password_and_an_address(
    lines: str, expected: list[str]
) -> None:
    """On this computer alone neither is asked for (P28)."""
    try:
        settings_of(f"[console]\n{lines}\n")
        examples = []
    except RefusedFileError as error:
        examples = [problem.example for problem in error.problems]
    assert examples == expected


def test_a_password_hash_is_repeated_nowhere() -> None:
    """Neither a value that fits nor one that does not is shown."""
    with pytest.raises(RefusedFileError) as caught:
        settings_of('[console]\npassword_hash = "my dog rex"\n')
    assert "rex" not in str(caught.value)
    kept = settings_of('[console]\npassword_hash = "$argon2id$v=19$m=65536,t=3,p=4$c2FsdA$aGFzaA"\n')
    assert "c2FsdA" not in repr(kept)


@pytest.mark.parametrize(
    "value",
    ['"proxy.example"', '["proxy.example"]', '["10.0.0.5/8"]', "[127]", '["0.0.0.0/0"]', '["::/0"]', "true"],
)
def test_a_proxy_is_an_address_or_a_network_and_never_everybody(value: str) -> None:
    """No name, no network with a slip in it, and nothing that would believe every stranger."""
    with pytest.raises(RefusedFileError) as caught:
        settings_of(f"[web]\nproxies = {value}\n")
    (problem,) = caught.value.problems
    assert problem.line == 2
    assert problem.example == 'proxies = ["127.0.0.1", "10.0.0.0/8"]'


def test_proxies_come_from_the_environment_with_commas() -> None:
    """A variable holds no list, so it is written as one line; without one nobody is believed."""
    assert settings_of("").web.proxies == settings_of("", FANBOT_WEB__PROXIES="").web.proxies == ()
    settings = settings_of("", FANBOT_CONSOLE__PROXIES="127.0.0.1, 10.0.0.0/8")
    assert settings.console.proxies == (ip_network("127.0.0.1"), ip_network("10.0.0.0/8"))
    assert settings.web.proxies == ()
