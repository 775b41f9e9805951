"""The team's group: a topic an item, a card that is kept up to date, and errors that say what to mend."""

import asyncio
from dataclasses import replace

import pytest
from structlog.testing import capture_logs

from fanbot.domain.messages import Choice
from fanbot.errors import AdapterError, DeliveryError
from fanbot.ports.platform import Opening
from fanbot.ports.staff import Card, Spot
from fanbot.testing.telegram.server import TOKEN, Cut, Refusal
from fanbot_telegram import spec
from fanbot_telegram.pace import Limits
from fanbot_telegram.settings import read
from tests.adapters.telegram_support import PATIENCE, answer, bot, platform
from tests.adapters.telegram_team import CARD, GROUP, team


async def test_an_account_without_a_group_has_no_room() -> None:
    """The setting is read from the file and from the environment, where everything is text."""
    assert spec.staff
    async with platform() as fake:
        for given, there in ((None, False), (GROUP, True), (str(GROUP), True), ("", False)):
            section = {"token": TOKEN, "base_url": fake.base_url}
            told = section if given is None else section | {"staff_chat": given}
            opened = spec.open(Opening("main", told))
            assert (getattr(opened, "staff", None) is not None) is there
            await opened.close()


@pytest.mark.parametrize("given", [12, "12", "team", 1.5, True, "@team", [GROUP]])
def test_what_is_no_group_is_no_staff_chat(given: object) -> None:
    """The id of a person would make their private chat the team's; the error says how one looks."""
    with pytest.raises(AdapterError, match=r"staff_chat = -100"):
        read({"token": TOKEN, "staff_chat": given})


async def test_a_card_stands_in_a_topic_of_its_own() -> None:
    """The topic is called by the item's title; nothing in the card is markup or a mention."""
    card = replace(
        CARD, text="<b>hi</b> *you* @nova_team \0", choices=(*CARD.choices, Choice("é" * 33, "no"))
    )
    async with team() as there:
        spot = await there.room.open(card)
        assert {int(spot.thread)} == set(there.group.topics)
        assert there.group.topics[int(spot.thread)].name == "Ada: my order"
        [sent] = there.lines(spot)
        assert (sent.chat, sent.choices, sent.pings) == (GROUP, ["claim/h1"], 0)
        assert sent.text.startswith("Ada: my order\n\n<b>hi</b> *you* @")
        assert sent.wanted["link_preview_options"] == {"is_disabled": True}


@pytest.mark.parametrize("title", ["", "\n", "x" * 300, "💖" * 100, "two\nlines"])
async def test_any_title_names_a_topic(title: str) -> None:
    """A topic's name is one line, not empty, and not too long."""
    async with team() as there:
        spot = await there.room.open(replace(CARD, title=title))
        name = there.group.topics[int(spot.thread)].name
        assert name == (title.replace("\n", " ").strip() or "h1")[: len(name)]


async def test_a_card_is_changed_in_place() -> None:
    """The same again is no error, and buttons that are no more go away."""
    async with team() as there:
        spot = await there.room.open(CARD)
        claimed = replace(CARD, text="Claimed by Sam", choices=())
        for _ in range(2):
            await there.room.show(spot, claimed)
        assert there.card(spot).text == "Ada: my order\n\nClaimed by Sam"
        assert there.card(spot).choices == []
        assert len(there.fake.sent) == 1
        assert there.fake.calls["editMessageText"] == 2
        assert there.fake.calls["reopenForumTopic"] == 0


async def test_a_finished_item_is_put_away_and_comes_back_in_the_same_topic() -> None:
    """Closed once, opened once; a topic that is so already is no error."""
    async with team() as there:
        spot = await there.room.open(CARD)
        topic = there.group.topics[int(spot.thread)]
        for _ in range(2):
            await there.room.show(spot, replace(CARD, finished=True))
            assert topic.closed
        await there.room.show(spot, CARD)
        assert not topic.closed
        assert (there.fake.calls["closeForumTopic"], there.fake.calls["reopenForumTopic"]) == (1, 1)
        later = bot(there.fake, staff_chat=GROUP)
        assert later.staff is not None
        await later.staff.show(spot, CARD)
        await later.close()
        assert there.fake.calls["reopenForumTopic"] == 2


