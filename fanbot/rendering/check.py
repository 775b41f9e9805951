"""Tell an editor what is wrong with a template before it is published, line by line."""

from collections.abc import Iterator, Sequence

from jinja2 import nodes

from fanbot.domain.facts import Facts
from fanbot.domain.templates import Problem, Template, Variant
from fanbot.rendering.grammar import Fault
from fanbot.rendering.known_facts import fact_faults
from fanbot.rendering.sandbox import Sandbox


def check(template: Template, variant: Variant, *, facts: Facts) -> Sequence[Problem]:
    """Return everything in a body that can be seen to be wrong without rendering it."""
    tree, found = Sandbox().read(variant.body)
    if tree is not None and not found:
        found = sorted({*_empty(tree), *fact_faults(tree, facts)})
    return [
        Problem(
            file=variant.source or template.id,
            line=variant.body_line + fault.line - 1,
            found=fault.found,
            expected=fault.expected,
            example=fault.example,
        )
        for fault in found
    ]


def _empty(tree: nodes.Template) -> Iterator[Fault]:
    """Ask for a text outside the promo block, which the cap may leave out."""
    if not any(_says_something(node) for node in tree.body):
        yield Fault(
            1, "no text outside a promo block", "an answer", "Orders leave within {{ facts.shop.days }} days."
        )


def _says_something(node: nodes.Node) -> bool:
    if isinstance(node, nodes.Output):
        return any(not isinstance(part, nodes.TemplateData) or part.data.strip() for part in node.nodes)
    statements = node.iter_child_nodes() if not isinstance(node, nodes.Scope) else ()
    return any(isinstance(each, nodes.Stmt) and _says_something(each) for each in statements)
