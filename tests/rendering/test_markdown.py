"""CommonMark as plain text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanbot.rendering.markdown import PlainText


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("One *two* **three** _four_", "One two three four"),
        ("a line\nthat goes on\n\nand a second", "a line that goes on\n\nand a second"),
        ("first  \nsecond", "first\nsecond"),
        ("# Title\ntext", "Title\n\ntext"),
        ("- a\n- b\n", "- a\n- b"),
        ("* a\n\n* b\n", "- a\n\n- b"),
        ("3. a\n4. b\n", "3. a\n4. b"),
        ("- a\n  1. b\n  2. c\n- d", "- a\n  1. b\n  2. c\n- d"),
        ("> said\n> so", "> said so"),
        ("`code *stays*`", "code *stays*"),
        ("```\nx  =  1\n\ny\n```", "x  =  1\n\ny"),
        ("[shop](https://shop.example/a_b?c=1&d=2)", "shop (https://shop.example/a_b?c=1&d=2)"),
        ("[https://shop.example](https://shop.example)", "https://shop.example"),
        ("<https://shop.example>", "https://shop.example"),
        ("<post@shop.example>", "post@shop.example"),
        ("![cover](https://shop.example/c.png)", "cover (https://shop.example/c.png)"),
        ("[](https://shop.example)", "https://shop.example"),
        ("<b>not markup</b> &amp; \\*so\\*", "<b>not markup</b> & *so*"),
        ("one\n\n---\n\ntwo", "one\n\ntwo"),
        ("", ""),
    ],
)
def test_writes_plain_text(source: str, text: str) -> None:
    """Each form of CommonMark has a plain form that reads well."""
    assert PlainText().write(source) == text


@given(st.text(alphabet="ab *_`#>-+1.[](){}<>!\\&\n\t~|:/é", max_size=200))
def test_any_source_becomes_text(source: str) -> None:
    """No source fails, and no letter is lost but in a link, an entity or the label of a code block."""
    text = PlainText().write(source)
    spared = {"[", "<", "`", "&", "~"} & set(source)
    assert spared or [sign for sign in text if sign in "abé"] == [sign for sign in source if sign in "abé"]
