"""What an editor is told before a template is published."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fanbot.domain.facts import DatedValue, Facts
from fanbot.domain.templates import Problem, Template, Variant
from fanbot.rendering.check import check

FACTS = Facts(
    {
        "shop": {"url": "https://shop.example", "days": 3, "code": DatedValue("MAY", until=date(2020, 1, 1))},
        "tour": DatedValue({"city": "Bonn"}, since=date(2040, 1, 1)),
        "cities": ["Bonn", "Rome"],
    }
)


def _problems(body: str, *, body_line: int = 1) -> list[Problem]:
    variant = Variant("en", (), (), body, source="templates/merch.md", body_line=body_line)
    return list(check(Template("merch", {"en": variant}), variant, facts=FACTS))


@pytest.mark.parametrize(
    "body",
    [
        "Orders leave within {{ facts.shop.days }} days: {{ facts.shop.url }}",
        "The code is {{ facts.shop.code }}, we play {{ facts.tour.city }}, {{ facts.cities[1] }}",
        "{% if facts.shop.sale is defined %}{{ facts.shop.sale.percent }}{% else %}None.{% endif %}",
        "{{ facts.shop.sale if facts.shop.sale is defined else 'none' }}",
        "{% if facts.shop.sale is defined and facts.shop.sale > 3 %}yes{% else %}no{% endif %}",
        "{{ facts.shop.sale|default(facts.shop.url) }}",
        "{% for event in events %}{{ event.name }} {{ loop.index }}{% endfor %}{{ events[0].url }}",
        "{{ (events|first).date }} {{ now.weekday }} {{ line.usual }} {{ fan.tier }} {{ platform }}",
        "{% for city in facts.cities %}{{ city }}{% endfor %}",
        "A text.{% promo %}The shirt: {{ facts.shop.url }}{% endpromo %}",
    ],
)
def test_passes_a_good_template(body: str) -> None:
    """Known names, dated facts and facts that are asked for first are no problem."""
    assert _problems(body) == []


@pytest.mark.parametrize(
    ("body", "line", "found"),
    [
        ("Hello {{ fann.name }}", 1, "the unknown name fann"),
        ("Hello\n\n{{ fan.email }}", 3, "fan.email"),
        ("a\n{{ facts.shop.urk }}", 2, "the unknown fact facts.shop.urk"),
        ("{% if facts.sale %}x{% endif %}y", 1, "the unknown fact facts.sale"),
        ("{% if facts.sale is defined %}x{% endif %}{{ facts.sale }}", 1, "the unknown fact facts.sale"),
        ("{{ facts.cities[7] }}", 1, "the unknown fact facts.cities[7]"),
        ("x{{ facts.shop }}", 1, "the whole group facts.shop"),
        ("x{{ facts.cities }}", 1, "the whole list facts.cities"),
        ("{% for event in events %}\n{{ event.venue }}\n{% endfor %}", 2, "event.venue"),
        ("{{ event.name }}", 1, "the unknown name event"),
        ("{{ events.name }}", 1, "events.name"),
        ("{{ now }}", 1, "now"),
        ("{{ now.now }}", 1, "now.now"),
        ("{{ facts.shop.url|shorten }}", 1, "the unknown filter shorten"),
        ("{{ facts.shop.url is string }}", 1, "is string"),
        ("{{ 'x' if facts.shop.url }}", 1, "an if without else inside {{ }}"),
        ("a\nb\n{% set x = 1 %}", 3, "{% set %}"),
        ("{{ lipsum() }}", 1, "a call with ( )"),
        ("a\n{% if events %}", 2, "a block or a {{ that is never closed"),
        ("a\n{{ facts.shop.url", 2, "a block or a {{ that is never closed"),
        ("{% loop events %}", 1, "{% loop %} out of place"),
        ("a{% endif %}", 1, "{% endif %} out of place"),
        ("{{ facts..url }}", 1, "something that cannot be read (expected name or number)"),
        ("a\n{% promo %}b{% endpromo %}\n{% promo %}c{% endpromo %}", 3, "a second promo block"),
        ("a{% promo %}{% promo %}c{% endpromo %}{% endpromo %}", 1, "a promo block inside another"),
        ("{% promo %}only{% endpromo %}\n", 1, "no text outside a promo block"),
        ("{% if events %}{% promo %}only{% endpromo %}{% endif %}", 1, "no text outside a promo block"),
        ("  \n", 1, "no text outside a promo block"),
        ("Hello @{{ fan.name }}", 1, "@ right before the fan's name, which may call somebody else"),
        ("{{ fan.name|upper }}", 1, "something done with fan.name"),
        ("one\ntwo\x07", 2, "a hidden control character"),
        ("{{ 10000000000000 }}", 1, "a very large number"),
    ],
)
def test_names_the_line_and_the_thing(body: str, line: int, found: str) -> None:
    """Each problem says where it is and what was found, and what is expected instead."""
    problem = _problems(body)[0]
    assert (problem.file, problem.line, problem.found) == ("templates/merch.md", line, found)
    assert problem.expected


def test_counts_lines_in_the_file() -> None:
    """The front matter above a body is counted, so that an editor finds the line."""
    assert [problem.line for problem in _problems("a\n{{ x }}\n{{ y }}", body_line=12)] == [13, 14]


def test_proposes_the_fact_that_was_meant() -> None:
    """A mistyped fact is answered with the nearest one."""
    assert _problems("{{ facts.shopp.url }}")[0].expected == "facts.shop.url"


_EXAMPLES = [
    "{{ x }}",
    "{{ fan.x }}",
    "{{ events.x }}",
    "{{ facts.shop.x }}",
    "{{ facts.shop }}",
    "{{ fan.name|upper }}",
    "{% for a in events recursive %}{% endfor %}",
    "{% for a in events %}{{ a.x }}{% endfor %}",
    "{% zzz %}",
]


@pytest.mark.parametrize("body", _EXAMPLES)
def test_its_examples_read_well(body: str) -> None:
    """The example of a problem can itself be read as a template, or opens a loop that can be closed."""
    for problem in _problems(body):
        example = problem.example
        closed = f"{example}.{{% endfor %}}" if example.startswith("{% for") else example
        unreadable = [each for each in _problems(closed) if "cannot be read" in each.found]
        assert example
        assert unreadable == []


@settings(max_examples=150)
@given(st.text(max_size=400), st.text(alphabet="{}%|.() \nabfactsnxiforpm[]'*_-+1", max_size=120))
def test_never_fails_itself(text: str, near_template: str) -> None:
    """Whatever an editor saves, the check ends with problems that have a line within the body."""
    for body in (text, near_template, f"{{{{ {near_template} }}}}", f"{{% {near_template} %}}"):
        for problem in _problems(body):
            assert problem.line is not None
            assert 1 <= problem.line <= body.count("\n") + body.count("\r") + 1
