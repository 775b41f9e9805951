"""What Discord's payloads mean, and that nothing malformed or hostile means anything else."""

import json
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanbot.domain.messages import Address, Attachment, Author, Inbound, Kind
from fanbot.errors import AdapterError
from fanbot.policy.commands import parse
from fanbot_discord.directory import Directory, Room, Written
from fanbot_discord.interactions import asked
from fanbot_discord.permissions import NEEDED, missing
from fanbot_discord.relay import without_secrets
from fanbot_discord.settings import Settings, read
from fanbot_discord.snowflakes import first_at
from fanbot_discord.translate import deletion, edit, message, reaction

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
BOT, OWN_ROLE = "900", "901"
ADA = {"id": "3001", "username": "ada", "global_name": "Ada"}
TOLD = {
    "id": "42",
    "channel_id": "5",
    "author": ADA,
    "content": "hi",
    "timestamp": "2026-05-01T11:59:59+00:00",
}


def known() -> Directory:
    """Know a server with a channel 5, a channel for questions 6 with a thread 7, and our own role."""
    directory = Directory("main", frozenset({"6"}), own=BOT)
    server = {
        "roles": [{"id": OWN_ROLE, "tags": {"bot_id": BOT}}, {"id": "902"}],
        "channels": [
            {"id": "5", "type": 0, "last_message_id": "9"},
            {"id": "6", "type": 0, "parent_id": "1"},
        ],
        "threads": [{"id": "7", "parent_id": "6", "type": 11}],
    }
    assert list(directory.announced(server)) == [Room("5", 9), Room("6", 0), Room("7", 0)]
    return directory


def told(*, direct: bool = True, **more: object) -> Inbound | None:
    """Translate the usual message with changes."""
    return message({**TOLD, **more}, known(), direct=direct, received_at=NOW)


@pytest.mark.parametrize(
    "more",
    [
        {"type": 7},
        {"type": 18},
        {"type": 20},
        {"author": None},
        {"author": {"id": "x"}},
        {"id": "nine"},
        {"channel_id": None},
    ],
)
def test_notes_of_discord_and_malformed_payloads_are_nobodys_message(more: dict[str, object]) -> None:
    """A member who joined, a thread that was opened, or half a payload is not kept."""
    assert told(**more) is None


@pytest.mark.parametrize(
    ("more", "addressed"),
    [
        ({}, False),
        ({"mentions": [{"id": BOT}]}, True),
        ({"mentions": [{"id": "3002"}]}, False),
        ({"mention_everyone": True, "content": "@everyone"}, False),
        ({"content": f"<@{BOT}>"}, False),
        ({"mention_roles": [OWN_ROLE]}, True),
        ({"mention_roles": ["902", None, 5]}, False),
        ({"message_reference": {"message_id": "41"}, "referenced_message": {"author": {"id": BOT}}}, True),
        ({"message_reference": {"message_id": "41"}, "referenced_message": {"author": ADA}}, False),
        ({"message_reference": {"message_id": "41"}, "referenced_message": None}, False),
        ({"channel_id": "6"}, True),
        ({"channel_id": "7"}, True),
    ],
)
def test_on_a_server_only_what_is_said_to_the_assistant_is_kept(
    more: dict[str, Any], *, addressed: bool
) -> None:
    """A mention, a reply, our own role, or a channel for questions with its threads; nothing else."""
    event = told(direct=False, **more)
    assert (event is not None) == addressed
    assert event is None or event.mentioned


def test_keeps_words_that_came_in_odd_forms() -> None:
    """A forward, a poll, a sticker, a voice note and files are all there (P11)."""
    event = told(
        content="look",
        message_snapshots=[
            {"message": {"content": "forwarded", "attachments": [{"id": "1", "url": "https://cdn.discordapp.com/f"}]}}
        ],
        message_reference={"type": 1, "message_id": "40"},
        poll={"question": {"text": "Which song?"}},
        sticker_items=[{"id": "77", "name": "wave"}],
        attachments=[
            {"id": "2", "url": "https://cdn.discordapp.com/v.ogg", "filename": "voice.ogg", "size": 12,
             "content_type": "audio/ogg"},
            {"size": 5}, None, {"id": "3", "size": -4},
        ],
    )  # fmt: skip
    assert event is not None
    assert event.text == "look\nforwarded\nWhich song?"
    assert event.reply_to == ""
    assert event.attachments == (
        Attachment("discord:https://cdn.discordapp.com/v.ogg", "voice.ogg", "audio/ogg", 12),
        Attachment("discord:3"),
        Attachment("discord:sticker:77", "wave"),
        Attachment("discord:https://cdn.discordapp.com/f"),
    )


