"""Each message goes one way, by the first rule that speaks, and a person reads whatever is unsure."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanbot.domain.decisions import Context, Decision, Match, OpenItem, Reading, Route, Signal
from fanbot.domain.handoffs import Lane, State
from fanbot.domain.messages import Address, Attachment, Author, EventKey, Inbound, Kind
from fanbot.domain.templates import Template
from fanbot.policy.triage import judge

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
TODAY = date(2026, 3, 1)
PHOTO = Attachment("file-1", "ticket.jpg", "image/jpeg")
TEMPLATES = {
    template.id: template
    for template in (
        Template("tour", {}, topic="shows"),
        Template("tickets", {}, topic="shows"),
        Template("presale", {}, topic="shows", until=date(2026, 2, 28)),
        Template("roles", {}, topic="community", platforms=("discord",)),
        Template("shipping", {}, topic="merch"),
    )
}
TOUR = Match("tour", 0.83, 0.62, "when is the tour")
WEAK_TOUR = Match("tour", 0.50, 0.62, "when is the tour")
WEAK_TICKETS = Match("tickets", 0.45, 0.60, "where are tickets")
ROUTINE = Reading(language="en", matches=(TOUR,))
NOTHING = Reading()
QUIET = Context(now=NOW)
ASKS = Signal(Lane.HUMAN, "real person")
STORY = Signal(Lane.PERSONAL, "my dad died")
CRISIS = Signal(Lane.CRISIS, "end it all")


def wrote(text: str = "when is the tour?", **changes: object) -> Inbound:
    """Make a direct message of a fan."""
    message = Inbound(
        event=EventKey("stdio", "main", "ana", "1", Kind.MESSAGE),
        message="1",
        address=Address("stdio", "main", "ana"),
        author=Author("ana", "Ana"),
        text=text,
        received_at=NOW,
    )
    return replace(message, **changes)  # type: ignore[arg-type]


def decide(message: Inbound, reading: Reading = NOTHING, context: Context = QUIET) -> Decision:
    """Judge with the templates of this page."""
    return judge(message, reading, context, templates=TEMPLATES, today=TODAY)


def with_item(lane: Lane, state: State = State.WAITING, number: int = 1) -> Context:
    """Make a context with one unfinished item."""
    return replace(QUIET, items=(OpenItem(number, lane, state),))


def heard(*signals: Signal, matches: tuple[Match, ...] = ()) -> Reading:
    """Make a reading with signals."""
    return Reading(language="en", signals=signals, matches=matches)


# What needs no answer


@pytest.mark.parametrize(
    ("message", "context"),
    [
        (wrote(author=Author("me", own=True)), QUIET),
        (wrote(author=Author("x", bot=True)), QUIET),
        (wrote(), replace(QUIET, blocked=True)),
        (wrote("/human", author=Author("x", bot=True)), QUIET),
        (wrote(kind=Kind.DELETION), QUIET),
        (wrote("🎉", kind=Kind.REACTION), QUIET),
        (wrote("  "), QUIET),
    ],
)
def test_keeps_without_an_answer_what_no_fan_asked(message: Inbound, context: Context) -> None:
    """Own words, other bots, blocked fans, deletions, reactions and nothing at all are recorded."""
    decision = decide(
        message, heard(ASKS, CRISIS, matches=(TOUR,)) if message.text.strip() else NOTHING, context
    )
    assert decision.route is Route.RECORD
    assert decision.reasons


def test_keeps_an_edit_without_answering_it_again() -> None:
    """Mending a typo in a routine question brings no second answer."""
    assert decide(wrote(kind=Kind.EDIT), ROUTINE).route is Route.RECORD


@pytest.mark.parametrize("signal", [CRISIS, ASKS, STORY])
def test_judges_an_edit_anew_when_a_screen_speaks(signal: Signal) -> None:
    """What a fan adds by editing reaches a person like a message."""
    decision = decide(wrote(kind=Kind.EDIT), heard(signal, matches=(TOUR,)))
    assert (decision.route, decision.lane) == (Route.HANDOFF, signal.lane)


def test_an_edit_can_ask_for_a_person_by_command() -> None:
    """The way up to a person is open in an edit as well."""
    assert decide(wrote("/human", kind=Kind.EDIT)).lane is Lane.HUMAN
    assert decide(wrote("/help", kind=Kind.EDIT)).route is Route.RECORD


# Commands and buttons


@pytest.mark.parametrize("command", ["start", "help", "privacy", "stop", "takeback"])
def test_answers_a_command_by_itself(command: str) -> None:
    """An exact command needs no understanding, also while a person is in the conversation."""
    hushed = replace(QUIET, hushed_until=NOW + timedelta(hours=1))
    decision = decide(wrote(f"/{command}"), heard(STORY), hushed)
    assert (decision.route, decision.command, decision.template) == (Route.ANSWER, command, None)


@pytest.mark.parametrize("message", [wrote("/human"), wrote("human", kind=Kind.PRESS)])
def test_brings_a_person_by_command_and_by_button(message: Inbound) -> None:
    """One tap or one word is enough."""
    decision = decide(message)
    assert (decision.route, decision.lane, decision.command) == (Route.HANDOFF, Lane.HUMAN, "human")


def test_a_pressed_template_is_answered() -> None:
    """A choice is certain; nobody needs to guess."""
    decision = decide(wrote("template:tour", kind=Kind.PRESS))
    assert (decision.route, decision.template, decision.confidence) == (Route.ANSWER, "tour", 1.0)
    assert decision.reasons == ('the fan chose "tour"',)


@pytest.mark.parametrize("choice", ["template:presale", "template:roles", "template:gone"])
def test_a_pressed_template_that_is_over_goes_to_a_person(choice: str) -> None:
    """An old button never ends in silence, nor in an outdated answer."""
    decision = decide(wrote(choice, kind=Kind.PRESS))
    assert (decision.route, decision.lane) == (Route.HANDOFF, Lane.OTHER)


def test_a_press_that_says_helped_or_nothing_known_is_kept() -> None:
    """Thanks by button is recorded, and so is a stranger's button."""
    assert decide(wrote("helped", kind=Kind.PRESS)).command == "helped"
    assert decide(wrote("helped", kind=Kind.PRESS)).route is Route.RECORD
    assert decide(wrote("poll:3", kind=Kind.PRESS), ROUTINE).route is Route.RECORD


