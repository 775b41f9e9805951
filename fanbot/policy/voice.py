"""The voice check: which words of a text break what fans are owed (P1, P2, P16, P17, P18)."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from fanbot.policy.voice_phrases import BANS, Ban

_LINK = re.compile(r"\b[a-z]+://\S+", re.IGNORECASE)
_APOSTROPHES = str.maketrans("’‘ʼ´`", "'''''")
_EMPHASIS = str.maketrans("", "", "*_~")
_PROFILE_ADVICE = "The creator's voice profile leaves this out; say it another way."


@dataclass(frozen=True, slots=True)
class Finding:
    """Words as they stand in the text, the rule that they break (such as ``P16``), and what to do."""

    phrase: str
    rule: str
    advice: str


def check(text: str, *, language: str | None = None, extra: Sequence[str] = ()) -> tuple[Finding, ...]:
    r"""Find the phrases that must not leave, in the order of the text; empty means the text may go.

    ``language`` is a code such as ``de`` or ``de-AT``; None tries the phrases of every language.
    ``extra`` are phrases that the creator's own voice profile forbids (P17). Links are skipped,
    emphasis marks and line breaks inside a phrase are seen through.

    >>> [(finding.phrase, finding.rule) for finding in check("We’ll reply **as soon\nas** possible!")]
    [("We'll reply", 'P16'), ('as soon as possible', 'P16')]
    >>> [finding.phrase for finding in check("Sorry, we dont have time", language="en")]
    ['dont have time']
    >>> [finding.phrase for finding in check("Melden uns so bald wie moglich", language="de")]
    ['Melden uns', 'so bald wie moglich']
    >>> [finding.rule for finding in check("Hey superstars!", language="en", extra=["superstars"])]
    ['P17']

    Innocent neighbours pass:

    >>> check("Business mail goes to Priya, sooner or later in the day.", language="en")
    ()
    >>> check("The page changes as soon as a date is sold out. It is too soon to name a city.")
    ()
    """
    clean = _clean(text)
    folded = _fold(clean)
    hits = [
        (match.start(), Finding(clean[match.start() : match.end()], ban.rule, ban.advice))
        for ban, pattern in _patterns(None if language is None else language.lower().partition("-")[0])
        for match in pattern.finditer(folded)
    ]
    hits += [
        (match.start(), Finding(clean[match.start() : match.end()], "P17", _PROFILE_ADVICE))
        for phrase in map(_clean, extra)
        if phrase.strip("' ")
        for match in _whole(re.escape(_fold(phrase)).replace("'", "'?")).finditer(folded)
    ]
    return tuple(finding for _, finding in sorted(hits, key=lambda hit: hit[0]))


@cache
def _patterns(language: str | None) -> tuple[tuple[Ban, re.Pattern[str]], ...]:
    def phrases(ban: Ban) -> list[str]:
        spoken = ban.phrases if language is None else ("*", language)
        return [_fold(phrase) for code in spoken for phrase in ban.phrases.get(code, ())]

    return tuple((ban, _whole("|".join(found))) for ban in BANS if (found := phrases(ban)))


def _whole(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{pattern})(?!\w)", re.IGNORECASE)


def _clean(text: str) -> str:
    plain = _LINK.sub(" ", text).translate(_EMPHASIS).translate(_APOSTROPHES)
    return unicodedata.normalize("NFC", " ".join(plain.split()))


def _fold(text: str) -> str:
    """Take the accents off, letter by letter, so that positions stay."""
    return "".join(unicodedata.normalize("NFD", letter)[0] for letter in text)
