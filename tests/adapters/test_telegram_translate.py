"""What updates of the Bot API mean in fanbot's values, also odd and hostile ones."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanbot.domain.messages import Attachment, Inbound, Kind
from fanbot.policy.commands import parse
from fanbot.testing.telegram import fans
from fanbot_telegram.albums import gathered
from fanbot_telegram.contents import attachments
from fanbot_telegram.entities import Me, part
from fanbot_telegram.reach import Reach
from fanbot_telegram.reader import Reader
from fanbot_telegram.staff_group import StaffGroup
from fanbot_telegram.staff_reader import StaffReader
from fanbot_telegram.standing import Standing
from fanbot_telegram.translate import events

NOVA = Me(123456789, "nova_bot")
NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


def heard(content: dict[str, Any]) -> tuple[Inbound, ...]:
    return events({"update_id": 1, **content}, me=NOVA, account="main", received_at=NOON)


def entity(kind: str, offset: int, length: int, **more: object) -> dict[str, Any]:
    return {"type": kind, "offset": offset, "length": length, **more}


def test_a_private_message_is_direct() -> None:
    """In a private chat everything is said to the bot."""
    [event] = heard(fans.said("hello"))
    assert (event.text, event.message, event.direct, event.kind) == ("hello", "101", True, Kind.MESSAGE)
    assert (event.address.channel, event.address.thread) == ("3001", "")
    assert (event.author.id, event.author.name) == ("3001", "Ada")
    assert (event.sent_at, event.received_at) == (datetime(2026, 5, 1, 12, tzinfo=UTC), NOON)


def test_a_topic_is_the_thread_and_a_chain_of_replies_is_none() -> None:
    """Only a topic of a forum parts a group; every reply in a supergroup has a thread id as well."""
    forum = fans.group(forum=True)
    [topic] = heard(fans.said("hi", chat=forum, message_thread_id=77, is_topic_message=True))
    [chain] = heard(fans.said("hi", chat=forum, message_thread_id=77))
    assert (topic.address.thread, chain.address.thread) == ("77", "")
    assert (topic.direct, topic.addressed) == (False, False)


@pytest.mark.parametrize(
    ("text", "entities", "mentioned"),
    [
        ("@nova_bot when is the tour", [entity("mention", 0, 9)], True),
        ("@NOVA_bot hi", [entity("mention", 0, 9)], True),
        ("\U0001f496 @nova_bot", [entity("mention", 3, 9)], True),
        ("@nova_bot", [], False),
        ("@nova_bots", [entity("mention", 0, 10)], False),
        ("@ada_fan hi", [entity("mention", 0, 8)], False),
        ("Nova hi", [entity("text_mention", 0, 4, user={"id": NOVA.id})], True),
        ("Ada hi", [entity("text_mention", 0, 3, user={"id": 3001})], False),
        ("/help@nova_bot", [entity("bot_command", 0, 14)], True),
        ("/help@else_bot", [entity("bot_command", 0, 14)], False),
        ("/help", [entity("bot_command", 0, 5)], True),
        ("/ban", [entity("bot_command", 0, 4)], False),
        ("say /help", [entity("bot_command", 4, 5)], False),
        ("x", [entity("mention", -5, 900), entity("mention", 10**9, 10**9), 7, None, {}], False),
    ],
)
def test_tells_what_is_said_to_the_bot_in_a_group(text: str, entities: list[Any], mentioned: bool) -> None:
    """A mention, or a command that is meant for it; in words and in captions alike."""
    [event] = heard(fans.said(text, chat=fans.group(), entities=entities))
    [photo] = heard(
        fans.said(chat=fans.group(), caption=text, caption_entities=entities, photo=[{"file_id": "p"}])
    )
    assert (event.mentioned, photo.mentioned) == (mentioned, mentioned)


@pytest.mark.parametrize(
    ("text", "entities", "spoken"),
    [
        ("@nova_bot when?", [entity("mention", 0, 9)], "when?"),
        ("@NOVA_bot, when?", [entity("mention", 0, 9)], "when?"),
        ("when @nova_bot: now", [entity("mention", 5, 9)], "when now"),
        ("💖💖 when, @nova_bot ?", [entity("mention", 11, 9)], "💖💖 when, ?"),
        ("two\nlines @nova_bot", [entity("mention", 10, 9)], "two\nlines"),
        ("one\n@nova_bot two", [entity("mention", 4, 9)], "one\n two"),
        ("@nova_bot when @nova_bot", [entity("mention", 15, 9), entity("mention", 0, 9)], "when"),
        ("hi @nova_bot", [entity("mention", 3, 9), entity("mention", 3, 9)], "hi"),
        ("Nova, when?", [entity("text_mention", 0, 4, user={"id": NOVA.id})], "when?"),
        ("hi", [entity("text_mention", 10**9, 10**9, user={"id": NOVA.id})], "hi"),
        ("\ud83d@nova_bot \U0001f496", [entity("mention", 1, 9)], "\ufffd \U0001f496"),
        ("@nova_bot", [entity("mention", 0, 9)], "@nova_bot"),
        ("@nova_bot /help", [entity("mention", 0, 9), entity("bot_command", 10, 5)], "/help"),
        ("/help@nova_bot", [entity("bot_command", 0, 14)], "/help@nova_bot"),
        ("@ada_fan asks @nova_bot", [entity("mention", 0, 8), entity("mention", 14, 9)], "@ada_fan asks"),
        (" @nova_bots hi ", [entity("mention", 1, 10)], " @nova_bots hi "),
    ],
)
def test_takes_the_bots_own_name_out_of_what_was_said_to_it(
    text: str, entities: list[Any], spoken: str
) -> None:
    """It is no word of the question, wherever it stands; in words and captions, in private and in groups."""
    caption = {"caption": text, "caption_entities": entities, "photo": [{"file_id": "p"}]}
    for chat in (fans.group(), fans.private(3001)):
        [event] = heard(fans.said(text, chat=chat, entities=entities))
        [photo] = heard(fans.said(chat=chat, **caption))
        assert (event.text, photo.text) == (spoken, spoken)


def test_an_edit_that_adds_the_bots_name_is_an_edit() -> None:
    """Two edits within one second that differ by the name alone are two."""
    [without] = heard(fans.edited("when?"))
    [named] = heard(fans.edited("@nova_bot when?", entities=[entity("mention", 0, 9)]))
    assert (without.text, named.text) == ("when?", "when?")
    assert without.event != named.event


def test_a_reply_to_the_bot_is_said_to_it() -> None:
    """A reply to somebody else is not, nor is a message in a topic that the bot opened."""
    own = fans.message("Hello!", id_=90, by=fans.user(NOVA.id, bot=True))
    other = fans.message("Hello!", id_=91, by=fans.user(3002))
    opened = {**own, "forum_topic_created": {"name": "Fans"}}
    found = [
        heard(fans.said("yes", chat=fans.group(), reply_to_message=to))[0] for to in (own, other, opened)
    ]
    assert [(event.reply_to, event.mentioned) for event in found] == [
        ("90", True),
        ("91", False),
        ("", False),
    ]


def test_an_edit_is_an_event_of_its_own_and_the_same_when_it_comes_again() -> None:
    """Two edits within one second differ by their words."""
    keys = [
        str(heard(content)[0].event)
        for content in (fans.said("a"), fans.edited("b"), fans.edited("b"), fans.edited("c"))
    ]
    assert keys[1] == keys[2]
    assert len(set(keys)) == 3
    [edit] = heard(fans.edited("b"))
    assert (edit.kind, edit.message) == (Kind.EDIT, "101")


def test_reactions_are_what_was_added() -> None:
    """One event an emoji, none for those that stood before or were taken back."""
    added = heard(fans.reacted("👍", "🔥", before=("👍",)))
    assert [(event.kind, event.text, event.message) for event in added] == [(Kind.REACTION, "🔥", "101")]
    assert heard(fans.reacted(before=("👍",))) == ()
    keys = {str(event.event) for event in (*heard(fans.reacted("👍", "🔥")), *heard(fans.said("x")))}
    assert len(keys) == 3


def test_a_press_is_the_choice_and_two_presses_are_two_events() -> None:
    """The key holds the query's id, by which the button is told that it was pressed."""
    below = fans.message("Hello!", id_=900, by=fans.user(NOVA.id, bot=True))
    [first] = heard(fans.pressed("template:sizes", on=below, query="1"))
    [second] = heard(fans.pressed("template:sizes", on=below, query="2"))
    assert (first.kind, first.text, first.message) == (Kind.PRESS, "template:sizes", "900")
    assert first.event != second.event
    assert first.event.revision == "1"
    assert not first.author.own


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        (
            {"photo": [{"file_id": "s", "width": 90}, {"file_id": "l", "width": 1280, "file_size": 9}]},
            Attachment("telegram:l", "", "image/jpeg", 9),
        ),
        (
            {
                "document": {
                    "file_id": "d",
                    "file_name": "a.pdf",
                    "mime_type": "application/pdf",
                    "file_size": 7,
                }
            },
            Attachment("telegram:d", "a.pdf", "application/pdf", 7),
        ),
        ({"sticker": {"file_id": "x", "emoji": "🎉"}}, Attachment("telegram:x", "sticker 🎉", "image/webp")),
        (
            {"animation": {"file_id": "g"}, "document": {"file_id": "g"}},
            Attachment("telegram:g", "", "video/mp4"),
        ),
        ({"video_note": {"file_id": "v"}}, Attachment("telegram:v", "", "video/mp4")),
        ({"venue": {"title": "Club"}, "location": {}}, Attachment("telegram:venue", "a place")),
        ({"poll": {"id": "1"}}, Attachment("telegram:poll", "a poll")),
    ],
)
def test_keeps_what_is_no_text(fields: dict[str, Any], found: Attachment) -> None:
    """Files have their id as reference; what is no file is named."""
    assert attachments(fields) == (found,)
    [event] = heard(fans.said(**fields))
    assert event.attachments == (found,)