# Safety and spam


@pytest.mark.parametrize("lane", [Lane.CRISIS, Lane.THREAT, Lane.MINOR])
@pytest.mark.parametrize(
    ("message", "context"),
    [
        (wrote(), QUIET),
        (wrote(direct=False), QUIET),
        (wrote(), replace(QUIET, hushed_until=NOW + timedelta(hours=1))),
        (wrote(), replace(QUIET, paused=True)),
        (wrote(direct=False, mentioned=True), replace(QUIET, late=True)),
    ],
)
def test_safety_speaks_before_everything(lane: Lane, message: Inbound, context: Context) -> None:
    """Neither spam, hush, pause, delay nor a room keeps a cry for help from a person."""
    reading = Reading(signals=(STORY, Signal(lane, "words")), matches=(TOUR,), spam="many links")
    decision = decide(message, reading, context)
    assert (decision.route, decision.lane) == (Route.HANDOFF, lane)
    assert decision.suggestions == ()
    assert decision.topic == ""


def test_a_crisis_comes_before_a_threat_and_a_minor() -> None:
    """The gravest signal names the lane, the others stay in the reasons."""
    threat, minor = Signal(Lane.THREAT, "i will find you"), Signal(Lane.MINOR, "im 12")
    decision = decide(wrote(), heard(minor, threat, CRISIS))
    assert decision.lane is Lane.CRISIS
    assert len(decision.reasons) == 3
    assert decision.reasons[0] == 'the words "end it all" speak of a crisis'


def test_a_second_cry_joins_the_first() -> None:
    """One conversation has one unfinished item in each family."""
    assert decide(wrote(), heard(CRISIS), with_item(Lane.CRISIS)).route is Route.MERGE
    assert decide(wrote(), heard(CRISIS), with_item(Lane.PERSONAL)).route is Route.HANDOFF
    assert decide(wrote(), heard(Signal(Lane.MINOR, "im 12")), with_item(Lane.THREAT)).route is Route.MERGE


