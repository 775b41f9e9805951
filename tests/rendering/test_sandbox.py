"""What an editor's body can reach and how long it can run."""

import tracemalloc
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fanbot.domain.facts import Facts
from fanbot.errors import TemplateError
from fanbot.rendering.facts import facts_of_day
from fanbot.rendering.sandbox import LONGEST_TEXT, Sandbox

FACTS = Facts(
    {
        "city": "Bonn",
        "price": 20,
        "many": list(range(500)),
        "words": ["word " * 40] * 100,
        "letter": "x" * 5_000,
    }
)

REFUSED_BEFORE_IT_RUNS = [
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{{ fan.__class__ }}",
    "{{ facts.__init__.__globals__ }}",
    "{{ facts['__class__'] }}",
    "{{ facts.city|attr('__class__') }}",
    "{{ facts.city|map(attribute='__class__')|join }}",
    "{{ '{0.__class__}'.format(fan) }}",
    "{{ ('%s' * 9)|format(1) }}",
    "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
    "{{ lipsum.__globals__['os'] }}",
    "{{ lipsum(n=100000) }}",
    "{{ joiner() }}",
    "{{ namespace(a=1) }}",
    "{{ dict(a=1) }}",
    "{{ 9**(9**9) }}",
    "{{ 2**-1 }}",
    "{% for x in range(10**9) %}x{% endfor %}",
    "{{ range(10**9)|list }}",
    "{{ 'x' % 5 }}",
    "{{ '%c' % 65 }}",
    "{{ '%1000000000d' % 1 }}",
    "{{ 'a' ~ 'b' }}",
    "{{ facts.city|center(10**9) }}",
    "{{ facts.city|center(1000000000) }}",
    "{{ {'onclick': 'x'}|xmlattr }}",
    "{{ facts.city|replace('', 'x') }}",
    "{{ facts.many|batch(1)|list }}",
    "{{ facts|pprint }}",
    "{{ facts.city|safe }}",
    "{% include '/etc/passwd' %}",
    "{% import 'os' as os %}",
    "{% from 'os' import system %}",
    "{% extends 'base.html' %}",
    "{% block a %}{{ self.a() }}{% endblock %}",
    "{{ self }}",
    "{{ self._TemplateReference__context }}",
    "{{ super() }}",
    "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
    "{% call(x) facts.city() %}{% endcall %}",
    "{% filter upper %}x{% endfilter %}",
    "{% set x = 'a' * 1000000 %}{{ x }}",
    "{% with x = 1 %}{{ x }}{% endwith %}",
    "{% autoescape true %}x{% endautoescape %}",
    "{% for x in facts.many recursive %}{{ loop(facts.many) }}{% endfor %}",
    "{% for x in facts.many %}{{ loop.__init__ }}{% endfor %}",
    "{% for x in facts.many %}{{ loop.cycle('a', 'b') }}{% endfor %}",
    "{% for x in facts.many %}{{ loop._iterable }}{% endfor %}",
    "{% for loop in facts.many %}x{% endfor %}",
    "{% for facts in facts.many %}x{% endfor %}",
    "{% for __class__ in facts.many %}x{% endfor %}",
    "{{ (facts.words|first)['__class__'] }}",
    "{{ facts.letter[0:99999999] }}",
    "{{ facts[fan.name] }}",
    "{{ facts.many[loop] }}",
    "{{ environment }}",
    "{{ config.items() }}",
    "{{ request.application }}",
    "{{ 1e999 }}",
    "{{ " + "9" * 4_000 + " }}",
    "{{ " + "9" * 200 + " }}",
    "{{ " + "(" * 3_000 + "1" + ")" * 3_000 + " }}",
    "{{ " + "not " * 3_000 + "1 }}",
    "{{ " + "-" * 500 + "1 }}",
    "{{ " + "1+" * 4_000 + "1 }}",
    "{{ facts" + ".a" * 4_000 + " }}",
    "{{ " + "[" * 900 + "]" * 900 + " }}",
    "{{ 1" + " if 1 else 1" * 500 + " }}",
    "{% if 1 %}" * 900 + "{% endif %}" * 900,
    "{% for x in facts.many %}" * 40 + "{% endfor %}" * 40,
    "x" * 10_001,
    "{{ 'a\\ud800b' }}",
    "\ud800",
    "be\x07ll",
    "\ufdd1smuggled promo mark\ufdd2",
    "{{ '\\ufdd1' }}",
    "{{ fan.name|upper }}",
    "{{ [fan.name]|join }}",
    "{% if fan.name == 'Sam' %}x{% endif %}",
    "{% for sign in fan.name %}{{ sign }}{% endfor %}",
    "@{{ fan.name }}",
    "<@{{ fan.name }}>",
    "<{{ fan.name }}>",
]

