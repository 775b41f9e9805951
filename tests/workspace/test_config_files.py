"""Facts, dates, team, help lines, voice and texts are read as people write them."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from fanbot.domain.facts import DatedValue
from fanbot.domain.handoffs import Lane
from fanbot.domain.people import HelpLine, Person, Team
from fanbot.domain.voice import VoiceProfile
from fanbot.workspace import FolderWorkspace

Write = Callable[[str, str], Path]
Open = Callable[..., FolderWorkspace]


def places(workspace: FolderWorkspace) -> list[tuple[str, int | None, str]]:
    return [(problem.file, problem.line, problem.found) for problem in workspace.problems()]


def test_reads_facts_as_they_are_written(write: Write, opened: Open) -> None:
    """Numbers that would lose a digit stay text, dates are dates, and a dated leaf keeps its days (P23)."""
    write(
        "config/facts.yaml",
        """
shop:
  days: 3
  price: 7.50
  phone: 0800123
  doors: 19:00
  open: yes
  date: 2027-01-22
  sizes: [S, M]
  restock: {value: the beanie is back, from: 2027-02-01, until: 2027-02-28}
  presale: {value: [one, two], until: 2026-11-30}
""",
    )
    workspace = opened()
    assert workspace.problems() == ()
    assert workspace.snapshot.facts.tree == {
        "shop": {
            "days": 3,
            "price": "7.50",
            "phone": "0800123",
            "doors": "19:00",
            "open": "yes",
            "date": date(2027, 1, 22),
            "sizes": ("S", "M"),
            "restock": DatedValue("the beanie is back", date(2027, 2, 1), date(2027, 2, 28)),
            "presale": DatedValue(("one", "two"), None, date(2026, 11, 30)),
        }
    }


@pytest.mark.parametrize(
    ("text", "line", "found"),
    [
        ("shop:\n  return-days: 30", 2, "the name `return-days`"),
        ("shop:\n  _hidden: 30", 2, "the name `_hidden`"),
        ("shop:\n  items: 30", 2, "the name `items`"),
        ("shop:\n  url:", 2, "`url` without a value"),
        ("shop:\n  - doors: 19:00", 2, "a table in a list"),
        ("sale: {value: x, until: soon}", 1, 'until: "soon"'),
        ("sale:\n  value: x\n  to: 2027-01-01", 3, "`to` beside `value`"),
        ("sale:\n  value: x\n  from: 2027-01-02\n  until: 2027-01-01", 4, "until: 2027-01-01, before from: "),
        ("sale:\n  value: {a: b}", 2, "a table as a `value`"),
        ("value: {a: b}", None, ""),
        ("a: &x [1]\nb: *x", 1, "an anchor or alias (& or *)"),
        ("- a", 1, "no map"),
        ("shop: [", 1, "something that is not YAML"),
    ],
)
def test_names_the_line_of_a_mistake_in_the_facts(
    write: Write, opened: Open, text: str, line: int | None, found: str
) -> None:
    """A fact that a template could not say is named where it stands."""
    write("config/facts.yaml", text)
    problems = opened().problems()
    if line is None:
        assert problems == ()
    else:
        assert (problems[0].line, problems[0].found[: len(found)]) == (line, found)


def test_reads_dates_of_every_kind(write: Write, opened: Open) -> None:
    """Own zones stay, UTC and bare times are shown in the workspace's zone, whole days are whole days."""
    write("config/fanbot.toml", '[workspace]\ntimezone = "America/New_York"\n')
    write(
        "config/events.ics",
        """BEGIN:VCALENDAR
VERSION:2.0
BEGIN:VEVENT
UID:late
DTSTART:20270401T000000Z
DURATION:PT2H
SUMMARY:Stream
URL:javascript:alert(1)
END:VEVENT
BEGIN:VEVENT
UID:day
DTSTART;VALUE=DATE:20270302
SUMMARY:Release\\, at last
END:VEVENT
BEGIN:VEVENT
UID:paris
DTSTART;TZID=Europe/Paris:20270301T200000
DTEND;TZID=Europe/Paris:20270301T223000
SUMMARY:Paris
LOCATION:Salle\\, Paris
URL:https://mira.example/paris
DESCRIPTION:Doors at 19:00
END:VEVENT
BEGIN:VEVENT
UID:bare
DTSTART:20270303T200000
SUMMARY:Home
END:VEVENT
BEGIN:VEVENT
UID:off
STATUS:CANCELLED
DTSTART:20270304T200000
SUMMARY:Off
END:VEVENT
END:VCALENDAR
""",
    )
    workspace = opened()
    home, paris = ZoneInfo("America/New_York"), ZoneInfo("Europe/Paris")
    assert workspace.problems() == ()
    events = workspace.snapshot.events
    assert [(event.uid, event.start, event.end, event.whole_day) for event in events] == [
        ("paris", datetime(2027, 3, 1, 20, tzinfo=paris), datetime(2027, 3, 1, 22, 30, tzinfo=paris), False),
        ("day", datetime(2027, 3, 2, tzinfo=home), datetime(2027, 3, 3, tzinfo=home), True),
        ("bare", datetime(2027, 3, 3, 20, tzinfo=home), datetime(2027, 3, 3, 20, tzinfo=home), False),
        ("late", datetime(2027, 3, 31, 20, tzinfo=home), datetime(2027, 3, 31, 22, tzinfo=home), False),
    ]
    assert (events[0].name, events[0].place, events[0].note) == ("Paris", "Salle, Paris", "Doors at 19:00")
    assert (events[0].url, events[3].url) == ("https://mira.example/paris", "")
    assert events[1].name == "Release, at last"