@pytest.mark.parametrize(
    ("text", "heard"),
    [
        (f"<@{BOT}> when?", "when?"),
        (f"<@!{BOT}>, when?", "when?"),
        (f"when <@{BOT}> ?", "when ?"),
        (f"<@{BOT}> /help", "/help"),
        (f"<@{BOT}>", f"<@{BOT}>"),
        (f"two\nlines <@{BOT}>", "two\nlines"),
        (f"<@3002> asks <@{BOT}>", "<@3002> asks"),
    ],
)
def test_the_assistants_own_name_is_taken_out_of_what_was_said_to_it(text: str, heard: str) -> None:
    """Understanding sees the question, and commands are commands."""
    event = told(direct=False, content=text, mentions=[{"id": BOT}])
    assert event is not None
    assert event.text == heard


def test_knows_who_wrote() -> None:
    """The name on the server comes first; other bots, webhooks and ourselves are told apart."""
    event = told(member={"nick": "Ada of Nova", "roles": ["902", 5]})
    assert event is not None
    assert event.author == Author("3001", "Ada of Nova", roles=("902",))
    bot, hook, own = told(author={**ADA, "bot": True}), told(webhook_id="1"), told(author={**ADA, "id": BOT})
    assert bot is not None
    assert hook is not None
    assert own is not None
    assert (bot.author.bot, hook.author.bot, own.author.own) == (True, True, True)


def test_a_name_is_no_link_and_no_mention() -> None:
    """What makes markup of a name is left out of it, for an answer may call its fan by it (G8)."""
    event = told(author={**ADA, "global_name": "[win](https://x.example) <@1> `a`"})
    assert event is not None
    assert event.author.name == "win(https://x.example) @1 a"


def test_an_edit_is_another_version_and_a_preview_is_none() -> None:
    """The revision is when it was edited and what it says; a link that unfolds changes nothing."""
    changed = {**TOLD, "edited_timestamp": "2026-05-01T12:01:00+00:00"}
    first = edit(changed, known(), direct=True, received_at=NOW)
    again = edit(dict(changed), known(), direct=True, received_at=NOW)
    second = edit({**changed, "content": "hi!"}, known(), direct=True, received_at=NOW)
    assert first is not None
    assert again is not None
    assert second is not None
    assert first.kind is Kind.EDIT
    assert first.event == again.event != second.event
    assert first.message == second.message == "42"
    assert edit(TOLD, known(), direct=True, received_at=NOW) is None
    assert edit({**changed, "content": None}, known(), direct=True, received_at=NOW) is None


def test_an_edit_that_takes_the_mention_out_is_still_an_edit() -> None:
    """A message that was brought stays ours, whatever becomes of its words."""
    directory = known()
    changed = {**TOLD, "edited_timestamp": "2026-05-01T12:01:00+00:00"}
    assert edit(changed, directory, direct=False, received_at=NOW) is None
    directory.wrote("42", Written(Author("3001"), Address("discord", "main", "5"), direct=False))
    assert edit(changed, directory, direct=False, received_at=NOW) is not None


@pytest.mark.parametrize(
    ("more", "heard"),
    [
        ({}, True),
        ({"guild_id": "1"}, False),
        ({"guild_id": "1", "message_author_id": BOT}, True),
        ({"user_id": BOT}, False),
        ({"emoji": {"name": None}}, False),
        ({"user_id": None}, False),
    ],
)
def test_a_reaction_counts_where_it_is_for_us(more: dict[str, object], *, heard: bool) -> None:
    """In a direct message, or on a message of ours; our own receipts are none."""
    payload = {"user_id": "3001", "message_id": "42", "channel_id": "5", "emoji": {"id": None, "name": "🔥"}}
    event = reaction({**payload, **more}, known(), received_at=NOW)
    assert (event is not None) == heard


def test_two_fans_reactions_are_two_events() -> None:
    """And the same fan's same emoji is one."""
    payload = {"message_id": "42", "channel_id": "5", "emoji": {"id": "8", "name": "nova"}}
    keys = {
        event.event
        for user in ("3001", "3002", "3001")
        if (event := reaction({**payload, "user_id": user}, known(), received_at=NOW)) is not None
    }
    assert len(keys) == 2


@pytest.mark.parametrize("name", ["help", "human", "privacy"])
def test_slash_commands_are_words_that_the_core_knows(name: str) -> None:
    """Each reads as the command that a fan would type."""
    payload = {
        "id": "77", "application_id": "2", "token": "a-secret", "type": 2, "channel_id": "5",
        "data": {"name": name}, "user": ADA,
    }  # fmt: skip
    heard = asked(payload, known(), received_at=NOW)
    assert heard is not None
    assert parse(heard.event.text, heard.event.kind) is not None
    assert "a-secret" not in repr(heard)


