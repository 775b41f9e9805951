"""Answers as they leave: the right language, true today, and nothing in them but the editor's words."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fanbot.domain.calendar import CalendarEvent
from fanbot.domain.facts import DatedValue, Facts
from fanbot.domain.people import HelpLine
from fanbot.domain.templates import Offer, Template, Variant
from fanbot.errors import TemplateError
from fanbot.ports.rendering import Line, Scene
from fanbot.rendering.renderer import Renderer
from fanbot.rendering.texts import Texts, built_in_texts
from fanbot.testing.clock import ManualClock

NOW = datetime(2026, 5, 1, 12, 30, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
SCENE = Scene(now=NOW, platform="stdio", fan_name="Ana")
FACTS = Facts(
    {
        "shop": {
            "url": "https://shop.example",
            "sale": DatedValue("10 euros", since=date(2026, 5, 1), until=date(2026, 5, 2)),
            "opens": date(2026, 6, 3),
        },
        "rule": "Use **soap**",
    }
)
SHOW = CalendarEvent(
    "bonn",
    "Rock * Roll_Night_ <b>",
    datetime(2026, 6, 5, 19, 30, tzinfo=BERLIN),
    datetime(2026, 6, 5, 23, 0, tzinfo=BERLIN),
    "Hall\nBonn",
    "https://tickets.example/a_b_c",
)


def _renderer(*, language: str = "en", help_lines: tuple[HelpLine, ...] = ()) -> Renderer:
    return Renderer(
        facts=FACTS,
        events=(SHOW, replace(SHOW, uid="past", end=NOW - timedelta(minutes=1))),
        texts=Texts(built_in_texts(), own={}, language=language),
        help_lines=help_lines,
        language=language,
        timezone=BERLIN,
        clock=ManualClock(NOW),
    )


def _template(bodies: str | Mapping[str, str]) -> Template:
    by_language = {"en": bodies} if isinstance(bodies, str) else bodies
    variants = {code: Variant(code, (), (), body) for code, body in by_language.items()}
    return Template("merch", variants, choices=(Offer("Sizes", "sizes"),))


def _body(body: str, scene: Scene = SCENE) -> str:
    return _renderer().answer(_template(body), language="en", scene=scene).body


@pytest.mark.parametrize(
    ("asked", "workspace", "spoken"),
    [
        ("de", "en", "de"),
        ("pt-br", "en", "pt"),
        ("PT_br", "en", "pt"),
        ("fr", "de", "de"),
        ("fr", "it", "en"),
        (None, "pt-pt", "pt"),
    ],
)
def test_speaks_the_nearest_language(asked: str | None, workspace: str, spoken: str) -> None:
    """The fan's language comes first, then its base, the workspace's, and English."""
    template = _template({"en": "Yes", "de": "Ja", "pt": "Sim"})
    rendered = _renderer(language=workspace).answer(template, language=asked, scene=SCENE)
    assert (rendered.language, rendered.body) == (spoken, {"en": "Yes", "de": "Ja", "pt": "Sim"}[spoken])
    assert rendered.choices == template.choices


def test_speaks_any_language_rather_than_none() -> None:
    """A template in one language alone answers in that one."""
    assert _renderer().answer(_template({"sv": "Ja"}), language="fr", scene=SCENE).body == "Ja"


def test_parts_the_promo_block_from_the_answer() -> None:
    """The promotion stands apart, so that the cap can leave it out (P3)."""
    template = _template("Within 3 days.\n\n{% promo %}\nNew: **shirts**\n{% endpromo %}\n\nThat is all.")
    rendered = _renderer().answer(template, language=None, scene=SCENE)
    assert rendered.body == "Within 3 days.\n\nThat is all."
    assert rendered.promo == "New: shirts"


def test_says_a_fact_only_within_its_dates() -> None:
    """A dated fact is said on its last day, in the creator's zone, and named when it is missing (P23)."""
    renderer = _renderer()
    template = _template("The sale: {{ facts.shop.sale }}")
    last_minute = replace(SCENE, now=datetime(2026, 5, 2, 21, 59, tzinfo=UTC))
    midnight = replace(SCENE, now=datetime(2026, 5, 2, 22, 0, tzinfo=UTC))
    assert renderer.answer(template, language="en", scene=SCENE).body == "The sale: 10 euros"
    assert renderer.answer(template, language="en", scene=last_minute).body == "The sale: 10 euros"
    with pytest.raises(TemplateError, match=r"merch \(en\).*facts\.shop\.sale"):
        renderer.answer(template, language="en", scene=midnight)