def test_remarks_on_dates_that_it_cannot_tell(write: Write, opened: Open) -> None:
    """A repeated, unnamed or unreadable date is named with its line, and the others are in use."""
    write(
        "config/events.ics",
        """BEGIN:VCALENDAR
BEGIN:VEVENT
DTSTART:20270301T200000Z
RRULE:FREQ=DAILY
SUMMARY:Stream
END:VEVENT
BEGIN:VEVENT
DTSTART:20270301T200000Z
END:VEVENT
BEGIN:VEVENT
DTSTART:next week
SUMMARY:Glasgow
END:VEVENT
BEGIN:VEVENT
DTSTART;TZID=Middle/Earth:20270302T200000
SUMMARY:Shire
END:VEVENT
BEGIN:VEVENT
DTSTART:99991231T235959Z
DURATION:P9D
SUMMARY:End
END:VEVENT
END:VCALENDAR
""",
    )
    workspace = opened()
    assert [event.name for event in workspace.snapshot.events] == ["Stream", "Shire"]
    assert places(workspace) == [
        ("config/events.ics", 2, "a repeated date (`Stream`)"),
        ("config/events.ics", 7, "a date without a name"),
        ("config/events.ics", 10, "no start that can be read (`Glasgow`)"),
        ("config/events.ics", 14, "the time zone Middle/Earth (`Shire`)"),
        ("config/events.ics", 18, "a date beyond the year 9999"),
    ]


@pytest.mark.parametrize(
    "text", ["hello", "BEGIN:VCALENDAR", "END:VEVENT", "BEGIN:VCALENDAR\nfoo\nEND:VCALENDAR"]
)
def test_names_a_calendar_that_is_none(write: Write, opened: Open, text: str) -> None:
    """What no calendar program would write is refused as a whole."""
    write("config/events.ics", text)
    assert places(opened()) == [("config/events.ics", None, "something that is not a calendar")]


def test_reads_the_team(write: Write, opened: Open) -> None:
    """People, their lanes and absences, the goals and the tiers arrive as they are written."""
    write(
        "config/team.toml",
        """creator = "Mira Solane"
[[person]]
name = "Ines"
role = "moderator"
lanes = ["safety-crisis", "other"]
topics = ["merch"]
absent = [[2026-12-24, 2027-01-02]]
accounts = ["discord:123456789012345678", " telegram:987654321 "]
[[person]]
name = "Tom"
[goals]
complaint = "24h"
[tiers]
member = ["Lighthouse"]
""",
    )
    assert opened().snapshot.team == Team(
        creator="Mira Solane",
        people=(
            Person(
                "Ines",
                "moderator",
                (Lane.CRISIS, Lane.OTHER),
                ("merch",),
                ((date(2026, 12, 24), date(2027, 1, 2)),),
                ("discord:123456789012345678", "telegram:987654321"),
            ),
            Person("Tom"),
        ),
        goals={Lane.COMPLAINT: timedelta(hours=24)},
        tiers={"member": ("Lighthouse",)},
    )


