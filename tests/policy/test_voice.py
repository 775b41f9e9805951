"""What the voice check finds, and what it leaves in peace."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanbot.policy.voice import check

FORBIDDEN = [
    ("en", "P1", "I'm so busy this week"),
    ("en", "P1", "We do not have the time for that"),
    ("en", "P1", "we dont have time"),
    ("en", "P1", "There are too many messages to read"),
    ("en", "P16", "You get it as soon as possible"),
    ("en", "P16", "ASAP!"),
    ("en", "P16", "See you soon"),
    ("en", "P16", "Tickets follow shortly."),
    ("en", "P16", "A reply comes in a moment"),
    ("en", "P16", "I think it ships on Friday"),
    ("en", "P16", "It probably ships on Friday"),
    ("en", "P16", "Hopefully it ships on Friday"),
    ("en", "P16", "We'll try to find it"),
    ("en", "P16", "It should be there on Friday"),
    ("en", "P16", "We will get back to you"),
    ("en", "P16", "Someone will get back to you"),
    ("en", "P16", "Somebody from our team will be in touch"),
    ("en", "P16", "due to technical difficulties"),
    ("en", "P18", "We love you all"),
    ("en", "P18", "We are passionate about vinyl"),
    ("en", "P18", "We are thrilled to announce a show"),
    ("en", "P18", "Delighted to help!"),
    ("en", "P18", "we can’t wait"),
    ("en", "P18", "cant wait"),
    ("en", "P2", "Please calm down"),
    ("en", "P2", "As I said, it is sold out"),
    ("en", "P2", "You should have asked first"),
    ("en", "P2", "Read the FAQ"),
    ("es", "P1", "Estamos muy ocupados"),
    ("es", "P1", "Ahora no tenemos tiempo"),
    ("es", "P1", "Llegan demasiados mensajes"),
    ("es", "P16", "Sale lo antes posible"),
    ("es", "P16", "Sale lo mas pronto posible"),
    ("es", "P16", "Muy pronto hay fechas"),
    ("es", "P16", "En breve hay fechas"),
    ("es", "P16", "Creo que sale el viernes"),
    ("es", "P16", "Probablemente el viernes"),
    ("es", "P16", "Intentaremos encontrarlo"),
    ("es", "P16", "Te responderemos"),
    ("es", "P16", "Alguien del equipo te contestará"),
    ("es", "P16", "Nos pondremos en contacto contigo"),
    ("es", "P18", "Os queremos"),
    ("es", "P18", "Te queremos mucho"),
    ("es", "P18", "Nos apasiona la música"),
    ("es", "P18", "Encantados de ayudarte"),
    ("es", "P2", "Cálmate"),
    ("es", "P2", "Como ya te dije, está agotado"),
    ("de", "P1", "Wir sind gerade sehr beschäftigt"),
    ("de", "P1", "Dafür ist keine Zeit"),
    ("de", "P1", "Es sind zu viele Nachrichten"),
    ("de", "P16", "Das geht schnellstmöglich raus"),
    ("de", "P16", "Das geht so schnell wie moglich raus"),
    ("de", "P16", "Bis bald"),
    ("de", "P16", "In Kürze gibt es Termine"),
    ("de", "P16", "Ich glaube, es kommt am Freitag"),
    ("de", "P16", "Hoffentlich am Freitag"),
    ("de", "P16", "Wir versuchen es"),
    ("de", "P16", "Wir melden uns bei dir"),
    ("de", "P16", "Jemand meldet sich"),
    ("de", "P18", "Wir lieben euch"),
    ("de", "P18", "Wir können es kaum erwarten"),
    ("de", "P2", "Beruhige dich"),
    ("de", "P2", "Wie bereits gesagt"),
]

INNOCENT = [
    ("en", "Business mail goes to Priya."),
    ("en", "The busyness of a port is on the cover."),
    ("en", "Sooner or later the tide turns."),
    ("en", "It is too soon to name a city."),
    ("en", "The page changes as soon as a show is sold out."),
    ("en", "Doors open shortly before seven."),
    ("en", "She wrote it in a moment of calm."),
    ("en", "She plays it once in a while."),
    ("en", "The time of the show is on your ticket."),
    ("en", "Many people love this song."),
    ("en", "A person will read this."),
    ("en", "You can wait in the foyer."),
    ("en", "More at https://mirasolane.example/soon"),
    ("es", "De pronto cambia el compás."),
    ("es", "Te queremos preguntar la talla."),
    ("es", "El concierto dura mucho tiempo."),
    ("es", "Lo lee una persona."),
    ("de", "Das Lied beschäftigt sich mit dem Meer."),
    ("de", "Sobald ein Konzert ausverkauft ist, steht es dort."),
    ("de", "Das dauert so bald nach der Flut nicht lange."),
    ("de", "Hättest du Lust auf ein Lied?"),
    ("de", "Das liest ein Mensch."),
]


@pytest.mark.parametrize(("language", "rule", "text"), FORBIDDEN)
def test_finds_what_nobody_may_be_told(language: str, rule: str, text: str) -> None:
    """Each forbidden phrase is found under its rule, in its language, with advice."""
    findings = check(text, language=language)
    assert rule in {finding.rule for finding in findings}
    assert all(finding.phrase and finding.advice for finding in findings)


@pytest.mark.parametrize(("language", "rule", "text"), FORBIDDEN)
def test_finds_every_phrase_when_the_language_is_unknown(language: str, rule: str, text: str) -> None:
    """Without a language nothing is missed."""
    assert set(check(text, language=language)) <= set(check(text))
    assert rule in {finding.rule for finding in check(text)}


@pytest.mark.parametrize(("language", "text"), INNOCENT)
def test_leaves_innocent_words_in_peace(language: str, text: str) -> None:
    """Words that only look like a forbidden phrase, or use it rightly, pass."""
    assert check(text, language=language) == ()


def test_hears_a_regional_language_as_its_mother_language() -> None:
    """Austrian German is checked as German."""
    assert check("Bis bald", language="de-AT") == check("Bis bald", language="de")


def test_hears_an_abbreviation_in_a_language_without_phrases() -> None:
    """What is said everywhere is found everywhere, and nothing else is guessed."""
    assert [finding.phrase for finding in check("On répond ASAP", language="fr")] == ["ASAP"]
    assert check("Pronto!", language="it") == ()


@pytest.mark.parametrize("text", ["We can't wait", "We can’t wait", "We cant wait", "WE CAN`T WAIT"])
def test_hears_every_shape_of_an_apostrophe(text: str) -> None:
    """Typographic, typewriter and missing apostrophes sound the same."""
    assert [finding.rule for finding in check(text, language="en")] == ["P18"]


def test_sees_through_emphasis_and_line_breaks() -> None:
    """A phrase does not hide behind Markdown or a wrapped line."""
    (finding,) = check("It comes as **soon** as\n_possible_.", language="en")
    assert finding.phrase == "as soon as possible"


def test_reports_findings_in_the_order_of_the_text() -> None:
    """An editor reads the findings from the first word to the last."""
    findings = check("Calm down, we are busy, see you soon.", language="en")
    assert [finding.phrase for finding in findings] == ["Calm down", "busy", "soon"]


def test_finds_what_the_voice_profile_forbids() -> None:
    """A creator's own words are matched whole, whatever their case, and cited as P17."""
    extra = ["don't miss out", "c++ fans", " "]
    assert [finding.phrase for finding in check("DON’T MISS OUT", language="en", extra=extra)] == [
        "DON'T MISS OUT"
    ]
    assert {finding.rule for finding in check("Dont miss out", language="en", extra=extra)} == {"P17"}
    assert check("They don't miss outings", language="en", extra=extra) == ()
    assert len(check("c++ fans", language="en", extra=extra)) == 1


@pytest.mark.parametrize("phrase", ["", "  ", "**", "'", "https://mirasolane.example"])
def test_finds_nothing_where_the_voice_profile_says_nothing(phrase: str) -> None:
    """An entry without words of its own forbids nothing."""
    assert check("It's a **plain** text", language="en", extra=[phrase]) == ()


@given(st.text(), st.sampled_from(["en", "es", "de", "fr", None]), st.lists(st.text(), max_size=3))
def test_takes_any_text(text: str, language: str | None, extra: list[str]) -> None:
    """No text and no profile breaks the check, and every phrase that it reports is really there."""
    for finding in check(text, language=language, extra=extra):
        assert finding in check(finding.phrase, language=language, extra=extra)


@given(
    st.sampled_from(["busy", "asap", "hopefully"]),
    st.text(alphabet=" .,!?\n", min_size=1),
    st.text(alphabet=" .,!?\n", min_size=1),
)
def test_finds_a_phrase_wherever_it_stands(phrase: str, before: str, after: str) -> None:
    """Punctuation and spaces around a phrase hide nothing."""
    found = check(f"Word{before}{phrase}{after}word", language="en")
    assert [finding.phrase for finding in found] == [phrase]
