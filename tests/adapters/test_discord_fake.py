"""The fake Discord refuses what Discord refuses, so that a test which passes means something."""

import pytest

from fanbot.testing.discord.gateway import Gateway
from fanbot.testing.discord.messages import from_bot, from_fan, pings
from fanbot.testing.discord.requests import description
from fanbot.testing.discord.responding import Responses
from fanbot.testing.discord.schema import Description
from fanbot.testing.discord.threads import Threads
from fanbot.testing.discord.troubles import Refused
from fanbot.testing.discord.world import World

CREATE = "/channels/2001/messages"


@pytest.fixture(scope="module")
def described() -> Description:
    """Load Discord's own description, or say that nothing is checked against it."""
    found = description()
    if found is None:
        pytest.skip(
            "FANBOT_SPECS names no folder with discord-openapi.json: requests are not checked against it"
        )
    return found


@pytest.mark.parametrize(
    "body",
    [
        {"content": "Hello!", "nonce": "k1", "enforce_nonce": True, "tts": False},
        {"content": "Hello!", "message_reference": {"message_id": 42, "fail_if_not_exists": False}},
        {"content": "Hello!", "components": [
            {"type": 1, "components": [{"type": 2, "style": 2, "label": "A person", "custom_id": "human"}]}
        ]},
    ],
)  # fmt: skip
def test_takes_what_the_description_allows(described: Description, body: dict[str, object]) -> None:
    """Ids may be numbers, as discord.py writes some."""
    assert described.complaints("POST", CREATE, body) == []


@pytest.mark.parametrize(
    "body",
    [
        {"content": 5},
        {"content": "x" * 4001},
        {"nonce": "k" * 26},
        {"allowed_mentions": {"parse": ["everybody"]}},
        {
            "components": [
                {"type": 1, "components": [{"type": 2, "style": 2, "label": "x" * 81, "custom_id": "x"}]}
            ]
        },
        {"message_reference": {}},
        [],
    ],
)
def test_refuses_what_the_description_does_not_allow(described: Description, body: object) -> None:
    """Types, lengths, lists of values and what is required are looked at, at any depth."""
    assert described.complaints("POST", CREATE, body)


def test_knows_no_other_requests(described: Description) -> None:
    """A path that Discord does not have is named."""
    assert described.complaints("POST", "/channels/2001/letters", {}) == [
        "POST /channels/2001/letters is no request of Discord's"
    ]


@pytest.mark.parametrize(
    ("body", "count"),
    [
        ({}, 1),
        ({"allowed_mentions": {"parse": []}}, 0),
        ({"allowed_mentions": {"parse": ["everyone"]}}, 1),
        ({"allowed_mentions": {"parse": [], "replied_user": True}}, 1),
    ],
)
def test_counts_who_would_be_notified(body: dict[str, object], count: int) -> None:
    """A message that says nothing of mentions may notify."""
    assert pings(body) == count


async def test_threads_and_edits_are_refused_as_on_discord() -> None:
    """One thread a message, nobody else's words, and nothing in a thread that is locked or put away."""
    world = World()
    world.server_channel("2400")
    threads = Threads(world, Gateway(world))
    ours = world.place(from_bot(world, "2400", {"content": "a card"}))["id"]
    theirs = world.place(from_fan(world, "2400", "hello"))["id"]
    assert (await threads.start("2400", ours, {"name": "Ada"}))["id"] == ours
    assert (await threads.edit("2400", ours, {"content": "changed"}))["content"] == "changed"
    for asking, code in (
        (threads.start("2400", ours, {"name": "Ada"}), 160004),
        (threads.start("2400", "5", {"name": "Ada"}), 10008),
        (threads.edit("2400", theirs, {"content": "changed"}), 50005),
        (threads.edit("2400", ours, {"content": "x" * 2001}), 50035),
        (threads.change("2400", {"archived": True}), 50013),
    ):
        with pytest.raises(Refused) as refused:
            await asking
        assert refused.value.answer.body["code"] == code
    await threads.change(ours, {"archived": True})
    with pytest.raises(Refused, match="archived"):
        threads.check_open(ours)


def test_an_interaction_is_answered_once_and_then_by_its_token() -> None:
    """A second answer, an unknown one, and a word before the first are refused."""
    world = World()
    responses = Responses(world)
    asked = {"id": "1", "type": 3, "user": {"id": "3"}, "channel_id": "5", "message": {"id": "7"}}
    world.interactions["token"] = asked
    with pytest.raises(Refused, match="Unknown Webhook"):
        responses.change("token", {"content": "too early"})
    responses.call_back("token", {"type": 5, "data": {"flags": 64}})
    for token, told in (("token", "already been acknowledged"), ("other", "Unknown interaction")):
        with pytest.raises(Refused, match=told):
            responses.call_back(token, {"type": 5})
    answer = responses.change("token", {"content": "done"})
    assert (answer["content"], answer["flags"]) == ("done", 64)
    responses.take_away("token")
    assert world.answers == {"token": None}
