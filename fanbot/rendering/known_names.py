"""Which names a body uses, and which of them a template does not know."""

from collections.abc import Iterator, Mapping

from jinja2 import nodes

from fanbot.rendering.grammar import (
    A_FACT,
    A_LOOP,
    MEMBERS,
    REFUSED,
    ROOTS,
    Complaint,
    Fault,
    Trail,
    dotted,
    trail,
)


def names_used(tree: nodes.Template) -> frozenset[str]:
    """Name what the text depends on: the roots, and of ``fan`` its members as ``fan.name``."""
    values = tree.find_all((nodes.Name, nodes.Getattr, nodes.Getitem))
    used = {parts for parts in map(trail, values) if parts and parts[0] in ROOTS}
    return frozenset(dotted(parts) for parts in used if len(parts) == 1 or parts[0] == "fan")


def name_faults(tree: nodes.Template) -> Iterator[Fault]:
    """Yield a fault for each name that is none of the known ones, nor of a loop around it."""
    yield from _unknown_names(tree, {})


def _unknown_names(node: nodes.Node, entries: Mapping[str, str]) -> Iterator[Fault]:
    """Refuse unknown names; ``entries`` maps the names of the loops around to their groups."""
    if type(node) in REFUSED:
        return
    if isinstance(node, nodes.For) and isinstance(node.target, nodes.Name):
        yield from _unknown_names(node.iter, entries)
        group = "event" if trail(node.iter) == ("events",) else ""
        inside = {**entries, node.target.name: group, "loop": "loop"}
        for child in node.body:
            yield from _unknown_names(child, inside)
        for child in node.else_:
            yield from _unknown_names(child, entries)
        return
    parts = trail(node) if isinstance(node, nodes.Name | nodes.Getattr | nodes.Getitem) else None
    if parts is not None:
        complaint = _known(parts, entries)
        if complaint is not None:
            yield Fault.at(node, *complaint)
        return
    for child in node.iter_child_nodes():
        yield from _unknown_names(child, entries)


def _known(parts: Trail, entries: Mapping[str, str]) -> Complaint | None:
    root, *rest = parts
    if root not in entries and root not in ROOTS:
        return (f"the unknown name {root}", f"one of {', '.join(sorted(ROOTS))}", A_FACT)
    group = entries.get(str(root), str(root))
    if group == "events" and rest:
        if not isinstance(rest[0], int):
            return (dotted(parts), "one event after the other", A_LOOP)
        group, rest = "event", rest[1:]
    if group == "platform" and rest:
        return (dotted(parts), "platform alone", "{{ platform }}")
    members = MEMBERS.get(group)
    if members is None or (len(rest) == 1 and rest[0] in members):
        return None
    start = parts[: len(parts) - len(rest)]
    known = [dotted((*start, member)) for member in sorted(members)]
    return (dotted(parts), f"one of {', '.join(known)}", f"{{{{ {known[0]} }}}}")
