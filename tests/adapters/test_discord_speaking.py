"""What the Discord adapter says: once, harmlessly, and true about what became of it."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from fanbot.domain.messages import Address, Attachment, Choice, OutboundKind
from fanbot.errors import DeliveryError
from fanbot.ports.platform import Dispatch
from fanbot.testing.discord.troubles import Cut, Refusal, refusal, too_many
from fanbot.testing.discord.world import BOT
from tests.adapters.discord_support import DIRECT, TALK, THREAD, adapter, discord, needs_openssl

pytestmark = needs_openssl

POST = "POST /channels/.*/messages"
ANSWER = Dispatch("k1", Address("discord", "main", DIRECT), OutboundKind.ANSWER, "Doors open at seven.")


def ago(seconds: float) -> datetime:
    return datetime.now(UTC) - timedelta(seconds=seconds)


async def test_says_it_with_key_reference_and_buttons_and_notifies_nobody() -> None:
    """One request carries the words, the nonce, the message that is answered and the choices."""
    async with discord() as fake:
        platform = adapter(fake)
        asked = await fake.write(THREAD, "when do the doors open")
        dispatch = replace(
            ANSWER,
            address=Address("discord", "main", TALK, THREAD),
            text="@everyone <@3001> Doors open at seven.",
            in_reply_to=asked["id"],
            choices=(Choice("human", "A person, please"), Choice("x" * 101, "too long to be one")),
        )
        await platform.send(dispatch)
        await platform.close()
        [body] = [each.body for each in fake.world.requests if each.method == "POST"]
        assert body["allowed_mentions"] == {"parse": [], "replied_user": False} or body[
            "allowed_mentions"
        ] == {"parse": []}
        assert (body["nonce"], body["enforce_nonce"]) == ("k1", True)
        assert body["message_reference"]["fail_if_not_exists"] is False
        [button] = body["components"][0]["components"]
        assert (button["custom_id"], button["label"]) == ("human", "A person, please")
        assert body["flags"] & 4
        [said] = fake.world.said
        assert (said["channel_id"], said["message_reference"]["message_id"]) == (THREAD, asked["id"])


async def test_a_persons_links_unfold_and_an_automatic_answers_do_not() -> None:
    """What a person or the creator wrote may show its previews."""
    async with discord() as fake:
        platform = adapter(fake)
        await platform.send(replace(ANSWER, kind=OutboundKind.HUMAN))
        await platform.close()
        assert not fake.world.said[0]["flags"] & 4


async def test_answers_a_press_at_the_message_with_the_button() -> None:
    """The id of a press is ours; Discord is told of the message that it knows."""
    async with discord() as fake:
        platform = adapter(fake)
        shown = await fake.write(DIRECT, "This may help:", fan=BOT)
        await platform.send(replace(ANSWER, in_reply_to=f"press:77:{shown['id']}"))
        await platform.send(replace(ANSWER, key="k2", in_reply_to="command:77"))
        await platform.close()
        _, first, second = fake.world.said
        assert first["message_reference"]["message_id"] == shown["id"]
        assert "message_reference" not in second


async def test_a_repeat_within_two_minutes_goes_under_the_same_nonce() -> None:
    """Discord tells it apart, whether the first had arrived or not (G3)."""
    async with discord() as fake:
        platform = adapter(fake)
        fake.troubles.plan(POST, Cut.AFTER)
        with pytest.raises(DeliveryError) as told:
            await platform.send(ANSWER)
        assert told.value.ambiguous
        assert not told.value.permanent
        await platform.send(replace(ANSWER, since=ago(90)))
        await platform.close()
        assert len(fake.world.said) == 1
        assert fake.world.repeats == {"k1": 1}
        assert not any(each.method == "GET" and "/messages" in each.path for each in fake.world.requests)


@pytest.mark.parametrize("arrived", [True, False])
async def test_a_later_repeat_looks_first_whether_it_stands_there(*, arrived: bool) -> None:
    """When Discord has forgotten the nonce, the history tells; then it is sent, or it is not (G3)."""
    async with discord() as fake:
        platform = adapter(fake)
        asked = await fake.write(DIRECT, "when do the doors open")
        other = await fake.write(DIRECT, "and where")
        dispatch = replace(ANSWER, in_reply_to=asked["id"], text="Doors open at seven. ")
        await platform.send(replace(dispatch, key="other", in_reply_to=other["id"]))
        for number in range(120):
            await fake.write(DIRECT, f"chatter {number}")
        if arrived:
            fake.troubles.plan(POST, Cut.AFTER)
            with pytest.raises(DeliveryError):
                await platform.send(dispatch)
        fake.world.nonces.clear()
        await platform.send(replace(dispatch, since=ago(300)))
        await platform.close()
        answers = [each for each in fake.world.said if each["message_reference"]["message_id"] == asked["id"]]
        assert len(answers) == 1
        assert len(fake.world.said) == 2


async def test_a_later_repeat_is_found_though_the_fan_took_the_question_back() -> None:
    """Discord leaves out the reference to a message that is gone; the answer is known by its words."""
    async with discord() as fake:
        platform = adapter(fake)
        asked = await fake.write(DIRECT, "when do the doors open")
        await fake.take_back(asked)
        dispatch = replace(ANSWER, in_reply_to=asked["id"])
        fake.troubles.plan(POST, Cut.AFTER)
        with pytest.raises(DeliveryError):
            await platform.send(dispatch)
        fake.world.nonces.clear()
        await platform.send(replace(dispatch, since=ago(300)))
        await platform.close()
        assert len(fake.world.said) == 1


async def test_a_later_repeat_that_cannot_look_does_not_send() -> None:
    """While the history is not shown, nothing is said twice."""
    async with discord() as fake:
        platform = adapter(fake, patience=2.0)
        fake.troubles.plan("GET .*/messages", *[Refusal(503)] * 5)
        with pytest.raises(DeliveryError) as told:
            await platform.send(replace(ANSWER, since=ago(300)))
        await platform.close()
        assert not told.value.permanent
        assert fake.world.said == []


@pytest.mark.parametrize(
    ("trouble", "ambiguous", "permanent", "words"),
    [
        (Cut.BEFORE, True, False, "cannot be reached"),
        (Refusal(503, {}), True, False, "in trouble"),
        (refusal(401, 0), False, False, "Reset Token"),
        (refusal(403, 50007), False, True, "direct messages are closed"),
        (refusal(403, 50013), False, True, "Send Messages"),
        (refusal(403, 50001), False, True, "View Channel"),
        (refusal(404, 10003), False, True, "gone from Discord"),
        (refusal(404, 10008), False, True, "message that this answers is gone"),
        (refusal(400, 50035), False, True, "does not take this message"),
        (refusal(418, 1), False, True, "refused this message"),
    ],
)
async def test_every_refusal_is_told_truly(
    trouble: Cut | Refusal, *, ambiguous: bool, permanent: bool, words: str
) -> None:
    """Whether it may have arrived, whether it is worth another try, and what a person can do."""
    async with discord() as fake:
        platform = adapter(fake)
        fake.troubles.plan(POST, trouble)
        with pytest.raises(DeliveryError, match=words) as told:
            await platform.send(ANSWER)
        assert (told.value.ambiguous, told.value.permanent) == (ambiguous, permanent)
        assert told.value.barrier == ("closed" if "direct messages" in words else "")
        assert fake.world.said == []
        await platform.send(replace(ANSWER, key="k2"))
        await platform.close()
        assert len(fake.world.said) == 1


async def test_a_discord_that_is_not_there_has_certainly_got_nothing() -> None:
    """A refused connection is no reason to doubt; a message is sent when Discord is back."""
    async with discord() as fake:
        platform = adapter(fake)
        await fake.go_away()
        for _ in range(2):
            with pytest.raises(DeliveryError) as told:
                await platform.send(ANSWER)
            assert (told.value.ambiguous, told.value.permanent) == (False, False)
        await fake.come_back()
        await platform.send(ANSWER)
        await platform.close()
        assert len(fake.world.said) == 1


async def test_an_internal_error_after_acting_is_not_said_twice() -> None:
    """discord.py tries again by itself; the nonce keeps that from doubling."""
    async with discord() as fake:
        platform = adapter(fake)
        fake.troubles.plan(POST, Refusal(502, acts=True))
        await platform.send(ANSWER)
        await platform.close()
        assert len(fake.world.said) == 1
        assert fake.world.repeats == {"k1": 1}


async def test_a_doubt_outlives_a_clear_refusal_after_it() -> None:
    """What may have arrived at the first try stays so, though the second was certainly refused."""
    async with discord() as fake:
        platform = adapter(fake)
        fake.troubles.plan(POST, Refusal(502, acts=True), too_many(400))
        with pytest.raises(DeliveryError) as told:
            await platform.send(ANSWER)
        assert (told.value.ambiguous, told.value.retry_after) == (True, 400)
        fake.world.nonces.clear()
        await platform.send(replace(ANSWER, since=ago(400)))
        await platform.close()
        assert len(fake.world.said) == 1


@pytest.mark.parametrize("everywhere", [False, True])
async def test_a_short_pause_is_waited_for(*, everywhere: bool) -> None:
    """A limit that passes at once delays a message, and no more."""
    async with discord() as fake:
        platform = adapter(fake)
        fake.troubles.plan(POST, too_many(0.2, everywhere=everywhere))
        await platform.send(ANSWER)
        await platform.close()
        assert len(fake.world.said) == 1


@pytest.mark.parametrize("everywhere", [False, True])
@pytest.mark.parametrize("seconds", [20.0, 400.0])
async def test_a_long_pause_is_left_to_the_outbox(*, everywhere: bool, seconds: float) -> None:
    """A send ends in time, says how long to wait, and stands in the way of no later one."""
    async with discord() as fake:
        platform = adapter(fake, patience=1.0)
        await platform.send(replace(ANSWER, key="k0"))
        fake.troubles.plan(POST, too_many(seconds, everywhere=everywhere))
        async with asyncio.timeout(10):
            with pytest.raises(DeliveryError) as told:
                await platform.send(ANSWER)
        assert (told.value.ambiguous, told.value.permanent, told.value.retry_after) == (False, False, seconds)
        await platform.send(replace(ANSWER, key="k2"))
        await platform.close()
        assert len(fake.world.said) == 2


@pytest.mark.parametrize(
    ("dispatch", "words"),
    [
        (replace(ANSWER, address=Address("discord", "main", "general")), "no channel"),
        (replace(ANSWER, attachments=(Attachment("file:1"),)), "Files cannot be sent"),
        (replace(ANSWER, text=""), "without words"),
        (replace(ANSWER, text="x" * 2001), "does not take"),
    ],
)
async def test_refuses_what_discord_would_not_show(dispatch: Dispatch, words: str) -> None:
    """Nothing is sent in part, and the reason is plain."""
    async with discord() as fake:
        platform = adapter(fake)
        with pytest.raises(DeliveryError, match=words) as told:
            await platform.send(dispatch)
        await platform.close()
        assert told.value.permanent
        assert fake.world.said == []


async def test_asks_no_host_but_discords(tmp_path: object) -> None:
    """Every request names a host of Discord, and came through the address."""
    async with discord() as fake:
        platform = adapter(fake)
        await platform.send(ANSWER)
        await platform.close()
        assert {each.host for each in fake.world.requests} == {"discord.com"}


async def test_trusts_no_other_authority(tmp_path: object) -> None:
    """Without the file of the authority, nothing is said to whoever answers at the address."""
    async with discord() as fake:
        platform = adapter(fake, settings={"ca_file": ""})
        with pytest.raises(DeliveryError, match="cannot be reached") as told:
            await platform.send(ANSWER)
        await platform.close()
        assert not told.value.ambiguous
        assert fake.world.requests == []
