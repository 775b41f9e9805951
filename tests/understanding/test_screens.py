"""Phrases that bring a message to a person, and figures of speech that do not."""

import pytest

from fanbot.domain.handoffs import Lane
from fanbot.understanding.normal import normalise, words
from fanbot.understanding.screens import Screens
from fanbot.understanding.vocabulary import vocabularies

SCREENS = Screens(vocabularies())

FOR_A_PERSON = {
    Lane.CRISIS: """
        i feel like ending it all
        my stepdad beats me when he drinks
        i swallowed a whole bottle of pills
        everyone would be better off without me
        im so tired of being alive
        i want to unalive
        kms i mean it
        would anyone even care if i died
        I cant live like this anymore
        ya no quiero vivir
        me tom\u00e9 muchas pastillas
        mi padre me pega
        ich will nicht mehr leben
        ich ritze mich wieder
        ohne mich w\u00e4ren alle besser dran
    """,
    Lane.THREAT: """
        im going to stab you at the concert
        i know what hotel you're staying at
        i'm waiting outside your house
        send me 500 dollars or i post your nudes
        go kill yourself
        you fat ugly bitch
        posting your address online tomorrow
        s\u00e9 d\u00f3nde vives
        te voy a matar
        ich wei\u00df wo du wohnst
        ich werde dich finden
    """,
    Lane.MINOR: """
        im 14 can we meet alone after the show
        your drummer is texting underage girls
        my mom doesnt know im coming to meet you
    """,
    Lane.HUMAN: """
        human please
        let me speak to someone
        is anybody actually reading my messages
        i don't want to talk to a bot
        i'd rather talk to a person
        quiero hablar con una persona
        \u00bfalguien lee esto?
        ich m\u00f6chte mit einem Menschen sprechen
        kann mir bitte jemand vom Team antworten
    """,
    Lane.ORDER: """
        package says delivered but its not here
        i was charged two times for one shirt
        where's my hoodie??
        the vinyl arrived cracked
        tracking hasn't updated in two weeks
        i want my money back
        mi pedido no ha llegado
        wo bleibt meine Bestellung?
        es wurde doppelt abgebucht
    """,
    Lane.COMPLAINT: """
        i want to make a complaint
        your staff was so rude to us
        never buying from you again
        ich m\u00f6chte mich beschweren
    """,
    Lane.BUSINESS: """
        how much do you charge for a private gig
        what are your rates for a promo post
        we would like to sponsor your next tour
        somos una marca y queremos una colaboraci\u00f3n pagada
        wir m\u00f6chten euch f\u00fcr unser Festival buchen
    """,
    Lane.PRESS: """
        i'm a journalist with the daily post and would love an interview
        can i get a press pass for the glasgow show
        soy periodista y quisiera una entrevista
    """,
    Lane.LICENSING: """
        how do i license a track for an advert
        who owns the sync rights
        wir m\u00f6chten euren Song in unserem Film verwenden
    """,
    Lane.TECH: """
        i can't log in to my account
        the app keeps crashing on android
        el enlace no funciona
        die Seite l\u00e4dt nicht
    """,
    Lane.PERSONAL: """
        my gran loved the show, it was our last evening together
        fue nuestra última noche juntos
        es war unser letzter Abend zusammen
        my dad died last week and your album is all i listen to
        your music saved my life
        my girlfriend broke up with me yesterday
        i'm 2 years sober because of you
        they bully me at school
        we got engaged at your concert
        had a stroke last year and learned to walk again with your music
        i've had a really rough year
        nobody at school talks to me
        when is the tour? my sister has cancer and seeing you is her dream
        do you ship to canada, it's for my brother, he's in hospice
        me diagnosticaron c\u00e1ncer
        me siento muy sola
        mein Vater ist letzte Woche gestorben
        ich werde in der Schule gemobbt
    """,
}

ROUTINE = """
    my mum wants to know when you play in leeds
    when does the next album come out
    do you post parcels to finland
    that chorus kills me
    i'm dying to hear the new one
    i'd die for a front row seat
    i'm dead lol \U0001f480
    shoot me the link please
    what a sick bassline
    send help i'm obsessed
    the bridge destroyed me
    i could die happy after that show
    you're killing it
    my 12 year old loves you, can kids come to the show
    is the venue wheelchair accessible
    my daughter wants a signed poster, do you sell those
    are you a bot
    am i speaking with a real human
    how long does postage take to italy
    what size should i get, i'm 180cm
    how do i become a member
    when is your new record coming out
    are tickets sold at the door
    i bought two tickets, can't wait
    me muero por verte en vivo
    cu\u00e1nto tarda el env\u00edo
    mi mam\u00e1 quiere saber cu\u00e1ndo tocas en lima
    meine Mutter m\u00f6chte wissen, wann ihr in K\u00f6ln spielt
    ich sterbe vor Lachen
    bist du ein Bot
    wie lange dauert der Versand nach \u00d6sterreich
"""


def lines(block: str) -> list[str]:
    """Split a block into its sentences."""
    return [line.strip() for line in block.splitlines() if line.strip()]


def lanes(text: str) -> set[Lane]:
    """Name the lanes that a text raises."""
    return {signal.lane for signal in SCREENS.signals(words(normalise(text)))}


@pytest.mark.parametrize(
    ("lane", "text"), [(lane, text) for lane, block in FOR_A_PERSON.items() for text in lines(block)]
)
def test_brings_a_message_to_its_lane(lane: Lane, text: str) -> None:
    """A message about this matter speaks for a person in this lane."""
    assert lane in lanes(text)


@pytest.mark.parametrize("text", lines(ROUTINE))
def test_leaves_routine_messages_alone(text: str) -> None:
    """Questions, praise and figures of speech raise nothing."""
    assert lanes(text) == set()


def test_quotes_the_words_that_speak_for_a_person() -> None:
    """The evidence is what was found, for people to read."""
    [signal] = SCREENS.signals(words(normalise("hello, I lost my best friend and I miss her")))
    assert signal.evidence == "i lost my best friend"


def test_keeps_a_cry_for_help_beside_a_figure_of_speech() -> None:
    """An idiom is taken out alone, not with what stands beside it."""
    assert Lane.CRISIS in lanes("this song kills me every time. i want to die")


def test_does_not_mind_disguises() -> None:
    """Invisible characters, odd letters and repetition hide nothing."""
    assert Lane.CRISIS in lanes("I w\u200ban\u00adt to \uff44\uff49\uff45 \u202e")
    assert Lane.THREAT in lanes("KILL   YOURSEEEEELF".replace("EEEEE", "E\u2060"))


def test_reads_to_the_end_of_a_very_long_text() -> None:
    """A cry for help after half a megabyte is heard."""
    assert Lane.CRISIS in lanes("la " * 170_000 + "i want to hang myself " + "la " * 500)


def test_finds_a_phrase_across_the_seams_of_a_long_text() -> None:
    """Wherever a phrase stands, it stands whole in one piece."""
    found = [lanes("la " * before + "i want to hang myself " + "la " * 300) for before in range(150, 210)]
    assert all(Lane.CRISIS in each for each in found)


def test_reads_adversarial_text() -> None:
    """Texts made of triggers and gaps come to an end."""
    for piece in ("my mom a a a ", "i have never got my order still not ", "die ", "pay me or else "):
        assert isinstance(lanes(piece * (100_000 // len(piece))), set)