BOUNDED_WHILE_IT_RUNS = [
    "{{ 'x' * 100000000 }}",
    "{{ facts.letter * 100000 }}",
    "{{ [1] * 1000000000 }}",
    "{{ 'a' + 'b' }}",
    "{{ 999999999999 * 999999999999 }}",
    "{{ 1 / 0 }}",
    "{{ 1 // 0 }}",
    "{{ 1|round(1000000) }}",
    "{{ 1|round(-1000000000, 'ceil') }}",
    "{{ (facts.letter|join(facts.letter))|join(facts.letter) }}",
    "{{ facts.words|join(facts.letter) }}",
    "{{ facts }}",
    "{{ facts|upper }}",
    "{{ facts.many }}",
    "{{ true }}",
    "{{ none }}",
    "{{ facts.price.real }}",
    "{{ facts.city.upper }}",
    "{{ (facts.words|first).join }}",
    "{{ facts.city['upper'] }}",
    "{% for a in facts.many %}{% for b in facts.many %}{% endfor %}{% endfor %}",
    "{% for a in facts.many %}" * 9 + "{% endfor %}" * 9,
    "{% for a in facts.letter %}{% endfor %}",
    "{% for a in facts.words %}{{ facts.letter }}{% endfor %}",
    "{% for a in " + str(list(range(1_500))) + " %}{% endfor %}",
    "{% for a in facts.price %}{% endfor %}",
    "{% for a in facts %}{{ a }}{% endfor %}",
    "{{ facts.city < 3 }}",
    "{{ facts.unknown }}",
    "{{ facts.letter }}{{ facts.letter }}",
]

WHAT_EDITORS_WRITE = {
    "We are in {{ facts.city }}.": "We are in Bonn.",
    "{{ facts.price + 5 * 2 - 1 }} euros, {{ facts.price / 8 }} each": "29 euros, 2.5 each",
    "{{ facts.price // 3 }} {{ -facts.price }} {{ (facts.price / 7)|round(2) }}": "6 -20 2.86",
    "{{ facts.city|upper }} {{ facts.city|lower }} {{ ' x '|trim }}": "BONN bonn x",
    "{{ 'ab cd'|title }} {{ 'ab'|capitalize }} {{ facts.city|length }}": "Ab Cd Ab 4",
    "{% for n in [1, 2, 3] %}{{ n }}{% if not loop.last %}, {% endif %}{% endfor %}": "1, 2, 3",
    "{% for n in [] %}x{% else %}nothing{% endfor %}": "nothing",
    "{% if facts.city in ['Bonn', 'Rome'] and facts.price >= 20 %}yes{% elif 1 %}no{% endif %}": "yes",
    "{{ 'dear' if facts.price > 10 else 'cheap' }}": "dear",
    "{{ facts.gone|default('none yet') }}": "none yet",
    "{% if facts.gone is defined %}{{ facts.gone }}{% else %}none{% endif %}": "none",
    "{% if facts.gone.deeper is defined %}x{% else %}none{% endif %}": "none",
    "{% if facts.gone %}x{% else %}none{% endif %}": "none",
    "{{ [1, 'b']|join(', ') }} {{ (facts.many|first) }} {{ facts.many|last }}": "1, b 0 499",
    "{{ facts.many[3] }} {{ facts['city'] }}": "3 Bonn",
    "{# a note #}{% raw %}{{ as it is }}{% endraw %}": "{{ as it is }}",
    "{{ platform }}{{ fan.tier }}": "stdiopatron",
    "Hello{% if fan.name %} {{ fan.name }}{% endif %}.": "Hello Sam.",
    "Hello {{ fan.name or 'you' }}, {{ fan.name|default('you', true) }}": "Hello Sam, Sam",
}


def _values() -> dict[str, object]:
    return {
        "facts": facts_of_day(FACTS, date(2026, 5, 1), written=str),
        "fan": {"name": "Sam", "tier": "patron"},
        "platform": "stdio",
        "events": [],
    }