async def test_a_line_is_told_below_the_card() -> None:
    """One that is too long for Telegram is cut, and says so."""
    async with team() as there:
        spot = await there.room.open(CARD)
        await there.room.tell(spot, "Ada wrote: hello @nova_team", key="t1")
        await there.room.tell(spot, "💖" * 3000, key="t2")
        _, line, long = there.lines(spot)
        assert (line.text.startswith("Ada wrote: hello"), line.pings) == (True, 0)
        assert long.text.endswith("in the console)")


@pytest.mark.parametrize(
    "description",
    [
        "Bad Request: message to edit not found",
        "Bad Request: message can't be edited",
        "Bad Request: TOPIC_DELETED",
        "Bad Request: message thread not found",
        "Bad Request: TOPIC_ID_INVALID",
    ],
)
async def test_a_card_that_was_deleted_is_gone_for_good(description: str) -> None:
    """A new one can be made then; trying again cannot help."""
    async with team() as there:
        spot = await there.room.open(CARD)
        there.fake.next("editMessageText", Refusal(400, description))
        error = await failing(there.room.show(spot, replace(CARD, text="else")))
        assert (error.permanent, error.ambiguous) == (True, False)


async def test_a_message_or_topic_that_somebody_deleted_is_found() -> None:
    """As the platform itself tells it, of a card, a line and a topic."""
    async with team() as there:
        spot, other = await there.room.open(CARD), await there.room.open(replace(CARD, key="h2"))
        there.fake.delete(there.card(spot))
        assert (await failing(there.room.show(spot, replace(CARD, text="else")))).permanent
        there.group.topics[int(other.thread)].deleted = True
        assert (await failing(there.room.tell(other, "hello", key="t1"))).permanent
        assert (await failing(there.room.show(other, replace(CARD, finished=True)))).permanent
        assert (await failing(there.room.show(Spot("x", "y"), CARD))).permanent


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ({"forum": False}, "Turn them on"),
        ({"manages_topics": False}, "right to manage topics"),
        ({"member": False}, "Add it again"),
    ],
)
async def test_what_a_person_must_mend_is_said_and_tried_again(state: dict[str, bool], words: str) -> None:
    """Nothing is given up for it, and it works as soon as it is mended."""
    async with team() as there:
        for name, value in state.items():
            setattr(there.group, name, value)
        error = await failing(there.room.open(CARD))
        assert (error.permanent, error.ambiguous) == (False, False)
        assert error.retry_after
        assert words in str(error)
        for name in state:
            setattr(there.group, name, True)
        await there.room.open(CARD)


async def test_a_wrong_group_is_said() -> None:
    """The bot was never in it."""
    async with team(staff_chat=-1009999) as there:
        error = await failing(there.room.open(CARD))
        assert (error.permanent, "staff_chat" in str(error)) == (False, True)


@pytest.mark.parametrize("trouble", [Cut.BEFORE, Refusal.flood(1), Refusal(502, "Bad Gateway")])
async def test_a_topic_whose_card_was_not_taken_is_used_again(trouble: Cut | Refusal) -> None:
    """A second try opens no second topic, whatever the first one was stopped by."""
    async with team() as there:
        there.fake.next("sendMessage", trouble)
        error = await failing(there.room.open(CARD))
        assert not error.permanent
        if error.retry_after:
            await asyncio.sleep(error.retry_after)
        spot = await there.room.open(CARD)
        assert {int(spot.thread)} == set(there.group.topics)
        assert len(there.lines(spot)) == 1


async def test_a_topic_that_was_deleted_before_its_card_stood_there_is_made_anew() -> None:
    """The item is not stuck with a topic that is gone."""
    async with team() as there:
        there.fake.next("sendMessage", Refusal(400, "Bad Request: message thread not found"))
        assert not (await failing(there.room.open(CARD))).permanent
        await there.room.open(CARD)
        assert len(there.group.topics) == 2