def test_asks_for_a_fact_first() -> None:
    """A template that asks whether a fact is said today has another thing to say."""
    body = "{% if facts.shop.sale is defined %}Sale.{% else %}No sale.{% endif %}"
    assert _body(body) == "Sale."
    assert _body(body, replace(SCENE, now=NOW + timedelta(days=9))) == "No sale."


def test_writes_dates_in_the_language() -> None:
    """Dates and spans follow the language of the answer."""
    body = "{{ facts.shop.opens }} / {{ now.date }} / {{ now.weekday }} / {{ now.year }} / {{ line.usual }}"
    scene = replace(SCENE, line=Line(waiting=3, usual=timedelta(hours=49)))
    template = _template({"en": body, "de": body, "xx": body})
    renderer = _renderer()
    english = "June 3, 2026 / May 1, 2026 / Friday / 2026 / 3 days"
    assert renderer.answer(template, language="en", scene=scene).body == english
    assert renderer.answer(template, language="xx", scene=scene).body == english
    german = "3. Juni 2026 / 1. Mai 2026 / Freitag / 2026 / 3 Tage"
    assert renderer.answer(template, language="de", scene=scene).body == german
    assert renderer.written_time(timedelta(hours=12), "es") == "12 horas"
    assert renderer.written_time(timedelta(minutes=5), None) == "1 hour"


def test_says_nothing_of_the_line_without_a_record() -> None:
    """No waiting time is invented where none was measured (P6)."""
    assert _body("{{ line.waiting }}{% if line.usual %} {{ line.usual }}{% endif %} wait") == "0 wait"


def test_names_the_next_events_as_text() -> None:
    """Events that ended are gone, and a calendar's words are text, whatever signs they hold (P8)."""
    body = (
        "{% for event in events %}\n"
        "- {{ event.name }}: {{ event.date }}, {{ event.place }}, {{ event.url }}\n"
        "{% endfor %}"
    )
    assert _body(body) == (
        "- Rock * Roll_Night_ <b>: Friday, June 5, 2026, Hall Bonn, https://tickets.example/a_b_c"
    )


def test_an_event_is_gone_when_it_has_ended() -> None:
    """The same renderer stops naming a show as soon as it is over."""
    renderer = _renderer()
    template = _template("{% if events %}See you there.{% else %}No dates.{% endif %}")
    after = replace(SCENE, now=SHOW.end.astimezone(UTC) + timedelta(minutes=1))
    assert renderer.answer(template, language="en", scene=SCENE).body == "See you there."
    assert renderer.answer(template, language="en", scene=after).body == "No dates."


def test_facts_may_hold_markdown() -> None:
    """Facts are the editor's own words."""
    assert _body("{{ facts.rule }}.") == "Use soap."


def test_tells_scenes_apart() -> None:
    """What was said to one fan, tier, platform or line is not said to another."""
    template = _template(
        "{{ fan.name if fan.name else 'You' }} {{ fan.tier }} {{ platform }} {{ line.waiting }}"
    )
    renderer = _renderer()
    scenes = {
        "Ana patron stdio 1": Scene(NOW, "stdio", "Ana", "patron", Line(1)),
        "Ben patron stdio 1": Scene(NOW, "stdio", "Ben", "patron", Line(1)),
        "You patron stdio 1": Scene(NOW, "stdio", "\u202e", "patron", Line(1)),
        "Ana member stdio 1": Scene(NOW, "stdio", "Ana", "member", Line(1)),
        "Ana patron telegram 1": Scene(NOW, "telegram", "Ana", "patron", Line(1)),
        "Ana patron stdio 2": Scene(NOW, "stdio", "Ana", "patron", Line(2)),
    }
    for _ in range(2):
        for said, scene in scenes.items():
            assert renderer.answer(template, language="en", scene=scene).body == said