def test_spam_is_set_aside_for_review() -> None:
    """What looks like spam is neither answered nor dropped."""
    decision = decide(wrote(), Reading(spam="many links", signals=(ASKS,), matches=(TOUR,)))
    assert decision.route is Route.QUARANTINE
    assert decision.reasons == ("set aside for review: many links",)
    assert decide(wrote(direct=False), Reading(spam="many links")).route is Route.QUARANTINE


# Rooms and hush


def test_talk_in_a_room_is_only_kept() -> None:
    """Who speaks to the room is not interrupted, however routine or personal the words."""
    assert decide(wrote(direct=False), heard(STORY, matches=(TOUR,))).route is Route.RECORD


def test_a_mention_in_a_room_is_answered() -> None:
    """Who speaks to the assistant gets an answer where they asked."""
    assert decide(wrote(direct=False, mentioned=True), ROUTINE).route is Route.ANSWER


def test_a_command_of_another_bot_in_the_room_is_only_kept() -> None:
    """Several bots may share a room; who names one of them does not mean the others."""
    assert decide(wrote("/help@else_bot", direct=False)).route is Route.RECORD
    assert decide(wrote("/help@nova_bot", direct=False, mentioned=True)).route is Route.ANSWER
    assert decide(wrote("/help@nova_bot")).route is Route.ANSWER


def test_the_assistant_keeps_out_while_a_person_is_in_the_conversation() -> None:
    """No machine speaks between two people, and the person sees what was said."""
    hushed = replace(with_item(Lane.ORDER, State.CLAIMED), hushed_until=NOW + timedelta(hours=1))
    decision = decide(wrote(), ROUTINE, hushed)
    assert (decision.route, decision.lane, decision.suggestions) == (Route.HUSH, Lane.ORDER, ("tour",))
    assert decide(wrote(), heard(STORY), hushed).lane is Lane.PERSONAL
    assert decide(wrote(), ROUTINE, replace(hushed, items=())).lane is Lane.OTHER


def test_thanks_to_a_person_need_nobody() -> None:
    """Thanks in a hush join what was answered, or nothing at all."""
    hushed = replace(QUIET, hushed_until=NOW + timedelta(hours=1))
    assert decide(wrote("thanks"), Reading(thanks=True), hushed).lane is None
    answered = replace(with_item(Lane.ORDER, State.ANSWERED), hushed_until=NOW + timedelta(hours=1))
    assert decide(wrote("thanks"), Reading(thanks=True), answered).lane is Lane.ORDER


def test_after_the_hush_routine_questions_are_answered_again() -> None:
    """A hush that ended holds nothing."""
    assert decide(wrote(), ROUTINE, replace(QUIET, hushed_until=NOW)).route is Route.ANSWER


# People


def test_hands_over_who_asks_for_a_person() -> None:
    """A person asked for in words comes before any template and any other lane."""
    decision = decide(wrote(), heard(Signal(Lane.ORDER, "my order"), ASKS, matches=(TOUR,)))
    assert (decision.route, decision.lane, decision.topic) == (Route.HANDOFF, Lane.HUMAN, "shows")
    assert decision.suggestions == ("tour",)
    assert decide(wrote(), heard(ASKS, STORY, matches=(TOUR,))).suggestions == ()
    assert decision.reasons[0] == 'the words "real person" ask for a person'


def test_hands_a_personal_message_to_a_person() -> None:
    """A message about the fan's own life waits for a person, however routine its words."""
    decision = decide(wrote(), heard(STORY, matches=(TOUR,)))
    assert (decision.route, decision.lane, decision.template) == (Route.HANDOFF, Lane.PERSONAL, None)
    assert decision.suggestions == ()


def test_a_personal_message_carries_no_topic() -> None:
    """A topic's owner, say of merch, is not who reads about a loss."""
    assert decide(wrote(), heard(STORY, matches=(TOUR,))).topic == ""
    assert decide(wrote(), heard(Signal(Lane.ORDER, "never came"), matches=(TOUR,))).topic == "shows"


