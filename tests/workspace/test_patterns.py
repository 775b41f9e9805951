r"""A pattern is taken only when it is valid, says something, and cannot hang (G7)."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanbot.workspace.patterns import judge


@pytest.mark.parametrize(
    "pattern",
    [
        r"\btracking number\b",
        r"^(are|r) (you|u) (a )?(bot|robot|ai|human|real)\??$",
        r"where('s| is)\s{1,3}my .{0,40}(order|parcel|hoodie)",
        r"when.*hoodie",
        r"\b\d{6,12}\b",
        r"(?:colou?r|siz(e|ing))s? (chart|guide)",
        r"(ha)+",
        r"[]a]+b",
        r"(?P<word>\w+) (?P=word)",
        r"¿cuándo (llega|sale)",
    ],
)
def test_takes_a_pattern_that_an_editor_would_write(pattern: str) -> None:
    """Ordinary patterns pass."""
    assert judge(pattern) is None


@pytest.mark.parametrize(
    "pattern",
    [
        r"(a+)+$",
        r"(a|a)+b",
        r"(\w+\s?)*x",
        r"(?:a{1,9}){1,9}b",
        r"((a?)b?)+c",
        r"\s+\s+\s+x",
        r".*a.*b",
        "a?" * 20 + "a" * 20,
        "(a|a)" * 30,
        r"(a+)(?#)+b",
        r"(?x)( a + ) + b",
        r"(?x:( a + ) + b)",
    ],
)
def test_refuses_a_pattern_that_could_hang(pattern: str) -> None:
    """A repeat of repeats is refused, however it is disguised."""
    assert judge(pattern) is not None


@pytest.mark.parametrize(
    "pattern",
    [
        "",
        "x*",
        r"\b",
        "a|",
        "(?=a)",
        "(",
        "a{99999999999}",
        "[[a]",
        "x" * 201,
        "(" * 150,
        "(?i)hoodie",
        r"\N{nothing}",
    ],
)
def test_refuses_a_pattern_that_is_broken_or_says_nothing(pattern: str) -> None:
    """What is invalid, too long or fits every text is refused."""
    assert judge(pattern) is not None


@given(st.text(alphabet="ab(|)[]{}?*+.\\ 019,^$:=!<>P#x-&~", max_size=60))
def test_any_text_is_judged(pattern: str) -> None:
    """Every text is either refused or compiles."""
    assert judge(pattern) or re.compile(pattern, re.IGNORECASE)


@given(st.text(alphabet="a()|?*+.{2,}", min_size=1, max_size=16))
def test_a_pattern_that_passed_is_quick(pattern: str) -> None:
    """A text made to hurt is read to its end all the same; the run's own limit is the clock."""
    if judge(pattern) is None:
        found = re.compile(pattern, re.IGNORECASE).search("a" * 300 + "!")
        assert found is None or found.end() > found.start()
