"""Words that came from others, made harmless for a terminal (G8)."""

import re
from collections.abc import Mapping, Sequence

import orjson

_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff"
    "\ufff9-\ufffb\U000e0000-\U000e007f]"
)
"""Control characters, terminal escapes, and what turns text around or hides in it."""
_LINE_ENDS = re.compile("\r\n?|[\u2028\u2029]")
_SURROGATES = re.compile("[\ud800-\udfff]")
_UNIT = re.compile("....")


def whole(text: str) -> str:
    r"""Replace half surrogate pairs, which bytes that are no UTF-8 turn into on the way in.

    >>> whole("caf\udce9")
    'caf�'
    """
    return _SURROGATES.sub("\ufffd", text)


def block(text: str) -> str:
    r"""Keep the lines of a text and nothing that a terminal would obey.

    >>> block("one\r\ntwo \x1b[31mred\u202e")
    'one\ntwo [31mred'
    """
    return _UNSEEN.sub("", _LINE_ENDS.sub("\n", whole(text)))


def line(text: str, *, width: int = 10_000) -> str:
    r"""Bring a text onto one line of at most ``width`` characters.

    >>> line("Hi!\n\nMy  mom died \x9b2J last week", width=20)
    'Hi! My mom died 2J …'
    """
    told = " ".join(block(text).split())
    return told if len(told) <= width else f"{told[: width - 1].rstrip()} …"[:width]


def document(record: Mapping[str, object] | Sequence[object]) -> bytes:
    r"""Write one JSON document on one line, with everything unseen in it escaped.

    >>> document({"text": "a\u202eb", "n": 1})
    b'{"text":"a\\u202eb","n":1}'
    """
    told = orjson.dumps(record).decode()
    return _UNSEEN.sub(
        lambda found: _UNIT.sub(r"\\u\g<0>", found[0].encode("utf-16-be").hex()), told
    ).encode()