@pytest.mark.parametrize(
    ("stronger", "weaker"),
    [
        (Lane.PERSONAL, Lane.ORDER),
        (Lane.ORDER, Lane.COMPLAINT),
        (Lane.COMPLAINT, Lane.PRESS),
        (Lane.PRESS, Lane.LICENSING),
        (Lane.LICENSING, Lane.BUSINESS),
        (Lane.BUSINESS, Lane.TECH),
        (Lane.TECH, Lane.OTHER),
    ],
)
def test_the_stronger_lane_decides_and_the_other_is_told(stronger: Lane, weaker: Lane) -> None:
    """Two matters in one message go to whoever the graver one needs."""
    decision = decide(wrote(), heard(Signal(weaker, "the one"), Signal(stronger, "the other")))
    assert decision.lane is stronger
    assert any('"the one"' in reason for reason in decision.reasons)


def test_a_repeat_joins_the_item_of_its_family() -> None:
    """The lane is the verdict's, the item the family's."""
    decision = decide(wrote(), heard(Signal(Lane.COMPLAINT, "rip-off")), with_item(Lane.ORDER))
    assert (decision.route, decision.lane) == (Route.MERGE, Lane.COMPLAINT)
    assert decision.reasons[-1] == "it joins what already waits for a person"


def test_anything_but_thanks_reopens_what_was_answered() -> None:
    """A story after an answer is for the person who answered."""
    decision = decide(wrote(), heard(STORY), with_item(Lane.PERSONAL, State.ANSWERED))
    assert decision.route is Route.MERGE
    assert decision.reasons[-1] == "it reopens what a person had answered"


def test_thanks_join_what_was_answered_before_any_template() -> None:
    """A machine's "you're welcome" below a person's answer would be odd."""
    thanks = Reading(thanks=True, matches=(replace(TOUR, exact=True),))
    decision = decide(wrote("thanks!"), thanks, with_item(Lane.PERSONAL, State.ANSWERED))
    assert (decision.route, decision.lane) == (Route.MERGE, Lane.PERSONAL)
    assert decision.reasons == ("thanks for a person's answer join it quietly",)


def test_a_file_needs_a_person_whatever_stands_beside_it() -> None:
    """Pictures and voice notes are never lost (P11); what its words alone would get is a suggestion."""
    decision = decide(wrote("", attachments=(PHOTO,)))
    assert (decision.route, decision.lane) == (Route.HANDOFF, Lane.OTHER)
    assert decision.reasons == ("a file needs a person's eyes",)
    asked = decide(wrote(attachments=(PHOTO,)), ROUTINE)
    assert (asked.route, asked.lane, asked.suggestions) == (Route.HANDOFF, Lane.OTHER, ("tour",))
    assert decide(wrote("", attachments=(PHOTO,)), heard(STORY)).lane is Lane.PERSONAL


# Templates


def test_answers_a_routine_question_from_a_template() -> None:
    """Enough confidence in a live template is an answer, with its reasons."""
    decision = decide(wrote(), ROUTINE)
    assert (decision.route, decision.template, decision.topic) == (Route.ANSWER, "tour", "shows")
    assert decision.reasons == ('nearest example: "when is the tour"', "confidence 0.83, needed 0.62")
    assert (decision.confidence, decision.language) == (0.83, "en")


def test_a_pattern_answers_whatever_the_confidence() -> None:
    """An exact route is for the impatient."""
    exact = Match("shipping", 0.1, 0.6, r"\btracking number\b", exact=True)
    assert decide(wrote(), Reading(matches=(exact,))).template == "shipping"


def test_remembers_the_language_of_the_conversation() -> None:
    """A text too short to tell is read as the one before."""
    assert decide(wrote(), Reading(matches=(TOUR,)), replace(QUIET, language="es")).language == "es"


