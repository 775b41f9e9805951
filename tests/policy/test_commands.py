"""Commands count only as exact whole messages, in whatever case and with a bot's name behind them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanbot.domain.messages import Kind
from fanbot.policy.commands import Command, Wish, parse


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("/help", Wish.HELP),
        ("/HELP", Wish.HELP),
        ("  /help \n", Wish.HELP),
        ("/help@lyra_bot", Wish.HELP),
        ("/human", Wish.HUMAN),
        ("/person", Wish.HUMAN),
        ("/Person@Lyra_Bot", Wish.HUMAN),
        ("/privacy", Wish.PRIVACY),
        ("/start", Wish.START),
        ("/stop", Wish.STOP),
        ("/takeback", Wish.TAKEBACK),
    ],
)
def test_reads_a_typed_command(text: str, wish: Wish) -> None:
    """Case, surrounding space and the bot's own name do not matter."""
    assert parse(text) == Command(wish)


def test_keeps_the_payload_of_a_start_link() -> None:
    """A poster's link tells where the fan came from."""
    assert parse("/start@lyra_bot tour-poster_7") == Command(Wish.START, "tour-poster_7")


@pytest.mark.parametrize(
    "text",
    ["please /help", "/help me", "help", "/stop it now", "/unknown", "/", "", "//help", "/human!", "/ human"],
)
def test_leaves_a_sentence_alone(text: str) -> None:
    """Words around a command make it a message like any other."""
    assert parse(text) is None


@pytest.mark.parametrize(
    ("choice", "command"),
    [
        ("human", Command(Wish.HUMAN)),
        ("helped", Command(Wish.HELPED)),
        ("takeback", Command(Wish.TAKEBACK)),
        ("template:tour-dates", Command(Wish.TEMPLATE, "tour-dates")),
    ],
)
def test_reads_a_pressed_button(choice: str, command: Command) -> None:
    """A press carries the id of its choice."""
    assert parse(choice, Kind.PRESS) == command


@pytest.mark.parametrize("choice", ["", "template:", "template", "start", "help", "poll:3"])
def test_knows_no_other_buttons(choice: str) -> None:
    """A stranger's button is not taken for one of ours."""
    assert parse(choice, Kind.PRESS) is None


def test_does_not_take_typed_button_ids_for_presses() -> None:
    """A fan who types "human" says a word; the screens judge it."""
    assert parse("human") is None
    assert parse("template:tour-dates") is None


@given(st.text())
def test_any_text_is_read_without_complaint(text: str) -> None:
    """Whatever a fan types, it is a known command or none."""
    command = parse(text)
    assert command is None or text.strip().startswith("/")
