"""A card of the team as a message of Discord's."""

from collections.abc import Mapping, Sequence

from fanbot.domain.messages import Choice
from fanbot.ports.staff import Card
from fanbot_discord.quoting import MOST, literal
from fanbot_discord.speaking import buttons, clean

_SUPPRESS_PREVIEWS = 4
_LONGEST_NAME = 100


def content(card: Card) -> str:
    r"""Put title, text and key of a card into one message; the last line is the key.

    >>> content(Card("k7", "Ada *personal*", "Hi!"))
    '**Ada \\*personal\\***\nHi!\n-# k7'
    """
    title, last = f"**{literal(_line(card.title) or card.key)}**", footer(card.key)
    text = literal(card.text, most=MOST - len(title) - len(last) - 2)
    return "\n".join(part for part in (title, text.strip(), last) if part)


def footer(key: str) -> str:
    """Return the line by which a card is known again, also after a restart."""
    return f"-# {literal(_line(key))}"


def footer_of(message: Mapping[str, object]) -> str:
    """Return the last line of a message, which is the footer if it is a card."""
    words = message.get("content")
    return words.strip().rpartition("\n")[2] if isinstance(words, str) else ""


def body(card: Card) -> Mapping[str, object]:
    """Describe the message of a card, as it is made and as it is edited."""
    return {**said(content(card), card.choices), "flags": _SUPPRESS_PREVIEWS}


def said(words: str, choices: Sequence[Choice]) -> Mapping[str, object]:
    """Describe words that notify nobody, with these buttons and no others."""
    view = buttons(choices)
    return {
        "content": words,
        "components": [] if view is None else view.to_components(),
        "allowed_mentions": {"parse": []},
    }


def thread_name(card: Card) -> str:
    """Return what the thread of a card is called; Discord shows no markup there."""
    return (_line(clean(card.title)) or card.key)[:_LONGEST_NAME]


def _line(text: str) -> str:
    return " ".join(text.split())
