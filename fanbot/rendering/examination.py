"""Find everything in a parsed body that its editor may not write, without running any of it."""

import re
from collections.abc import Callable, Iterator, Mapping

from jinja2 import nodes

from fanbot.rendering.filters import FILTERS
from fanbot.rendering.grammar import (
    A_FACT,
    A_LOOP,
    PLAIN_FORMS,
    REFUSED,
    ROOTS,
    TESTS,
    Complaint,
    Fault,
    hidden,
    trail,
)
from fanbot.rendering.known_names import name_faults

DEEPEST = 18
"""Levels of a body's tree; Python itself compiles at most 20 loops inside one another."""
LARGEST_NUMBER = 10**12
_ENTRY_NAME = re.compile(r"(?!loop$)[a-z][a-z0-9_]*")


def faults(tree: nodes.Template) -> list[Fault]:
    """List the faults of a body in the order of its lines."""
    if _depth(tree) > DEEPEST:
        return [Fault(1, "too many things inside one another", "a template with fewer levels")]
    return sorted({*_forms(tree), *_promo_blocks(tree), *_fan_handling(tree), *name_faults(tree)})


def _depth(tree: nodes.Node) -> int:
    level: list[nodes.Node] = [tree]
    depth = 0
    while level and depth <= DEEPEST:
        depth += 1
        level = [child for node in level for child in node.iter_child_nodes()]
    return depth


def _forms(node: nodes.Node) -> Iterator[Fault]:
    """Refuse every form of node but the known ones."""
    if type(node) in REFUSED:
        yield Fault.at(node, *REFUSED[type(node)])
        return
    look = _LOOKS.get(type(node))
    if look is None and type(node) not in PLAIN_FORMS:
        yield Fault.at(node, "something unknown", "plain text", A_FACT)
        return
    complaint = look(node) if look is not None else None
    if complaint is not None:
        yield Fault.at(node, *complaint)
    for child in node.iter_child_nodes():
        yield from _forms(child)


def _literal(node: nodes.Const) -> Complaint | None:
    if isinstance(node.value, int | float) and not abs(node.value) <= LARGEST_NUMBER:
        return ("a very large number", f"a number up to {LARGEST_NUMBER}", "{{ facts.price + 5 }}")
    if isinstance(node.value, str) and hidden(node.value):
        return ("a hidden character in a text", "only characters that can be seen", "")
    return None


def _filter(node: nodes.Filter) -> Complaint | None:
    if node.name not in FILTERS:
        known = ", ".join(sorted(FILTERS))
        return (f"the unknown filter {node.name}", f"one of {known}", "{{ facts.city|upper }}")
    if node.node is None or node.kwargs or node.dyn_args or node.dyn_kwargs:
        return (
            f"{node.name} in an unusual form",
            "plain values in ( )",
            '{{ facts.cities|join(", ") }}',
        )
    return None


def _test(node: nodes.Test) -> Complaint | None:
    if node.name not in TESTS or node.args or node.kwargs or node.dyn_args or node.dyn_kwargs:
        return (f"is {node.name}", "is defined", "{% if facts.shop.url is defined %}")
    return None


def _inline_if(node: nodes.CondExpr) -> Complaint | None:
    if node.expr2 is None:
        return ("an if without else inside {{ }}", "both", '{{ facts.city if facts.city else "online" }}')
    return None


def _loop(node: nodes.For) -> Complaint | None:
    if node.test is not None or node.recursive:
        return ("a loop with extra words", "a plain loop, with {% if %} inside", A_LOOP)
    if not isinstance(node.target, nodes.Name):
        return ("a loop with several names", "one name", A_LOOP)
    name = node.target.name
    if name in ROOTS or not _ENTRY_NAME.fullmatch(name):
        return (f"a loop that calls its entries {name}", "a name of your own in small letters", A_LOOP)
    return None


def _part(node: nodes.Getattr | nodes.Getitem) -> Complaint | None:
    if isinstance(node, nodes.Getattr):
        key: object = node.attr
    elif isinstance(node.arg, nodes.Slice):
        return None
    else:
        key = node.arg.value if isinstance(node.arg, nodes.Const) else None
    if type(key) not in (str, int):
        return ("a value in [ ]", "a number, or a name in quotes", "{{ facts.cities[0] }}")
    if isinstance(key, str) and key.startswith("_"):
        return (f"the name {key}", "a name that does not begin with _", A_FACT)
    within = node.node
    if not isinstance(within, nodes.Name | nodes.Getattr | nodes.Getitem) and not (
        isinstance(within, nodes.Filter) and within.name in ("first", "last")
    ):
        return ("a part of something that has no parts", "a part of a name", A_FACT)
    return None


_LOOKS: Mapping[type[nodes.Node], Callable[..., Complaint | None]] = {
    nodes.Const: _literal,
    nodes.Filter: _filter,
    nodes.Test: _test,
    nodes.CondExpr: _inline_if,
    nodes.For: _loop,
    nodes.Getattr: _part,
    nodes.Getitem: _part,
}


def _promo_blocks(tree: nodes.Template) -> Iterator[Fault]:
    blocks = list(tree.find_all(nodes.Scope))
    inner = [block for outer in blocks for block in outer.find_all(nodes.Scope)]
    for block in blocks[1:]:
        if any(block is nested for nested in inner):
            yield Fault.at(block, "a promo block inside another", "one promo block around the whole offer")
        else:
            yield Fault.at(block, "a second promo block", "one promo block in a template")


def _fan_handling(tree: nodes.Template) -> Iterator[Fault]:
    """Let a template write the fan's name or ask for it, and do nothing else with it.

    The name is put in when everything else is done, so that it is never part of template source or
    markup (G8); a filter or a comparison would see a stand-in.
    """
    for node in tree.find_all((nodes.Compare, nodes.BinExpr, nodes.Filter, nodes.For)):
        kept = isinstance(node, nodes.And | nodes.Or) or getattr(node, "name", "") == "default"
        if not kept and _holds_fan_name(node.iter if isinstance(node, nodes.For) else node):
            yield Fault.at(
                node,
                "something done with fan.name",
                "fan.name as it is, or the question whether there is one",
                "{% if fan.name %}Hello {{ fan.name }}.{% else %}Hello.{% endif %}",
            )
    for output in tree.find_all(nodes.Output):
        for before, after in zip(output.nodes, output.nodes[1:], strict=False):
            if (
                isinstance(before, nodes.TemplateData)
                and before.data.endswith(("@", "<"))
                and _holds_fan_name(after)
            ):
                yield Fault.at(
                    after,
                    f"{before.data[-1]} right before the fan's name, which may call somebody else",
                    "the name alone",
                    "Hello {{ fan.name }}",
                )


def _holds_fan_name(node: nodes.Node) -> bool:
    inside = [node, *node.find_all((nodes.Getattr, nodes.Getitem))]
    return any(trail(value) == ("fan", "name") for value in inside)
