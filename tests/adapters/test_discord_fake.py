"""The fake Discord refuses what Discord refuses, so that a test which passes means something."""

import pytest

from fanbot.testing.discord.messages import pings
from fanbot.testing.discord.requests import description
from fanbot.testing.discord.schema import Description

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