@pytest.mark.parametrize(
    ("text", "line", "found"),
    [
        ("[goals]\ncomplaint = '1h'", None, "no `creator`"),
        (
            "creator = 'M'\n[[person]]\nname = 'A'\n\n[[person]]\nname = 'B'\nrole = 'boss'",
            7,
            'role = "boss"',
        ),
        ("creator = 'M'\n[[person]]\nname = 'A'\nlanes = ['orders']", 4, 'lanes[0] = "orders"'),
        ("creator = 'M'\n[goals]\norders = '1h'", 3, "`orders`"),
        ("creator = 'M'\n[goals]\nother = 'quickly'", 3, 'other = "quickly"'),
        ("creator = 'M'\n[[person]]\nname = 'A'\n[[person]]\nname = 'A'", 5, "`A` a second time"),
        (
            "creator = 'M'\n[[person]]\nname = 'A'\nabsent = [\n [2027-01-02, 2026-12-24]]",
            4,
            "an absence from 2027-01-02 to 2026-12-24",
        ),
        ("creator = 'M'\n[[person]]\nname = 'A'\naccounts = ['@ines']", 4, 'accounts[0] = "@ines"'),
        ("creator = 'M'\n[[person]]\nname = 'A'\naccounts = 'x:1'", 4, 'accounts = "x:1"'),
        (
            "creator = 'M'\n[[person]]\nname = 'A'\naccounts = ['telegram:7', 'telegram:-1001']",
            4,
            "`telegram:-1001`, which is a group or a channel of Telegram",
        ),
        (
            "creator = 'M'\n[[person]]\nname='A'\naccounts = ['x:1']\n[[person]]\nname='B'\naccounts=['x:1']",
            7,
            "`x:1`, which is A's already",
        ),
        ('creator = """\nM\n"""\n"the key" = 1', 4, "the key `the key`"),
    ],
)
def test_names_the_line_of_a_mistake_in_the_team(
    write: Write, opened: Open, text: str, line: int | None, found: str
) -> None:
    """A mistake is found in the right one of several people, also after values of several lines."""
    write("config/team.toml", text)
    assert places(opened()) == [("config/team.toml", line, found)]


def test_says_that_a_team_is_missing(folder: Path, opened: Open) -> None:
    """Without a team everything works, and the file to write is named."""
    (folder / "config" / "team.toml").unlink()
    workspace = opened()
    assert workspace.snapshot.team.people == ()
    assert places(workspace) == [("config/team.toml", None, "no such file")]


def test_keeps_a_help_line_that_nobody_checked(write: Write, opened: Open) -> None:
    """An unchecked line is there for the team to check, and is not fresh (P20)."""
    lines = 'name = "L"\ncontact = "1"\ncountry = "Ireland"\nlanguage = "en"\nhours = "always"\n'
    source = 'source = "https://help.example"\n'
    write(
        "config/help.toml",
        f"[[line]]\n{lines}{source}[[line]]\n{lines}{source}checked = 2026-11-01\n"
        f"[[line]]\n{lines}{source}checked = 2027-11-01\n",
    )
    workspace = opened()
    today = date(2026, 11, 21)
    assert [line.fresh(today) for line in workspace.snapshot.help_lines] == [False, True, False]
    assert workspace.snapshot.help_lines[0] == HelpLine(
        "L", "1", "Ireland", "en", "always", "https://help.example"
    )
    assert places(workspace) == [("config/help.toml", 23, "checked = 2027-11-01, a day to come")]


def test_reads_the_voice(write: Write, opened: Open) -> None:
    """What this creator never says, says instead, and signs with."""
    write(
        "config/voice.toml",
        'forbidden = ["link in bio"]\nsignature = "the crew"\n[replacements]\n"livestream" = "stream"\n',
    )
    voice = opened().snapshot.voice
    assert voice == VoiceProfile(("link in bio",), {"livestream": "stream"}, "the crew")


def test_takes_own_words_for_built_in_texts(write: Write, opened: Open) -> None:
    """A key may be written as one word, with a dot, or under a section."""
    write("texts/es.toml", '"greeting" = "Hola"\nack.direct = "Gracias"\n[notice]\nmoved = "Aquí"\n')
    workspace = opened()
    assert workspace.problems() == ()
    assert workspace.snapshot.texts == {
        "es": {"greeting": "Hola", "ack.direct": "Gracias", "notice.moved": "Aquí"}
    }


def test_leaves_out_own_words_that_break_a_promise(write: Write, opened: Open) -> None:
    """What no text may say is not said in the creator's own words either (P1, P16, P17)."""
    write("config/voice.toml", 'forbidden = ["superfans"]\n')
    write(
        "texts/en.toml",
        'hello = "Hello"\nlate = "We answer as soon as possible."\nwho = "Hi superfans"\nodd = "{who}"\n',
    )
    workspace = opened(
        text_faults=lambda own: [("{who}", "{creator}") for texts in own.values() if "odd" in texts]
    )
    assert workspace.snapshot.texts == {"en": {"hello": "Hello"}}
    assert [line for _, line, _ in places(workspace)] == [2, 3, 4]
    assert {problem.kept for problem in workspace.problems()} == {"The built-in text stays in use."}


def test_names_texts_that_are_none(write: Write, opened: Open) -> None:
    """A number, an empty text and a file without a language are problems."""
    write("texts/en.toml", 'hello = 3\nbye = " "\n')
    write("texts/English.toml", 'hello = "Hello"\n')
    assert places(opened()) == [
        ("texts/English.toml", None, "a file name that is no language code"),
        ("texts/en.toml", 1, "hello = 3"),
        ("texts/en.toml", 2, 'bye = " "'),
    ]