def test_an_expired_template_is_not_replaced_by_its_neighbour() -> None:
    """Who asks for the presale that is over is not told about something else."""
    presale = Match("presale", 0.9, 0.6, "presale code")
    decision = decide(wrote(), Reading(matches=(presale, TOUR)))
    assert (decision.route, decision.lane) == (Route.HANDOFF, Lane.OTHER)
    assert decision.reasons[0] == "the nearest template is not offered now"
    assert decision.suggestions == ("tour",)


def test_a_template_for_another_platform_does_not_stand_in_the_way() -> None:
    """Discord's roles are no subject on stdio."""
    roles = Match("roles", 0.9, 0.6, "give me the role")
    assert decide(wrote(), Reading(matches=(roles, TOUR))).template == "tour"


def test_a_pause_brings_routine_questions_to_a_person() -> None:
    """Paused automation is no silence: the question waits, with the answer at hand."""
    for message in (wrote(), wrote("template:tour", kind=Kind.PRESS)):
        decision = decide(message, ROUTINE, replace(QUIET, paused=True))
        assert (decision.route, decision.suggestions) == (Route.HANDOFF, ("tour",))


def test_an_old_message_in_public_waits_for_an_owner() -> None:
    """After a downtime only direct messages are answered late."""
    late = replace(QUIET, late=True)
    assert decide(wrote(direct=False, mentioned=True), ROUTINE, late).route is Route.HANDOFF
    assert decide(wrote(), ROUTINE, late).route is Route.ANSWER


def test_what_no_template_knows_joins_the_open_item() -> None:
    """An unclear message in a conversation that waits belongs to what waits, people first."""
    context = replace(
        QUIET, items=(OpenItem(9, Lane.TECH, State.WAITING), OpenItem(2, Lane.HUMAN, State.WAITING))
    )
    assert decide(wrote("??"), NOTHING, context).lane is Lane.HUMAN
    newest = replace(
        QUIET, items=(OpenItem(9, Lane.TECH, State.WAITING), OpenItem(2, Lane.ORDER, State.WAITING))
    )
    assert decide(wrote("??"), NOTHING, newest).lane is Lane.TECH
    assert decide(wrote("??"), NOTHING, newest).route is Route.MERGE


def test_who_waits_for_a_person_is_not_asked_back() -> None:
    """An unclear message joins what waits instead of beginning a quiz."""
    unclear = Reading(matches=(WEAK_TOUR, WEAK_TICKETS))
    assert decide(wrote(), unclear, with_item(Lane.ORDER)).route is Route.MERGE


def test_a_routine_question_is_answered_beside_an_open_item() -> None:
    """Waiting for a person about one thing does not make the fan wait for the tour dates."""
    assert decide(wrote(), ROUTINE, with_item(Lane.ORDER)).route is Route.ANSWER


# Asking back


def test_asks_back_between_two_near_templates() -> None:
    """Two templates equally near are offered to choose from."""
    decision = decide(wrote("tour tickets?"), Reading(matches=(WEAK_TOUR, WEAK_TICKETS)))
    assert (decision.route, decision.choices) == (Route.CLARIFY, ("tour", "tickets"))
    assert decision.reasons[0] == "2 templates come about equally near"


def test_offers_at_most_three_choices() -> None:
    """A question back stays short."""
    near = [
        replace(WEAK_TOUR, template=name, confidence=0.5) for name in ("tour", "tickets", "shipping", "x")
    ]
    wide = {**TEMPLATES, "x": Template("x", {})}
    decision = judge(wrote(), Reading(matches=tuple(near)), QUIET, templates=wide, today=TODAY)
    assert decision.choices == ("tour", "tickets", "shipping")


@pytest.mark.parametrize(
    "matches",
    [
        (WEAK_TOUR,),
        (WEAK_TOUR, replace(WEAK_TICKETS, confidence=0.38)),
        (replace(WEAK_TOUR, confidence=0.36), replace(WEAK_TICKETS, confidence=0.35)),
        (WEAK_TOUR, replace(WEAK_TICKETS, template="presale")),
        (replace(WEAK_TICKETS, template="presale", confidence=0.59), WEAK_TOUR, WEAK_TICKETS),
    ],
)
def test_does_not_ask_when_the_answer_would_not_help(matches: tuple[Match, ...]) -> None:
    """One template, one far behind, two far away or one that is over: a person reads at once."""
    decision = decide(wrote(), Reading(matches=matches))
    assert (decision.route, decision.lane) == (Route.HANDOFF, Lane.OTHER)


