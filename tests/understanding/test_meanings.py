"""Templates are found by meaning, beside a library that knows what is for a person."""

import zlib
from collections.abc import Sequence

import numpy as np
import pytest

from fanbot.domain.handoffs import Lane
from fanbot.domain.templates import Template, Variant
from fanbot.understanding.adoption import adopt
from fanbot.understanding.classifier import general_head
from fanbot.understanding.finding import Found
from fanbot.understanding.library import Example, Library, bare
from fanbot.understanding.meanings import Meanings
from fanbot.understanding.sketch import frequencies
from fanbot.understanding.space import Space

# fmt: off
SHELF = {
    ("personal", True): ("my gran died and your song helped me", "my dad died last year", "i lost my brother",
                         "we buried my gran to your song", "i miss my dad so much"),
    ("order-problem", True): ("my parcel is broken", "parcel came broken and open", "my parcel never came",
                              "wrong parcel came", "the parcel is lost"),
    ("chatter", True): ("lol the cat", "nice weather here", "pancakes for lunch", "the cat lol",
                         "what a goal"),
    ("tour", False): ("when is the tour", "tour dates please", "any tour in spring", "is there a tour",
                      "tour when"),
    ("shipping", False): ("do you ship abroad", "shipping time", "how long is shipping", "ship to norway",
                          "what does shipping cost"),
}
# fmt: on


class Words:
    """An encoder for which texts mean alike when they share words."""

    name = "words"
    dimensions = 64

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        rows = np.zeros((len(texts), self.dimensions), np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in bare(text).split():
                row[zlib.crc32(word.encode()) % self.dimensions] += 1
        return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)


@pytest.fixture(scope="module")
def shelf() -> tuple[Space, Library]:
    known = [
        Example(text, kind, "en", guard=guard) for (kind, guard), texts in SHELF.items() for text in texts
    ]
    texts = [each.text for each in known]
    kept = Library.of(known, Words().encode(texts), frequencies([bare(text) for text in texts]))
    return Space(Words(), kept), kept


def template(name: str, *examples: str, confidence: float | None = None) -> Template:
    return Template(name, {"en": Variant("en", examples, (), "An answer.")}, min_confidence=confidence)


TOUR = template("dates", "when does the tour come", "tour dates")
HATS = template("hats", "got hats or caps", "hats in the shop")


def learned(shelf: tuple[Space, Library], *templates: Template) -> Meanings:
    space, kept = shelf
    return Meanings.fit(templates, space=space, library=kept, general=general_head(space, kept))


def found(finder: Meanings, *texts: str) -> list[Found]:
    return list(finder.find(texts, [bare(text).split() for text in texts]))


def sufficient(each: Found) -> str | None:
    return each.matches[0].template if each.matches and each.matches[0].sufficient else None


def test_answers_what_is_near_and_names_the_nearest_example(shelf: tuple[Space, Library]) -> None:
    near, far = found(learned(shelf, TOUR, HATS), "got hats or caps", "pancakes lol")
    assert (sufficient(near), near.matches[0].evidence) == ("hats", "got hats or caps")
    assert sufficient(far) is None


def test_the_library_lends_a_template_other_words(shelf: tuple[Space, Library]) -> None:
    """No example of the template has *spring* or *any*; the library's topic has."""
    finder = learned(shelf, TOUR, HATS)
    assert set(finder.classifier.lent.values()) == {0}
    (asked,) = found(finder, "any in spring")
    assert asked.matches[0].template == "dates"


def test_a_topic_without_a_template_stands_against_the_others(shelf: tuple[Space, Library]) -> None:
    (asked,) = found(learned(shelf, TOUR, HATS), "how long is shipping")
    assert sufficient(asked) is None


def test_what_is_for_a_person_speaks_for_its_lane(shelf: tuple[Space, Library]) -> None:
    told, broken = found(learned(shelf, TOUR, HATS), "my gran died", "my parcel came broken")
    assert [signal.lane for signal in told.signals] == [Lane.PERSONAL]
    assert [signal.lane for signal in broken.signals] == [Lane.ORDER]
    assert told.signals[0].like == "my gran died and your song helped me"
    assert broken.signals[0].like in SHELF["order-problem", True]
    assert sufficient(told) is sufficient(broken) is None


def test_a_story_around_a_question_is_heard(shelf: tuple[Space, Library]) -> None:
    """The question alone would be answered; the sentence before it is for a person."""
    (both,) = found(learned(shelf, TOUR, HATS), "my gran died last year. when does the tour come?")
    assert Lane.PERSONAL in {signal.lane for signal in both.signals}


def test_small_talk_is_answered_by_nothing_and_hurries_nobody(shelf: tuple[Space, Library]) -> None:
    (talk,) = found(learned(shelf, TOUR, HATS), "nice weather here")
    assert sufficient(talk) is None
    assert talk.signals == ()


def test_an_editor_may_ask_for_more(shelf: tuple[Space, Library]) -> None:
    strict = template("hats", "got hats or caps", "hats in the shop", confidence=0.999)
    (asked,) = found(learned(shelf, TOUR, strict), "got some hats")
    assert asked.matches[0].template == "hats"
    assert not asked.matches[0].sufficient


def test_without_words_or_templates_nothing_is_found(shelf: tuple[Space, Library]) -> None:
    assert found(learned(shelf, TOUR), "", "  ") == [Found(), Found()]
    assert found(learned(shelf), "when is the tour")[0].matches == ()


def test_each_text_is_judged_as_alone(shelf: tuple[Space, Library]) -> None:
    finder = learned(shelf, TOUR, HATS)
    texts = ["got hats or caps", "my gran died. lol the cat.", "", "tour when"]
    for text, together in zip(texts, found(finder, *texts), strict=True):
        (alone,) = found(finder, text)
        assert [match.template for match in alone.matches] == [match.template for match in together.matches]
        assert [s.lane for s in alone.signals] == [s.lane for s in together.signals]


def test_a_topic_that_two_templates_share_is_nobodys() -> None:
    beliefs = np.array([[0.5, 0.1], [0.5, 0.4], [0.05, 0.9]], np.float32)
    near = np.ones((3, 2), np.float32)
    shares = adopt(beliefs, near, np.array([0, 1, 2]), guards=[False, False])
    assert (shares.lent, shares.rivals) == ({}, ())
    shares = adopt(beliefs, near, np.array([0, 0, 1]), guards=[False, True])
    assert (shares.lent, shares.rivals) == ({0: 0}, (1,))
    shares = adopt(beliefs, near / 2, np.array([0, 0, 1]), guards=[False, True])
    assert (shares.lent, shares.rivals) == ({}, (0, 1))
