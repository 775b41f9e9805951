"""A stream of messages such as fans write, the same for the same seed."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import orjson

_FOR_A_PERSON = (
    "my dad died in spring and your record was the last thing we listened to together",
    "i was diagnosed with lupus last year and your streams keep me going",
    "my order never arrived and nobody answers",
    "we would like to book you for a festival in june, who do we talk to?",
    "can i talk to a real person please",
    "i cannot log in to the member area since yesterday",
)
_CHATTER = (
    "just made pancakes, best saturday ever",
    "the bass on the third track is something else",
    "lol the cat in the background",
    "who else is here from the stream",
    "first",
    "that bridge at two minutes, wow",
)
_OPENINGS = ("", "", "", "hi, ", "hey ", "yo ", "hello! ", "one question: ")
_ENDINGS = ("", "", "", "?", "??", " pls", " please", " thanks", "!")


def _word(chance: random.Random) -> str:
    """Make up a word, so that hardly two messages are the same."""
    return "".join(chance.choice("bdfklmnrst") + chance.choice("aeiou") for _ in range(3))


@dataclass(frozen=True, slots=True)
class Stream:
    """``count`` messages from ``fans`` fans: of ten, five routine, two for a person, three chatter.

    ``routine`` are questions that templates answer, for example their own examples.
    """

    count: int
    fans: int
    routine: Sequence[str]
    seed: int = 7
    first: int = 0

    def messages(self) -> Iterator[tuple[str, str, str]]:
        """Yield id, fan and text."""
        chance = random.Random(self.seed)  # noqa: S311 - a repeatable stream, not a secret
        for number in range(self.first, self.first + self.count):
            kind = chance.random()
            if kind < 0.5:
                text = f"{chance.choice(_OPENINGS)}{chance.choice(self.routine)}{chance.choice(_ENDINGS)}"
            elif kind < 0.7:
                text = f"{chance.choice(_FOR_A_PERSON)} {_word(chance)}"
            else:
                text = f"{_word(chance)} {chance.choice(_CHATTER)} {_word(chance)}"
            yield f"m{number}", f"f{chance.randrange(self.fans)}", text

    def lines(self) -> Iterator[bytes]:
        """Yield the messages as lines for the stdio adapter."""
        for message, fan, text in self.messages():
            line = {
                "id": message,
                "channel": fan,
                "author": {"id": fan, "name": f"Fan {fan}"},
                "text": text,
                "direct": True,
            }
            yield orjson.dumps(line) + b"\n"