@pytest.mark.parametrize(
    "more",
    [{"data": {"name": "ban"}}, {"data": None}, {"type": 5}, {"user": None}, {"token": ""}, {"type": 3}],
)
def test_other_interactions_are_not_ours(more: dict[str, object]) -> None:
    """Somebody else's commands, modals and half payloads are left alone."""
    payload = {"id": "7", "application_id": "2", "token": "t", "type": 2, "channel_id": "5", "user": ADA}
    assert asked({**payload, "data": {"name": "help"}, **more}, known(), received_at=NOW) is None


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from(["42", BOT, "5", "6"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
KEYS = [
    "id",
    "channel_id",
    "guild_id",
    "author",
    "content",
    "type",
    "mentions",
    "mention_roles",
    "member",
    "webhook_id",
    "message_reference",
    "referenced_message",
    "attachments",
    "sticker_items",
    "message_snapshots",
    "poll",
    "edited_timestamp",
    "timestamp",
    "user_id",
    "message_id",
    "emoji",
    "data",
    "token",
    "application_id",
    "user",
    "channel",
    "message",
    "channels",
    "threads",
    "roles",
    "ids",
    "parent_id",
]


@given(st.dictionaries(st.sampled_from(KEYS), JSON), st.booleans())
def test_no_payload_breaks_the_translation(payload: dict[str, Any], direct: bool) -> None:
    """Whatever Discord, or somebody on it, makes of a payload, it is an event or it is nothing."""
    directory = known()
    tuple(directory.announced(payload))
    written = Written(Author("1"), directory.address("5"), direct=True)
    for base in (payload, {**TOLD, **payload}, {**TOLD, "edited_timestamp": "x", **payload}):
        for event in (
            message(base, directory, direct=direct, received_at=NOW),
            edit(base, directory, direct=direct, received_at=NOW),
            reaction(base, directory, received_at=NOW),
            deletion(base, written, account="main", received_at=NOW),
        ):
            if event is not None:
                str(event.event).encode()
                json.dumps([event.text, event.author.name, event.message]).encode()
                event.text.encode()
                event.author.name.encode()
        asked({"type": 2, **base}, directory, received_at=NOW)


@given(st.dictionaries(st.text(), JSON))
def test_no_settings_break_the_reader(section: dict[str, Any]) -> None:
    """Settings are read, or refused in words of our own."""
    for one in (section, {"token": "x.y.z", **section}, {"token": "x", "question_channels": section.get("")}):
        with suppress(AdapterError):
            assert isinstance(read(one), Settings)


@pytest.mark.parametrize(
    ("section", "words"),
    [
        ({}, "FANBOT_ADAPTERS__DISCORD__TOKEN"),
        ({"token": "a b"}, "one word"),
        ({"token": "x", "address": "https://discord.com"}, "127.0.0.1:8443"),
        ({"token": "x", "address": "127.0.0.1:99999"}, "127.0.0.1:8443"),
        ({"token": "x", "ca_file": 5}, "ca_file"),
        ({"token": "x", "question_channels": ["general"]}, "developer mode"),
        ({"token": "x", "question_channels": True}, "developer mode"),
        ({"token": "x", "receipts": "often"}, "receipts = true"),
    ],
)
def test_settings_that_cannot_work_say_how_to_mend_them(section: dict[str, object], words: str) -> None:
    """The key is named, with an example that works."""
    with pytest.raises(AdapterError, match=words):
        read(section)


def test_the_token_is_not_in_what_settings_show() -> None:
    """Neither in their representation nor through a library's warning."""
    token = "OTAwMDAwMDAwMDAwMDAwMDAx.GfakeX.a-token-of-the-fake-discord-01"
    assert token not in repr(read({"token": token}))
    assert token not in without_secrets(f"IDENTIFY {token} was refused")


def test_a_moment_becomes_an_id() -> None:
    """Ids that are made later are higher."""
    assert 0 == first_at(datetime(2000, 1, 1, tzinfo=UTC)) < first_at(NOW) < first_at(NOW.replace(minute=1))


@pytest.mark.parametrize(
    ("channel", "lacking"),
    [
        ({}, []),
        ({"permission_overwrites": [{"id": "1", "deny": "2048"}]}, ["Send Messages"]),
        ({"permission_overwrites": [{"id": "1", "deny": "2048"}, {"id": "8", "allow": "2048"}]}, []),
        (
            {"permission_overwrites": [{"id": "8", "allow": "1024"}, {"id": "9", "deny": "1024"}]},
            ["View Channel"],
        ),
    ],
)
def test_permissions_are_worked_out_as_discord_does(channel: dict[str, object], lacking: list[str]) -> None:
    """Everybody's exception, then those of the roles, then the bot's own."""
    server = {"id": "1", "roles": [{"id": "1", "permissions": str(1 << 10 | 1 << 11 | 1 << 16)}, {"id": "8"}]}
    assert missing(NEEDED, server=server, channel=channel, member={"roles": ["8"]}, own="9") == lacking
