"""What came from a fan, made fit to stand inside an answer: one line of data, never a mention (G8)."""

import re

LONGEST_NAME = 64
"""Characters of a fan's name that an answer repeats."""

_JOINERS = "\u200c\u200d"
_DISARMED = str.maketrans({"@": "\uff20", "<": "\u2039", ">": "\u203a"})
_LINK_DOT = re.compile(r"(?<=\w)\.(?=\w)")
_MENTION = re.compile(r"@(?=everyone)|(?<![\w.+-])@(?=here\b)|<(?=[@#])", re.IGNORECASE)


def name_to_say(name: str) -> str:
    r"""Return a fan's name as one short line without control, bidi or mention characters.

    Lookalikes stand in for the characters that platforms act on, so that a name calls nobody and
    becomes no link; it still reads as its owner wrote it.

    >>> name_to_say("  Ana\n\u202eMaria ")
    'Ana Maria'
    >>> name_to_say("@everyone"), name_to_say("free.example/gift")
    ('＠everyone', 'free․example/gift')
    """
    name = " ".join(name[: LONGEST_NAME * 8].split())
    if not name.isprintable():
        name = "".join(sign for sign in name if sign.isprintable() or sign in _JOINERS)
    name = name.translate(_DISARMED).replace("://", "\u2236//")
    if "." in name:
        name = _LINK_DOT.sub("\u2024", name)
    return " ".join(name[:LONGEST_NAME].strip(_JOINERS + " ").split())


def call_nobody(text: str) -> str:
    """Disarm what a platform would read as a call to everybody or to somebody.

    >>> call_nobody("Hi @everyone, write to post@example.org")
    'Hi ＠everyone, write to post@example.org'
    """
    if "@" not in text and "<" not in text:
        return text
    return _MENTION.sub(lambda found: found.group().translate(_DISARMED), text)


def words_to_say(words: str) -> str:
    r"""Return words from outside fit for a built-in text; lines stay, hidden characters go.

    >>> words_to_say("1. Shipping\n2. \x1b[31mTickets")
    '1. Shipping\n2. [31mTickets'
    """
    if not words.isprintable():
        words = "".join(map(_shown, words))
    return call_nobody(words)


def _shown(sign: str) -> str:
    if sign.isprintable() or sign == "\n" or sign in _JOINERS:
        return sign
    return " " if sign.isspace() else ""
