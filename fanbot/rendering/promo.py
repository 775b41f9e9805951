"""The ``{% promo %}`` block, whose text is collected apart so that the cap can leave it out (P3)."""

from jinja2 import nodes
from jinja2.ext import Extension
from jinja2.parser import Parser

OPEN = "\ufdd1"
CLOSE = "\ufdd2"
"""Chunks of output that mark where a promo block begins and ends; no text may hold these characters."""


class PromoBlock(Extension):
    """Read ``{% promo %}…{% endpromo %}`` as a scope, which nothing else in the grammar makes."""

    tags = {"promo"}  # noqa: RUF012 - the set is Jinja's own interface

    def parse(self, parser: Parser) -> nodes.Node:
        """Read one block up to its end."""
        line = next(parser.stream).lineno
        body = parser.parse_statements(("name:endpromo",), drop_needle=True)
        return nodes.Scope(body, lineno=line)


def mark(tree: nodes.Template) -> None:
    """Put the marks around every promo block of a tree that the grammar has passed."""
    for block in tree.find_all(nodes.Scope):
        block.body = [_data(OPEN), *block.body, _data(CLOSE)]


def _data(text: str) -> nodes.Output:
    return nodes.Output([nodes.TemplateData(text)])