@pytest.mark.timeout(10)
@pytest.mark.parametrize(
    "body", REFUSED_BEFORE_IT_RUNS, ids=lambda body: body[:40].encode("ascii", "replace")
)
def test_refuses_what_reaches_out_or_runs_away(body: str) -> None:
    """A body with a form that no answer needs is refused before any of it runs."""
    tracemalloc.start()
    _, faults = Sandbox().read(body)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert faults
    assert peak < 64_000_000
    with pytest.raises(TemplateError):
        Sandbox().compile(body)


@pytest.mark.timeout(10)
@pytest.mark.parametrize("body", BOUNDED_WHILE_IT_RUNS, ids=lambda body: body[:40])
def test_ends_what_grows_while_it_runs(body: str) -> None:
    """A body that looks plain and turns out to be endless or senseless ends in a clear error."""
    tracemalloc.start()
    compiled = Sandbox().compile(body)
    with pytest.raises(TemplateError):
        compiled.render(_values())
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 32_000_000


@pytest.mark.parametrize(("body", "text"), WHAT_EDITORS_WRITE.items())
def test_runs_what_editors_write(body: str, text: str) -> None:
    """The forms that answers need work as an editor expects."""
    assert Sandbox().compile(body).render(_values()).body == text


@pytest.mark.parametrize(
    "block", [("{% for n in facts.words %}", "{% endfor %}"), ("{% if 1 %}", "{% endif %}")]
)
@pytest.mark.parametrize("levels", range(1, 30))
def test_what_is_not_too_deep_compiles(levels: int, block: tuple[str, str]) -> None:
    """Blocks inside one another compile, or are refused by name; nothing lies between."""
    body = f"{block[0] * levels}x{block[1] * levels}"
    _, faults = Sandbox().read(body)
    if faults:
        assert levels > 10
        assert faults[0].found == "too many things inside one another"
    else:
        assert Sandbox().compile(body).uses <= {"facts"}


def test_collects_the_promo_block_apart() -> None:
    """The text of a promo block stands in no body, also from inside a condition or a loop."""
    body = "One.{% if 1 %}{% promo %}Offer {{ facts.city }}.{% endpromo %}{% endif %} Two."
    text = Sandbox().compile(body).render(_values())
    assert (text.body, text.promo) == ("One. Two.", "Offer Bonn.")
    looped = Sandbox().compile("Text.{% for n in [1, 2] %}{% promo %}{{ n }};{% endpromo %}{% endfor %}")
    assert looped.render(_values()).promo == "1;2;"


def test_a_fact_cannot_open_or_close_a_promo_block() -> None:
    """Marks of our own that stand in a fact are taken out of it."""
    facts = Facts({"odd": "\ufdd1", "end": "\ufdd2"})
    values = {"facts": facts_of_day(facts, date(2026, 5, 1), written=str)}
    text = Sandbox().compile("a{{ facts.odd }}b{% promo %}c{{ facts.end }}d{% endpromo %}").render(values)
    assert (text.body, text.promo) == ("ab", "cd")


_PIECES = st.sampled_from(
    [
        *("{{", "}}", "{%", "%}", "{#", "#}", "if", "for", "in", "else", "endif", "endfor", "promo"),
        *("endpromo", "set", "facts", "fan", ".name", "events", "event", ".many", "|", "join", "default"),
        *("(", ")", "[", "]", "'", '"', "*", "**", "+", "~", "%", "-", "1", "9" * 30, ",", ":", " ", "\n"),
        *("is defined", "and", "or", "not", "==", "<", "__class__", "loop", "raw", "\\", "\x00", "é", "🎸"),
    ]
)


@settings(max_examples=150)
@given(st.one_of(st.text(max_size=300), st.lists(_PIECES, max_size=40).map("".join)))
def test_any_body_is_read_and_ends(body: str) -> None:
    """Whatever stands in a body, it is refused with faults, fails clearly, or makes a bounded text."""
    sandbox = Sandbox()
    tree, faults = sandbox.read(body)
    assert (tree is not None) or faults
    if faults:
        return
    try:
        text = sandbox.compile(body).render(_values())
    except TemplateError:
        return
    assert len(text.body) + len(text.promo) <= LONGEST_TEXT
