"""The understanding port as the engine uses it."""

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fanbot.domain.decisions import Reading
from fanbot.domain.handoffs import Lane
from fanbot.domain.templates import Template, Variant
from fanbot.errors import TemplateError
from fanbot.ports.understanding import Understanding
from fanbot.understanding.letters import by_letters
from fanbot.understanding.reader import Reader

HATS = Template("hats", {"en": Variant("en", ("do you sell hats", "any caps left"), (r"^hats?$",), "text")})
BROKEN = Template("broken", {"en": Variant("en", (), ("(",), "text")})
TEXTS = (
    "do you sell hats",
    "HATS",
    "i want to die",
    "my dad died. do you sell hats",
    "thanks!",
    "hola, qu\u00e9 tal",
)


def unlearned() -> Reader:
    """Understand without the trained language model, so that tests load nothing."""
    return by_letters()


async def learned(*templates: Template) -> Reader:
    """Understand these templates, hats by default."""
    understanding = unlearned()
    await understanding.learn(templates or (HATS,))
    return understanding


async def read(understanding: Understanding, *texts: str) -> list[Reading]:
    """Read texts in one batch."""
    return list(await understanding.read(texts))


async def test_reads_before_anything_was_learned() -> None:
    """Screens work at once; no template matches."""
    [reading] = await read(unlearned(), "i want to die")
    assert [signal.lane for signal in reading.signals] == [Lane.CRISIS]
    assert reading.matches == ()


async def test_reads_in_order() -> None:
    """There are as many readings as questions, each for its own."""
    readings = await read(await learned(), *TEXTS)
    assert [bool(reading.matches) for reading in readings] == [True, True, False, True, False, False]
    assert [reading.thanks for reading in readings] == [False, False, False, False, True, False]
    assert [reading.language for reading in readings] == ["en", None, "en", "en", None, "es"]


async def test_puts_a_pattern_before_near_examples() -> None:
    """An exact route comes first and may answer alone."""
    [[best, *_]] = [reading.matches for reading in await read(await learned(), "hats")]
    assert (best.template, best.exact, best.evidence) == ("hats", True, "^hats?$")


async def test_keeps_a_story_personal_around_a_routine_question() -> None:
    """The question is recognised and the story still asks for a person."""
    [reading] = await read(await learned(), "my dad died last spring. do you sell hats")
    assert reading.matches[0].template == "hats"
    assert Lane.PERSONAL in {signal.lane for signal in reading.signals}


async def test_forgets_templates_that_are_gone() -> None:
    """Learning replaces everything at once."""
    understanding = await learned()
    await understanding.learn([])
    [reading] = await read(understanding, "do you sell hats")
    assert reading.matches == ()


async def test_keeps_what_it_knew_when_learning_fails() -> None:
    """A pattern that cannot be read raises, and the old state answers on."""
    understanding = await learned()
    with pytest.raises(TemplateError, match="broken"):
        await understanding.learn([BROKEN])
    [reading] = await read(understanding, "do you sell hats")
    assert reading.matches[0].template == "hats"


async def test_never_answers_a_very_long_text() -> None:
    """Neither examples nor patterns count past the limit."""
    [reading] = await read(await learned(), "hats " * 400)
    assert reading.matches == ()
    assert [signal.evidence for signal in reading.signals] == ["too long to judge"]


async def test_reads_a_megabyte() -> None:
    """The largest message there is takes a thread, not a crash."""
    [reading] = await read(await learned(), "a-b.c " * 170_000)
    assert [signal.lane for signal in reading.signals] == [Lane.OTHER]


@pytest.fixture(scope="module")
def knows_hats() -> Reader:
    """Understand hats, fitted once for all examples of a property."""
    return asyncio.run(learned())


@settings(max_examples=60)
@given(texts=st.lists(st.one_of(st.text(max_size=300), st.sampled_from(TEXTS)), max_size=12))
def test_reads_any_batch_as_each_alone(knows_hats: Reader, texts: list[str]) -> None:
    """No text crashes, and none changes what is understood of another."""
    together = asyncio.run(read(knows_hats, *texts))
    assert together == [reading for text in texts for reading in asyncio.run(read(knows_hats, text))]


@settings(max_examples=60)
@given(text=st.sampled_from(TEXTS), data=st.data())
def test_reads_through_invisible_characters(knows_hats: Reader, text: str, data: st.DataObject) -> None:
    """Hidden characters neither lift a screen nor unlock an answer."""
    place = data.draw(st.integers(0, len(text)))
    hidden = data.draw(st.text(alphabet="\u200b\u200d\u2060\ufeff\u202e", min_size=1, max_size=4))
    plain, disguised = asyncio.run(read(knows_hats, text, text[:place] + hidden + text[place:]))
    assert plain == disguised