@pytest.mark.parametrize(
    "service", ["new_chat_members", "pinned_message", "forum_topic_created", "new_chat_title"]
)
def test_notes_of_the_platform_are_no_messages(service: str) -> None:
    """Nobody wrote that somebody came in."""
    assert heard(fans.said(chat=fans.group(), **{service: {}})) == ()


def test_bots_and_anonymous_administrators_are_told_apart() -> None:
    """A bot is marked, the bot itself as well; who writes as the group is a person."""
    [other] = heard(fans.said("beep", by=fans.user(9, bot=True)))
    [own] = heard(fans.said("beep", by=fans.user(NOVA.id, bot=True)))
    [admin] = heard(fans.said("hi", by=fans.user(1087968824, bot=True), sender_chat=fans.group()))
    assert (other.author.bot, other.author.own) == (True, False)
    assert own.author.own
    assert (admin.author.bot, admin.author.id) == (False, "-1002001")


@pytest.mark.parametrize(
    ("text", "command"),
    [("/start from-the-poster", "start:from-the-poster"), ("/help@nova_bot", "help"), ("/human", "human")],
)
def test_commands_arrive_as_fanbot_reads_them(text: str, command: str) -> None:
    """Deep links and commands with the bot's name are understood as they are."""
    [event] = heard(fans.said(text))
    assert str(parse(event.text)) == command


