"""Recognise advertising that strangers drop into fan channels."""

import re
from collections.abc import Sequence

_LINK = "<url>"
_MANY_LINKS = 4
_MARKS = re.compile(
    r"\b(?:crypto|bitcoin|btc|eth|forex|usdt|nft|airdrop|investment)\b.{0,60}"
    r"\b(?:profits?|giveaway|double|signals|trading|returns|invest|investing|mentor|earn|earned|claim|mint)\b"
    r"|\b(?:earn|make|made|making) \W?\d[\d.,k]* ?\W? ?(?:a|per|every|each|in|daily|weekly)\b"
    r"|\b(?:free|claim your?|get your?) (?:nitro|followers|v-?bucks|robux|gift ?cards?|crypto|airdrop)\b"
    r"|\b(?:buy|cheap|real|get) (?:\w+ )?(?:followers|subscribers|streams|plays|likes)\b"
    r".{0,40}(?:<url>|\bdm\b|\$|cheap)"
    r"|\bcheck (?:out )?my (?:onlyfans|bio for)\b"
    r"|\b(?:onlyfans|only fans|hot singles|adult dating|casino bonus|viagra|cialis)\b"
    r"|\b(?:whatsapp|telegram) (?:me|\W?\+?\d{6,}|for (?:more|details|profit))"
)
_SCANNED = 2_000


def spam(normal: str, words: Sequence[str]) -> str:
    """Say in words why a normalised text is advertising; empty if it is not.

    One link in a question is no advertising.

    >>> spam("is this the right shop? <url>", ["is", "this", "the", "right", "shop", "url"])
    ''
    """
    if normal.count(_LINK) >= _MANY_LINKS:
        return "many links"
    if not words:
        return ""
    hit = _MARKS.search(normal, 0, _SCANNED)
    return f"advertising: {hit.group()[:60]}" if hit else ""
