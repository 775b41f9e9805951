"""Patterns that editors write."""

import pytest

from fanbot.domain.templates import Template, Variant
from fanbot.errors import TemplateError
from fanbot.understanding.normal import normalise
from fanbot.understanding.patterns import Patterns


def template(name: str, *patterns: str) -> Template:
    """Write a template that has patterns alone."""
    return Template(name, {"en": Variant("en", (), patterns, "text")})


def hits(text: str, *templates: Template) -> list[tuple[str, str]]:
    """Name the templates and patterns that hit."""
    found = Patterns.compile(templates).match(normalise(text))
    assert all(match.exact and match.sufficient for match in found)
    return [(match.template, match.evidence) for match in found]


def test_hits_whatever_the_case_and_accents() -> None:
    """A pattern means the normalised text, however either is written."""
    assert hits("CUANDO tocas", template("tour", "\\bcu\u00e1ndo\\b")) == [("tour", "\\bcu\u00e1ndo\\b")]


def test_leaves_other_texts_alone() -> None:
    """A text without a hit matches nothing."""
    assert hits("good evening all", template("tour", "^dates$"), template("shop", "^shop$")) == []


def test_keeps_groups_of_one_pattern_out_of_another() -> None:
    """Numbered groups and back-references stay right beside other patterns."""
    both = (template("a", r"(x)y"), template("b", r"(knock) \1"))
    assert hits("knock knock", *both) == [("b", r"(knock) \1")]


def test_names_each_template_once() -> None:
    """Two hits of one template are one match, in the order of the templates."""
    assert [
        name for name, _ in hits("shop dates", template("a", "shop", "dates"), template("b", "dates"))
    ] == [
        "a",
        "b",
    ]


def test_refuses_what_is_no_pattern() -> None:
    """The error names the template and the pattern."""
    with pytest.raises(TemplateError, match=r"Template tour: the pattern '\(' cannot be read"):
        Patterns.compile([template("tour", "(")])