def test_what_no_store_takes_is_mended() -> None:
    """NUL and half a character become a sign that stands for them."""
    [event] = heard(fans.said("a\0b\ud83d", by=fans.user(3001, "A\ud83d")))
    assert (event.text, event.author.name) == ("a\ufffdb\ufffd", "A\ufffd")


def test_an_album_is_one_message() -> None:
    """Pictures that belong together become one, once the album is settled."""
    pictures = [
        {
            "update_id": number,
            **fans.said(id_=number, media_group_id="a", photo=[{"file_id": f"p{number}"}], caption=caption),
        }
        for number, caption in ((10, ""), (11, "from the show"), (13, ""))
    ]
    between = {"update_id": 12, **fans.said("else", id_=50, chat=fans.private(3002))}
    updates = [*pictures[:2], between, pictures[2]]

    def translate(update: Any) -> tuple[Inbound, ...]:
        return events(update, me=NOVA, account="main", received_at=NOON)

    growing = gathered(updates, translate, offset=0)
    assert (growing.found, growing.offset) == ((), 10)
    whole = gathered(updates, translate, offset=10, settled=growing.unsettled)
    assert whole.offset == 14
    album, alone = whole.found
    assert (album.text, album.message, alone.text) == ("from the show", "10", "else")
    assert [file.reference for file in album.attachments] == ["telegram:p10", "telegram:p11", "telegram:p13"]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)
FULL = fans.message(
    "hi",
    entities=[entity("mention", 0, 2)],
    photo=[{"file_id": "p", "width": 1}],
    reply_to_message=fans.message("x"),
    media_group_id="a",
    message_thread_id=3,
    is_topic_message=True,
    edit_date=fans.NOW,
)


@given(
    st.sampled_from(["message", "edited_message", "message_reaction", "callback_query", "poll"]),
    JSON | st.dictionaries(st.sampled_from(sorted(FULL)), JSON).map(lambda odd: {**FULL, **odd}),
)
def test_no_update_whatever_it_holds_breaks_the_listener(kind: str, content: object) -> None:
    """What does not look as documented is passed over, and what is brought can be stored."""
    update = {"update_id": 1, kind: content}
    reader = Reader("main", NOVA, standing=Standing("main"), now=lambda: NOON, reach=Reach(account="main"))
    assert gathered([update], reader.read, offset=0).offset in (1, 2)
    for event in reader.read(update):
        json.dumps([event.text, event.author.name, *(file.name for file in event.attachments)]).encode()
        str(event.event).encode()
        event.text.encode()
        event.author.name.encode()


@given(
    st.sampled_from(["message", "edited_message", "message_reaction", "callback_query", "my_chat_member"]),
    st.dictionaries(st.sampled_from(sorted(FULL)), JSON),
    st.booleans(),
)
def test_no_update_of_the_teams_group_is_a_fans(kind: str, odd: dict[str, object], is_press: bool) -> None:
    """Whatever it holds, it is an act or nothing; acts can be stored."""
    shown = {**FULL, **odd, "chat": {"id": -5, "type": "supergroup"}}
    content = {"id": "1", "data": "claim", "from": shown["from"], "message": shown} if is_press else shown
    group = StaffGroup(-5, account="main")
    team = StaffReader("main", NOVA, group, noticed=lambda thread, *, is_open: None, now=lambda: NOON)
    for event in team.read({"update_id": 1, kind: content}) or ():
        event.act.text.encode()
        f"{event.act.key} {event.act.user} {event.act.name} {event.act.thread}".encode()
    assert team.read({"update_id": 1, kind: content}) is not None


@given(st.text(), st.integers(-5, 50), st.integers(-5, 50))
def test_parts_of_a_text_are_counted_in_utf16(text: str, offset: int, length: int) -> None:
    """Any place may be asked for."""
    found = part(text, offset, length)
    assert len(found.encode("utf-16-le")) // 2 <= max(length, 0)