@pytest.mark.parametrize(("cut", "arrived"), [(Cut.BEFORE, 1), (Cut.AFTER, 2)])
async def test_a_line_that_may_stand_there_is_not_written_again(cut: Cut, arrived: int) -> None:
    """Telegram has no keys: whether to repeat it is for the core to say, and it is told the truth."""
    async with team() as there:
        spot = await there.room.open(CARD)
        there.fake.next("sendMessage", cut)
        error = await failing(there.room.tell(spot, "hello", key="t1"))
        assert (error.permanent, error.ambiguous) == (False, True)
        assert (len(there.lines(spot)), there.fake.calls["sendMessage"]) == (arrived, 2)


@pytest.mark.parametrize("method", ["editMessageText", "closeForumTopic"])
@pytest.mark.parametrize("cut", list(Cut))
async def test_a_card_can_always_be_shown_once_more(method: str, cut: Cut) -> None:
    """To show the same twice does no harm, so a broken connection is just another try."""
    done = replace(CARD, text="Answered", finished=True)
    async with team() as there:
        spot = await there.room.open(CARD)
        there.fake.next(method, cut)
        error = await failing(there.room.show(spot, done))
        assert (error.permanent, error.ambiguous) == (False, False)
        await there.room.show(spot, done)
        assert there.card(spot).text.endswith("Answered")
        assert there.group.topics[int(spot.thread)].closed


async def test_a_group_that_got_another_id_is_followed() -> None:
    """Turning topics on gives a plain group another id; cards go there, and the log says what to write."""
    with capture_logs() as logs:
        async with platform() as fake:
            telegram = bot(fake, staff_chat=-3001)
            old, new = fake.group(-3001), fake.group(GROUP)
            old.moved_to = GROUP
            assert telegram.staff is not None
            spot = await telegram.staff.open(CARD)
            await telegram.close()
            assert (set(old.topics), set(new.topics)) == (set(), {int(spot.thread)})
            assert [each.chat for each in fake.sent] == [GROUP]
    assert [each["staff_chat"] for each in logs if "staff_chat" in each] == [GROUP]


async def test_too_many_messages_for_the_team_hold_up_no_fan() -> None:
    """A group's minute has an end, and a wish to wait is for that group alone (429)."""
    async with team(limits=Limits(overall=1000, person=1000, group=8, staff=1000)) as there:
        spot = await there.room.open(CARD)
        await there.room.tell(spot, "1", key="t1")
        error = await failing(there.room.tell(spot, "2", key="t2"))
        assert error.retry_after == pytest.approx(60, abs=PATIENCE)
        await there.telegram.send(answer())
        assert len(there.lines(spot)) == 2
    async with team() as there:
        spot = await there.room.open(CARD)
        there.fake.next("sendMessage", Refusal.flood(40))
        for _ in range(2):
            error = await failing(there.room.tell(spot, "1", key="t1"))
            assert error.retry_after == pytest.approx(40, abs=PATIENCE)
        assert there.fake.calls["sendMessage"] == 2
        await there.telegram.send(answer())
        assert [each.chat for each in there.fake.sent] == [GROUP, 3001]


async def test_an_account_that_is_not_in_order_shows_nothing() -> None:
    """A closed one as well; the card is kept and shown later."""
    async with team() as there:
        await there.telegram.close()
        error = await failing(there.room.open(CARD))
        assert (error.permanent, error.ambiguous, there.fake.calls["createForumTopic"]) == (False, False, 0)


async def test_the_longest_card_is_shown_whole() -> None:
    """As long as the port allows, in letters that count twice on Telegram."""
    async with team() as there:
        spot = await there.room.open(Card("k" * 25, "💖" * 80, "💖" * 1500))
        assert there.card(spot).text.count("💖") == 1580


async def failing(call) -> DeliveryError:  # type: ignore[no-untyped-def]
    """Return the error that a call ends with."""
    with pytest.raises(DeliveryError) as told:
        await call
    return told.value
