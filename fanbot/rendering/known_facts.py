"""Find what a template says of facts that the creator has not written, or cannot be written as it stands."""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches

from jinja2 import nodes

from fanbot.domain.facts import DatedValue, Facts
from fanbot.rendering.grammar import Fault, Trail, dotted, trail

_NO_FACT = object()
_Asked = frozenset[Trail]


def fact_faults(tree: nodes.Template, facts: Facts) -> Iterator[Fault]:
    """Yield a fault for each unknown fact that is not asked for first, and for each group written whole."""
    yield from _unknown_facts(tree, facts, frozenset())
    for output in tree.find_all(nodes.Output):
        for written in output.nodes:
            yield from _written_whole(written, facts)


def _unknown_facts(node: nodes.Node, facts: Facts, asked: _Asked) -> Iterator[Fault]:
    parts = trail(node)
    if parts is None:
        for child, sure in _within(node, asked):
            yield from _unknown_facts(child, facts, sure)
    elif parts[0] == "facts" and not any(parts[: len(known)] == known for known in asked):
        yield from _unknown(node, parts, facts)


def _within(node: nodes.Node, asked: _Asked) -> Iterator[tuple[nodes.Node, _Asked]]:
    """Yield the parts of a node, each with the facts that are sure to exist there."""
    match node:
        case nodes.If():
            sure: list[nodes.Node] = [*node.body]
        case nodes.CondExpr():
            sure = [node.expr1]
        case nodes.And():
            sure = [node.right]
        case nodes.Test() | nodes.Filter(name="default") if trail(node.node or node) is not None:
            yield from ((argument, asked) for argument in node.args)
            return
        case _:
            yield from ((child, asked) for child in node.iter_child_nodes())
            return
    test = node.left if isinstance(node, nodes.And) else node.test
    for child in node.iter_child_nodes():
        held = any(child is each for each in sure)
        yield child, asked | _asked_for(test) if held else asked


def _asked_for(test: nodes.Node) -> frozenset[Trail]:
    """Name the facts that exist wherever this test holds."""
    if isinstance(test, nodes.And):
        return _asked_for(test.left) | _asked_for(test.right)
    if isinstance(test, nodes.Test) and test.name == "defined":
        parts = trail(test.node)
        return frozenset() if parts is None else frozenset({parts})
    return frozenset()


def _unknown(node: nodes.Node, parts: Trail, facts: Facts) -> Iterator[Fault]:
    group: object = facts.tree
    for place, part in enumerate(parts[1:], start=1):
        below = _entry(group, part)
        if below is _NO_FACT:
            named = dotted(parts[: place + 1])
            near = _near(group, part)
            expected = (
                dotted((*parts[:place], near, *parts[place + 1 :]))
                if near
                else "a fact that stands in config/facts.yaml"
            )
            example = f"{{% if {named} is defined %}}{{{{ {named} }}}}{{% endif %}}"
            yield Fault.at(node, f"the unknown fact {named}", expected, example)
            return
        group = below


def _written_whole(written: nodes.Node, facts: Facts) -> Iterator[Fault]:
    parts = trail(written)
    if parts is None or parts[0] != "facts":
        return
    group: object = facts.tree
    for part in parts[1:]:
        group = _entry(group, part)
    name = dotted(parts)
    if isinstance(group, list | tuple):
        yield Fault.at(written, f"the whole list {name}", "its entries", f'{{{{ {name}|join(", ") }}}}')
    elif isinstance(group, Mapping) and group:
        one = dotted((*parts, str(next(iter(group)))))
        yield Fault.at(written, f"the whole group {name}", "one of its facts", f"{{{{ {one} }}}}")


def _entry(group: object, part: str | int) -> object:
    """Look one step down, whatever its dates say: a fact of another day is known all the same."""
    below: object = _NO_FACT
    if isinstance(group, Mapping) and isinstance(part, str):
        below = group.get(part, _NO_FACT)
    elif isinstance(group, list | tuple) and isinstance(part, int) and 0 <= part < len(group):
        below = group[part]
    return below.value if isinstance(below, DatedValue) else below


def _near(group: object, part: str | int) -> str:
    known = [str(key) for key in group] if isinstance(group, Mapping) else []
    return next(iter(get_close_matches(str(part), known, n=1)), "")