def test_never_guesses_twice() -> None:
    """Within a day of a question back, the next unclear message goes to a person."""
    reading = Reading(matches=(WEAK_TOUR, WEAK_TICKETS))
    asked = replace(QUIET, clarified_at=NOW - timedelta(hours=23))
    assert decide(wrote(), reading, asked).route is Route.HANDOFF
    assert (
        decide(wrote(), reading, replace(QUIET, clarified_at=NOW - timedelta(days=1))).route is Route.CLARIFY
    )


def test_in_doubt_a_person_reads() -> None:
    """What nobody prepared for is for a person, with the nearest guess in the reasons."""
    decision = decide(wrote("what is your favourite pie?"), Reading(matches=(WEAK_TOUR,)))
    assert (decision.route, decision.lane, decision.template) == (Route.HANDOFF, Lane.OTHER, None)
    assert "confidence 0.50, needed 0.62" in decision.reasons


# Whatever comes

SIGNALS = st.lists(st.builds(Signal, st.sampled_from(Lane), st.just("words")), max_size=3).map(tuple)
MATCHES = st.lists(
    st.builds(
        Match,
        st.sampled_from([*TEMPLATES, "gone"]),
        st.floats(0, 1),
        st.floats(0.1, 0.9),
        st.just("example"),
        st.booleans(),
    ),
    max_size=3,
).map(tuple)
READINGS = st.builds(
    Reading,
    st.sampled_from([None, "en"]),
    SIGNALS,
    MATCHES,
    st.sampled_from(["", "", "", "many links"]),
    st.booleans(),
)
ITEMS = st.lists(
    st.builds(
        OpenItem,
        st.integers(1, 99),
        st.sampled_from(Lane),
        st.sampled_from([s for s in State if not s.finished]),
    ),
    max_size=3,
    unique_by=lambda item: item.family,
).map(tuple)
CONTEXTS = st.builds(
    Context,
    now=st.just(NOW),
    items=ITEMS,
    hushed_until=st.sampled_from([None, None, NOW, NOW + timedelta(hours=1)]),
    clarified_at=st.sampled_from([None, NOW - timedelta(hours=1), NOW - timedelta(days=2)]),
    paused=st.booleans(),
    late=st.booleans(),
)
MESSAGES = st.builds(
    wrote,
    st.sampled_from(["when is the tour?", "", "/help", "/human", "template:tour", "helped"]),
    kind=st.sampled_from([Kind.MESSAGE, Kind.MESSAGE, Kind.EDIT, Kind.PRESS]),
    direct=st.booleans(),
    mentioned=st.booleans(),
    attachments=st.sampled_from([(), (PHOTO,)]),
)


@given(message=MESSAGES, reading=READINGS, context=CONTEXTS)
def test_whatever_comes_the_promises_hold(message: Inbound, reading: Reading, context: Context) -> None:
    """Nothing personal is answered by a template, nothing addressed is ignored, every verdict has reasons."""
    decision = decide(message, reading, context)
    event = (decision.route, decision.template, decision.lane, decision.command)
    assert all(decision.reasons)
    assert decision.reasons
    by_machine = decision.route in (Route.ANSWER, Route.CLARIFY) and decision.command is None
    if by_machine:
        assert not reading.signals, event
        assert not message.attachments
        assert message.kind is Kind.MESSAGE
        assert message.addressed
        assert not context.hushed
        assert not context.paused
        assert message.direct or not context.late
    if decision.route in (Route.HANDOFF, Route.MERGE):
        assert decision.lane is not None
        joins = context.item(decision.lane.family) is not None
        assert (decision.route is Route.MERGE) == joins
    if decision.route is Route.RECORD and message.kind is Kind.MESSAGE and message.addressed:
        assert not message.text
        assert not message.attachments
    if decision.route is Route.CLARIFY:
        assert 2 <= len(decision.choices) <= 3
