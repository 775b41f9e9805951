"""The sample workspace: an invented artist whose answers, facts, dates and people hang together."""

import re
import tomllib
from collections import Counter
from datetime import date
from pathlib import Path

import frontmatter
import icalendar
import jinja2
import pytest
from jinja2 import meta, nodes
from ruamel.yaml import YAML

from fanbot.domain.handoffs import Lane
from fanbot.policy.voice import check

ROOT = Path(__file__).parents[2]
SUBJECTS = {
    "shipping",
    "sizes",
    "tour-dates",
    "tickets",
    "where-to-listen",
    "streams",
    "membership",
    "release",
    "merch-stock",
    "gear",
    "lyrics-meaning",
    "collabs",
    "meet-and-greet",
    "roles",
    "shoutouts",
    "greeting",
    "thanks",
    "praise",
    "are-you-a-bot",
    "fan-mail",
    "setlist",
}
NAMES = {"fan", "facts", "events", "platform", "now", "line"}
PROMO = re.compile(r"\{% (?:end)?promo %\}")


class Page:
    """A template's file, taken apart."""

    def __init__(self, path: Path) -> None:
        post = frontmatter.loads(path.read_text(encoding="utf-8"))
        self.file = path.name
        self.id, _, language = path.name.removesuffix(".md").partition(".")
        self.language = language or "en"
        self.metadata = post.metadata
        self.body = post.content
        self.examples: list[str] = post.metadata["examples"]
        self.tree = jinja2.Environment(autoescape=True).parse(PROMO.sub("", self.body))


PAGES = [Page(path) for path in sorted((ROOT / "templates").glob("*.md"))]
FACTS = YAML(typ="safe", pure=True).load((ROOT / "config/facts.yaml").read_text(encoding="utf-8"))
ORIGINALS = [page for page in PAGES if page.language == "en"]


def _named(page: Page) -> str:
    return page.file


every_page = pytest.mark.parametrize("page", PAGES, ids=_named)
every_original = pytest.mark.parametrize("page", ORIGINALS, ids=_named)


def _toml(name: str) -> dict[str, object]:
    return tomllib.loads((ROOT / "config" / name).read_text(encoding="utf-8"))


def _fact(trail: list[str]) -> object:
    tree: object = FACTS
    for key in trail:
        tree = tree.get(key) if isinstance(tree, dict) else None
    return tree


def test_answers_what_fans_ask_most() -> None:
    """The sample covers every everyday subject of a musician who streams."""
    assert {page.id for page in ORIGINALS} >= SUBJECTS


def test_answers_five_subjects_and_more_in_spanish_and_german() -> None:
    """A variant stands beside an English template of the same name."""
    for language in ("es", "de"):
        variants = {page.id for page in PAGES if page.language == language}
        assert len(variants) >= 5
        assert variants <= {page.id for page in ORIGINALS}


@every_page
def test_says_it_in_words_that_fans_are_owed(page: Page) -> None:
    """No sample answer carries a forbidden phrase, its own voice profile's included."""
    forbidden = _toml("voice.toml")["forbidden"]
    assert isinstance(forbidden, list)
    assert check(page.body, language=page.language, extra=forbidden) == ()


@every_page
def test_shows_enough_ways_to_ask(page: Page) -> None:
    """A template has at least twelve different examples, each a text."""
    assert len({_bare(example) for example in page.examples}) == len(page.examples) >= 12
    assert all(isinstance(example, str) and example.strip() for example in page.examples)


@every_page
def test_begins_with_an_example_that_can_stand_on_a_button(page: Page) -> None:
    """The first example is what menus show, so it is written as a short, tidy sentence."""
    first = page.examples[0]
    assert len(first) <= 40
    assert first.lstrip("¿")[0].isupper()
    assert first.startswith("¿") <= first.endswith("?")


def test_keeps_every_example_to_one_template() -> None:
    """No example teaches two templates, in whatever language."""
    owners = Counter(_bare(example) for page in PAGES for example in page.examples)
    assert [example for example, count in owners.items() if count > 1] == []


def test_teaches_no_template_to_answer_an_order_problem() -> None:
    """What went wrong with somebody's own order is for a person (P4)."""
    trouble = re.compile(r"where('?s| is) my|never (came|arrived)|wrong|broken|damaged|lost|tracking|refund")
    assert [example for page in PAGES for example in page.examples if trouble.search(example.lower())] == []


def _bare(example: str) -> str:
    return " ".join(re.findall(r"\w+", example.casefold().replace("'", "")))


