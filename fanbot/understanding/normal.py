"""Bring a text into the one form in which all matching happens."""

import re
import unicodedata

_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\ud800-\udfff\U0001d173-\U0001d17a\U000e0000-\U000e0fff]+"
)
"""What takes no place on a screen: default-ignorable characters, bidirectional marks, surrogates."""
_CONTROLS = re.compile("[\0-\x08\x0e-\x1b\x7f-\x84\x86-\x9f]+")
_MARKS = re.compile("[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+")
_QUOTES = str.maketrans({"\u2018": "'", "\u2019": "'", "\u02bc": "'", "`": "'", "\u201c": '"', "\u201d": '"'})
_ADDRESS = re.compile(r"(?:https?://|www\.)\S+|\b[a-z0-9-]{2,63}\.(?:com|net|org|io|gg|me|tv|ly)\b(?:/\S*)?")
_LONG_RUN = re.compile(r"([a-z])\1\1+")
_LONG_RUN_ANYWHERE = re.compile(r"([^\W\d_])\1\1+")
_APOSTROPHE = re.compile(r"(?<=\w)'(?=\w)")
_WORD = re.compile(r"[^\W_]+")
_PIECE = 256
"""Characters decomposed at a time: sorting a long run of combining marks takes quadratic time."""


def normalise(text: str) -> str:
    r"""Fold case, accents, width, invisible characters, long runs of a letter, addresses and spaces.

    >>> normalise("SOOOO  g\u200bood, \uff59\uff45\uff53! see HTTPS://a.example/x")
    'soo good, yes! see <url>'
    """
    if not text.isascii():
        text = _fold(text)
    text = text.lower()
    if not text.isprintable():
        text = _CONTROLS.sub("", text)
    if "." in text:
        text = _ADDRESS.sub("<url>", text)
    return " ".join(_LONG_RUN.sub(r"\1\1", text).split())


def words(normal: str) -> list[str]:
    """Split a normalised text into words; an apostrophe inside a word joins it.

    >>> words("don't you dare - m&g?")
    ['dont', 'you', 'dare', 'm', 'g']
    """
    if "'" in normal:
        normal = _APOSTROPHE.sub("", normal)
    return _WORD.findall(normal)


def fold_accents(text: str) -> str:
    """Drop combining marks, as `normalise` does, and leave everything else as it is.

    >>> fold_accents("cu\u00e1ndo")
    'cuando'
    """
    return unicodedata.normalize("NFC", _MARKS.sub("", unicodedata.normalize("NFD", text)))


def _fold(text: str) -> str:
    text = _INVISIBLE.sub("", text)
    pieces = (text[start : start + _PIECE] for start in range(0, len(text), _PIECE))
    text = "".join(unicodedata.normalize("NFKD", piece) for piece in pieces)
    text = _INVISIBLE.sub("", _MARKS.sub("", text)).translate(_QUOTES).casefold()
    pieces = (text[start : start + _PIECE] for start in range(0, len(text), _PIECE))
    return _LONG_RUN_ANYWHERE.sub(r"\1\1", "".join(unicodedata.normalize("NFC", piece) for piece in pieces))
