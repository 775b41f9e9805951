"""What a visitor's JSON means, and who a key belongs to."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanbot.domain.messages import Choice, Inbound, Kind
from fanbot.errors import AdapterError
from fanbot.ports.platform import Opening
from fanbot.ports.web import Bubble, Voice
from fanbot_webchat import spec
from fanbot_webchat.settings import read
from fanbot_webchat.translate import UnreadableError, conversation, message, offered, press
from fanbot_webchat.visitors import Visitors

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
ID = "6f1c1d1e-0000-4000-8000-000000000001"


def wrote(body: object) -> Inbound:
    """Translate a message of visitor v at noon."""
    encoded = body if isinstance(body, bytes) else json.dumps(body).encode()
    return message(encoded, visitor="v", account="main", received_at=NOON)


def test_a_message_is_direct_and_its_visitor_is_both_place_and_author() -> None:
    """One visitor is one fan with one conversation."""
    event = wrote({"id": ID, "text": "hi", "name": " Ada "})
    assert (event.address.channel, event.author.id, event.author.name) == ("v", "v", "Ada")
    assert (event.direct, event.kind, event.event.revision) == (True, Kind.MESSAGE, "")


def test_a_repeated_id_is_the_same_event_in_either_case() -> None:
    """A browser that lost the answer sends the same id, and nothing more is needed to tell."""
    assert wrote({"id": ID.upper(), "text": "hi"}).event == wrote({"id": ID, "text": "hi"}).event


def test_half_characters_become_something_that_can_be_stored() -> None:
    """Nothing that a fan wrote is refused for an odd byte in it."""
    assert wrote(b'{"id": "%s", "text": "a\\ud83d\\u0000b"}' % ID.encode()).text == "a\ufffd\ufffdb"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff",
        b"nothing",
        b"[" * 50_000,
        b'{"id": 1' + b"1" * 5_000 + b"}",
        [],
        {},
        {"id": ID},
        {"id": ID, "text": ""},
        {"id": ID, "text": " \n"},
        {"id": ID, "text": 7},
        {"id": ID, "text": "a" * 4_001},
        {"id": "1", "text": "hi"},
        {"id": 1, "text": "hi"},
        {"id": ID + "\n", "text": "hi"},
        {"id": ID, "text": "hi", "name": "n" * 61},
        {"id": ID, "text": "hi", "name": ["Ada"]},
    ],
)
def test_says_what_is_wrong_with_a_body_that_means_nothing(body: object) -> None:
    """The error says what was expected, and that nothing was kept."""
    with pytest.raises(UnreadableError, match="not kept"):
        wrote(body)


@given(st.binary() | st.recursive(st.none() | st.text(), lambda inner: st.dictionaries(st.text(), inner)))
def test_reads_anything_or_refuses_it(body: object) -> None:
    """No body does more than be refused."""
    with pytest.raises(UnreadableError):
        wrote(body)


@given(st.text(min_size=1, max_size=4_000).filter(lambda text: bool(text.strip()) and "\0" not in text))
def test_brings_text_unchanged(text: str) -> None:
    """Every word arrives as it was written."""
    assert wrote({"id": ID, "text": text}).text == text


def test_drops_what_nobody_sees_from_a_name() -> None:
    """A name turns no line around and hides nothing."""
    assert wrote({"id": ID, "text": "hi", "name": "A\u202ed\x1ba\n"}).author.name == "Ada"


@pytest.mark.parametrize("choice", [None, "", 7, "a" * 201, "a\0"])
def test_refuses_a_press_of_nothing(choice: object) -> None:
    """A press names a choice."""
    with pytest.raises(UnreadableError):
        press(
            json.dumps({"id": ID, "choice": choice}).encode(), visitor="v", account="main", received_at=NOON
        )


def test_a_press_reads_as_the_label_of_its_button_and_typed_words_stay() -> None:
    """The page shows what was pressed; somebody who types the same word reads their own word."""
    choice = Choice("human", "A person, please", "/human")
    asked = Bubble("k1", NOON, Voice.ASSISTANT, "Which?", (choice,))
    pressed = Bubble(f"press:{ID}", NOON, Voice.FAN, "human")
    typed = Bubble(ID, NOON, Voice.FAN, "human")
    texts = [bubble["text"] for bubble in json.loads(conversation([asked, pressed, typed]))["bubbles"]]
    assert texts == ["Which?", "A person, please", "human"]
    assert offered([asked], "human")
    assert not offered([asked, typed], "template:secret")


def test_half_a_character_does_not_hide_a_conversation() -> None:
    """What the store has is shown, whatever it is."""
    [bubble] = json.loads(conversation([Bubble("k", NOON, Voice.PERSON, "half \ud83d a pair")]))["bubbles"]
    assert bubble["text"] == "half \ud83d a pair"


@given(st.integers(0, 96), st.characters(codec="ascii"))
def test_a_key_with_one_letter_changed_opens_nothing(place: int, letter: str) -> None:
    """Neither the id nor the signature can be guessed onward from a key that one has."""
    visitors = Visitors(b"s" * 32, account="main")
    key = visitors.welcome()
    changed = key[:place] + letter + key[place + 1 :]
    assert visitors.recognise(changed) == (key[:32] if changed == key else None)


@pytest.mark.parametrize("key", ["", ".", "é" * 97, "0" * 32 + "." + "0" * 64, "0" * 100_000])
def test_what_is_no_key_opens_nothing(key: str) -> None:
    """Anything may come in a header."""
    assert Visitors(b"s" * 32, account="main").recognise(key) is None


def test_a_key_opens_one_account_of_one_store() -> None:
    """Another secret, or another account under the same one, made other keys."""
    key = Visitors(b"s" * 32, account="main").welcome()
    assert Visitors(b"s" * 32, account="main").recognise(key)
    assert Visitors(b"s" * 32, account="shop").recognise(key) is None
    assert Visitors(b"t" * 32, account="main").recognise(key) is None


@pytest.mark.parametrize(
    "section",
    [
        {"origins": "example.org"},
        {"origins": ["https://example.org/path"]},
        {"origins": ["https://example.org; script-src *"]},
        {"origins": ["*"]},
        {"origins": [7]},
        {"title": 7},
        {"title": "a\nb"},
        {"rate": "often"},
        {"rate": 20},
        {"rate": "0/minute"},
        {"rate_per_address": ""},
        {"tittle": "Chat"},
    ],
)
def test_says_which_setting_is_wrong_and_gives_one_that_works(section: dict[str, object]) -> None:
    """A setting fails at the start, kindly."""
    with pytest.raises(AdapterError, match=r"\[adapters.webchat\]"):
        read(section)


def test_reads_the_settings_of_the_example() -> None:
    """What the documentation shows is accepted."""
    settings = read({"origins": ["HTTPS://www.Example.org/"], "title": "Hi", "rate": "5/minute"})
    assert settings.origins == ("https://www.example.org",)
    assert settings.rate.amount == 5
    assert settings.rate_per_address.amount == 120


def test_does_not_open_without_a_store_behind_it() -> None:
    """No key is signed with nothing."""
    with pytest.raises(AdapterError, match="secret"):
        spec.open(Opening("main", {}))
