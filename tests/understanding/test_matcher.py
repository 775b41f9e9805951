"""The nearest examples of a message, and when they may answer."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fanbot.domain.decisions import Match
from fanbot.domain.templates import Template, Variant
from fanbot.understanding.matcher import MARGIN, THRESHOLD, Matcher
from fanbot.understanding.normal import normalise, words

VAN = ("which van do you tour in", "what bus are you driving", "do you sleep in the van")
SOUP = ("what is your favourite soup", "do you cook on the road", "which soup recipe was that")
SUPPE = ("welche suppe kochst du am liebsten", "kochst du auch unterwegs")


def template(name: str, *examples: str, least: float | None = None, **others: tuple[str, ...]) -> Template:
    """Write a template with English examples, and others by language."""
    spoken = {"en": examples, **others}
    variants = {code: Variant(code, several, (), "text") for code, several in spoken.items()}
    return Template(name, variants, min_confidence=least)


def matcher(*templates: Template) -> Matcher:
    """Fit to templates, the van and the soup by default."""
    return Matcher.fit(
        templates or (template("van", *VAN), template("soup", *SOUP, de=SUPPE)), spellings={"u": "you"}
    )


def match(fitted: Matcher, *texts: str) -> list[tuple[Match, ...]]:
    """Match texts as the reader does."""
    return fitted.match([words(normalise(text)) for text in texts])


def test_is_certain_of_an_example_itself() -> None:
    """An example in other case and punctuation is sure."""
    [[best, *_]] = match(matcher(), "WHICH van do you tour in??")
    assert (best.template, best.confidence, best.sufficient) == ("van", 1.0, True)


def test_names_the_nearest_example() -> None:
    """The evidence is the example as its editor wrote it."""
    [[best, *_]] = match(matcher(), "which soup recipe was it")
    assert (best.template, best.evidence) == ("soup", "which soup recipe was that")


def test_answers_a_close_wording() -> None:
    """Small changes of an example still suffice."""
    [[best, *_]] = match(matcher(), "do you all sleep in the van")
    assert best.template == "van"
    assert best.sufficient


def test_matches_examples_of_every_language() -> None:
    """A variant's examples lead to the same template."""
    [[best, *_]] = match(matcher(), "kochst du unterwegs")
    assert (best.template, best.sufficient) == ("soup", True)


def test_reads_the_spellings_of_thumbs() -> None:
    """What thumbs shorten counts as the word it stands for."""
    [[best, *_]] = match(matcher(), "which van do u tour in")
    assert best.confidence == 1.0


def test_loses_confidence_with_every_unknown_word() -> None:
    """Words that no example knows weigh against all templates."""
    fitted = matcher()
    [[plain, *_], [stranger, *_]] = match(
        fitted, "do you cook on a road", "do you cook on a road with plutonium and zebras"
    )
    assert plain.confidence > stranger.confidence
    assert not stranger.sufficient


def test_does_not_answer_what_it_never_saw() -> None:
    """A text without a known word comes near nothing."""
    assert match(matcher(), "xylophone quartz") == [()]


def test_lets_a_template_ask_for_more() -> None:
    """A template's own least confidence raises the threshold."""
    strict = matcher(template("van", *VAN, least=0.97), template("soup", *SOUP))
    [[best, *_]] = match(strict, "do you all sleep in the van")
    assert best.threshold == 0.97
    assert not best.sufficient


def test_never_lets_a_template_ask_for_less() -> None:
    """A least confidence below the default changes nothing."""
    [[best, *_]] = match(matcher(template("van", *VAN, least=0.01)), "what bus are they driving off")
    assert best.threshold == THRESHOLD


def test_holds_back_between_two_near_templates() -> None:
    """Of two templates with the same example neither answers alone, so that triage can ask."""
    twins = matcher(template("a", "is there a signed poster"), template("b", "is there a signed poster"))
    [found] = match(twins, "is there a signed poster")
    assert [each.confidence for each in found] == [1.0, 1.0]
    assert not any(each.sufficient for each in found)


def test_shows_what_it_takes_to_stand_clear() -> None:
    """The threshold is raised to the rival's confidence and the margin."""
    near = matcher(template("a", "is the red hat back"), template("b", "is the red cap back"))
    [[best, rival]] = match(near, "is the red hat or cap back")
    assert best.threshold == pytest.approx(max(THRESHOLD, rival.confidence + MARGIN))


def test_gains_nothing_by_repetition() -> None:
    """Saying a word many times does not bring a text nearer."""
    [[once, *_], [often, *_]] = match(matcher(), "sleep in the van", "sleep in the van van van van van")
    assert often.confidence <= once.confidence


def test_works_without_any_template() -> None:
    """Before anything is learned nothing matches."""
    assert match(Matcher.fit((), spellings={}), "hello", "") == [(), ()]


@settings(max_examples=60)
@given(st.lists(st.one_of(st.text(max_size=80), st.sampled_from([*VAN, *SOUP, *SUPPE])), max_size=30))
def test_reads_a_batch_as_it_reads_each_alone(texts: list[str]) -> None:
    """Neighbours in a batch change nothing, to the last bit."""
    fitted = matcher()
    assert match(fitted, *texts) == [match(fitted, text)[0] for text in texts]
