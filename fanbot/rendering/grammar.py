"""The names and forms that an editor may write in a template, and a plain word for all others."""

import re
from dataclasses import dataclass

from jinja2 import nodes

ROOTS = frozenset({"events", "facts", "fan", "line", "now", "platform"})
MEMBERS = {
    "event": frozenset({"date", "name", "place", "time", "url"}),
    "fan": frozenset({"name", "tier"}),
    "line": frozenset({"usual", "waiting"}),
    "loop": frozenset({"first", "index", "last", "length"}),
    "now": frozenset({"date", "time", "weekday", "year"}),
}
"""The names in each group; ``event`` stands for one of ``events``, whatever its loop calls it."""
TESTS = frozenset({"defined", "undefined"})
PLAIN_FORMS = (
    nodes.Template,
    nodes.TemplateData,
    nodes.Output,
    nodes.Scope,
    nodes.If,
    nodes.Not,
    nodes.And,
    nodes.Or,
    nodes.Compare,
    nodes.Operand,
    nodes.Add,
    nodes.Sub,
    nodes.Mul,
    nodes.Div,
    nodes.FloorDiv,
    nodes.Neg,
    nodes.List,
    nodes.Tuple,
    nodes.Name,
)
"""Forms that are safe wherever they stand; ``Scope`` is a promo block, nothing else makes one."""

Complaint = tuple[str, str, str]
"""What was found, what is expected, and an example that works."""
A_FACT = "{{ facts.shop.url }}"
A_LOOP = "{% for event in events %}"
_SUM = ("plain sums with + - * /", "{{ facts.price + 5 }}")
_FACT = ("a fact in config/facts.yaml", A_FACT)
_TEXT = ("the text itself in this file", "")
REFUSED: dict[type[nodes.Node], Complaint] = {
    nodes.Call: ("a call with ( )", "a name or a filter", "{{ facts.city|upper }}"),
    nodes.Slice: ("a slice with :", "one entry by its number", "{{ facts.cities[0] }}"),
    nodes.Concat: ("the sign ~", "one text after the other", "{{ facts.city }}, {{ facts.country }}"),
    nodes.Pow: ("the sign **", *_SUM),
    nodes.Mod: ("the sign %", *_SUM),
    nodes.Pos: ("a + before a value", *_SUM),
    nodes.Dict: ("a map in { }", *_FACT),
    nodes.Assign: ("{% set %}", *_FACT),
    nodes.AssignBlock: ("{% set %}", *_FACT),
    nodes.With: ("{% with %}", *_FACT),
    nodes.FilterBlock: ("{% filter %}", "a filter on one value", "{{ facts.city|upper }}"),
    nodes.Macro: ("{% macro %}", *_TEXT),
    nodes.CallBlock: ("{% call %}", *_TEXT),
    nodes.Block: ("{% block %}", *_TEXT),
    nodes.Include: ("{% include %}", *_TEXT),
    nodes.Import: ("{% import %}", *_TEXT),
    nodes.FromImport: ("{% from %}", *_TEXT),
    nodes.Extends: ("{% extends %}", *_TEXT),
    nodes.ScopedEvalContextModifier: ("{% autoescape %}", *_TEXT),
}


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One thing that a body may not hold; ``line`` counts from the body's first line as 1."""

    line: int
    found: str
    expected: str
    example: str = ""

    @classmethod
    def at(cls, node: nodes.Node, found: str, expected: str, example: str = "") -> "Fault":
        """Make a fault on the line of a node."""
        return cls(node.lineno or 1, found, expected, example)


FAN_NAME = "\ufdd0"
"""Stands for the fan's name until a text is finished; a character that no text can hold itself."""

Trail = tuple[str | int, ...]


def trail(node: nodes.Node) -> Trail | None:
    """Return a dotted name as its parts, ``facts.shop.url`` as three, or None for any other form."""
    parts: list[str | int] = []
    while not isinstance(node, nodes.Name):
        if isinstance(node, nodes.Getattr):
            parts.append(node.attr)
        elif isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Const):
            parts.append(node.arg.value)
        else:
            return None
        node = node.node
    return (node.name, *reversed(parts))


def dotted(parts: Trail) -> str:
    """Write a dotted name as an editor does.

    >>> dotted(("facts", "tour", "dates", 0, "city"))
    'facts.tour.dates[0].city'
    """
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in parts).lstrip(".")


def hidden(text: str) -> bool:
    r"""Tell whether a text holds control characters, broken characters or marks of our own.

    >>> hidden("two\nlines"), hidden("be\x07ll")
    (False, True)
    """
    return _HIDDEN.search(text) is not None


def shown(text: str) -> str:
    """Return a text without its hidden characters."""
    return _HIDDEN.sub("", text)


_HIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