@every_page
def test_uses_only_what_a_template_may_know(page: Page) -> None:
    """A body names the few things it is given, and neither calls nor defines anything."""
    assert meta.find_undeclared_variables(page.tree) <= NAMES
    assert not list(page.tree.find_all((nodes.Call, nodes.Macro, nodes.Include, nodes.Import)))


@every_page
def test_says_only_facts_that_exist(page: Page) -> None:
    """Every fact that a body names stands in the facts file."""
    for trail in re.findall(r"\bfacts((?:\.\w+)+)", page.body):
        assert _fact(trail.strip(".").split(".")) is not None, trail


@every_page
def test_asks_before_it_says_a_fact_that_ends(page: Page) -> None:
    """A fact with dates stands inside a question for it, so the answer holds when it has ended."""
    for trail in set(re.findall(r"\{\{ facts((?:\.\w+)+)", page.body)):
        fact = _fact(trail.strip(".").split("."))
        if isinstance(fact, dict):
            assert {"value", "until"} <= set(fact)
            parent = trail.rpartition(".")[0]
            assert re.search(rf"\{{% if facts{re.escape(parent)}\.\w+ %\}}", page.body), trail


def test_carries_a_little_promotion_apart_from_the_answer() -> None:
    """Four or five templates have one promo block, none has two, and no buying subject has any."""
    promos = {page.file: page.body.count("{% promo %}") for page in PAGES}
    assert max(promos.values()) == 1
    assert sum(promos.values()) in (4, 5)
    assert not any(promos[page.file] for page in ORIGINALS if page.metadata.get("about") == "buying")


@every_original
def test_offers_only_templates_that_exist(page: Page) -> None:
    """A choice leads to another template of the sample."""
    offered = {choice["template"] for choice in page.metadata.get("choices", [])}
    assert offered <= {page.id for page in ORIGINALS} - {page.id}


@every_original
def test_belongs_to_somebody_on_the_team(page: Page) -> None:
    """Every topic has a person who answers when a template does not (P21)."""
    people = _toml("team.toml")["person"]
    assert isinstance(people, list)
    assert page.metadata["topic"] in {topic for person in people for topic in person.get("topics", [])}


@pytest.mark.parametrize("lane", list(Lane))
def test_gives_every_lane_an_owner_and_a_goal(lane: Lane) -> None:
    """No message that needs a person is nobody's job, also on Christmas Day (P14, P21)."""
    team = _toml("team.toml")
    people, goals = team["person"], team["goals"]
    assert isinstance(people, list)
    assert isinstance(goals, dict)
    christmas = date(2026, 12, 25)
    assert lane.value in goals
    assert any(
        lane.value in person["lanes"]
        and not any(first <= christmas <= last for first, last in person.get("absent", []))
        for person in people
    )


def test_marks_help_lines_as_unchecked() -> None:
    """Nobody has checked the sample help lines, so none carries a day (P20)."""
    lines = _toml("help.toml")["line"]
    assert isinstance(lines, list)
    assert {line["language"] for line in lines} >= {"en", "es", "de"}
    for line in lines:
        assert set(line) == {"name", "contact", "country", "language", "hours", "source"}
    assert "UNCHECKED SAMPLES" in (ROOT / "config/help.toml").read_text(encoding="utf-8")


def test_announces_shows_with_place_page_and_time_zone() -> None:
    """The calendar has shows and a stream, each at a time that is right where it takes place."""
    text = (ROOT / "config/events.ics").read_text(encoding="utf-8")
    events = icalendar.Calendar.from_ical(text).walk("VEVENT")
    assert len(events) >= 5
    assert len({str(event["UID"]) for event in events}) == len(events)
    for event in events:
        assert event["SUMMARY"]
        assert event["LOCATION"]
        assert event.start.utcoffset() is not None
        assert event.start < event.end


def test_names_only_addresses_that_nobody_owns() -> None:
    """Every link of the sample artist is on a domain reserved for examples."""
    files = [*(ROOT / "templates").glob("*.md"), ROOT / "config/facts.yaml", ROOT / "config/events.ics"]
    links = [link for path in files for link in re.findall(r"https?://([^/\s,}]+)", path.read_text("utf-8"))]
    assert links
    assert {link for link in links if not link.endswith(".example")} == set()


def test_ships_no_code_and_no_secrets() -> None:
    """The sample is texts and settings alone."""
    kept = [path for room in ("config", "templates") for path in (ROOT / room).iterdir()]
    assert {path.suffix for path in kept if not path.name.startswith(".")} <= {
        ".toml",
        ".yaml",
        ".ics",
        ".md",
    }
    assert not (ROOT / "config/secrets.toml").exists()