def test_a_changed_template_is_said_at_once() -> None:
    """A template that was edited replaces what was kept of its former text."""
    renderer = _renderer()
    assert renderer.answer(_template("Old"), language="en", scene=SCENE).body == "Old"
    assert renderer.answer(_template("New"), language="en", scene=SCENE).body == "New"


def test_an_empty_answer_is_none() -> None:
    """A text that is empty at this moment is an error, never an empty message."""
    with pytest.raises(TemplateError, match="empty at this moment"):
        _body("{% if not events %}No dates.{% endif %}")


def test_names_help_lines_or_the_directory() -> None:
    """Checked lines of the language are named, else the international directory alone (P20)."""
    line = HelpLine("Line", "000", "Examplia", "en", "always", "https://line.example", NOW.date())
    renderer = _renderer(help_lines=(line,))
    assert renderer.resources(None) == ["Line: 000 (Examplia, always)"]
    (directory,) = renderer.resources("de")
    assert "https://findahelpline.com" in directory


BODIES = [
    "{{ fan.name }}",
    "Hello {{ fan.name }}, welcome.",
    "**{{ fan.name }}** and [shop](https://shop.example)",
    "- {{ fan.name }}\n- two",
    "    {{ fan.name }}",
    "`{{ fan.name }}`",
    "> {{ fan.name }}\n\n# {{ fan.name }}",
    "[{{ fan.name }}](https://shop.example/?q={{ fan.name }})",
    "{{ fan.name or 'you' }} {% promo %}For {{ fan.name }}{% endpromo %} at",
    "@ {{ fan.name }} {{ '@' }}{{ fan.name }}",
]
_NAMES = st.one_of(
    st.text(max_size=100),
    st.lists(
        st.sampled_from(
            [
                *("@everyone", "@here", "everyone", "here", "<@1>", "<#2>", "[a](b)", "*", "_", "`", "#"),
                *("{{ 7*7 }}", "{% raw %}", "\n", "\r\n", "\u2028", "\u202e", "\x00", "\x1b", "&amp;", "<b>"),
                *("https://x.example", "\\", "1.", "- ", "    ", "\ufdd0", "\ufdd1", "\ufdd2", "\ue000"),
            ]
        ),
        max_size=6,
    ).map("".join),
)


@settings(max_examples=200)
@given(name=_NAMES, body=st.sampled_from(BODIES))
def test_a_name_changes_nothing_but_itself(name: str, body: str) -> None:
    """Whatever a fan is called, the answer is the editor's, in as many lines, and calls nobody (G8)."""
    renderer = _renderer()
    fan = replace(SCENE, fan_name=f"N{name}")
    said = renderer.answer(_template(body), language="en", scene=fan)
    usual = renderer.answer(_template(body), language="en", scene=SCENE)
    text = said.body + said.promo
    assert said.body.count("\n") == usual.body.count("\n")
    assert not any(unicodedata.category(sign) in {"Cc", "Cs", "Co"} for sign in text.replace("\n", ""))
    assert not re.search("[\u202a-\u202e\u2066-\u2069\u200e\u200f\u2028\u2029]", text)
    assert "@everyone" not in text.casefold()
    assert not re.search(r"(?<!\w)@here\b|<[@#]", text)
    assert len(text) < len(usual.body + usual.promo) + 4 * 64


def test_a_name_alone_cannot_call_everybody() -> None:
    """A fan who is called everyone is greeted by an answer that calls nobody."""
    body = _body("{{ '@' }}{{ fan.name }}", replace(SCENE, fan_name="everyone"))
    assert body == "＠everyone"
