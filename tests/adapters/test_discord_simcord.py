"""A second opinion: the adapter at somebody else's model of Discord, over a wire.

What simcord does not model is shown at our own fake alone: nonces (it takes them and does not look at
them), limits with a pause, heartbeats, resumed sessions, compressed connections.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from fanbot.domain.messages import Address, Choice, Kind, OutboundKind
from fanbot.errors import DeliveryError
from fanbot.ports.platform import Dispatch, Heard, Opening
from fanbot.ports.staff import ActKind, Card, Remark
from fanbot.testing.crowd import write_workspace
from fanbot.testing.discord.world import BOT
from fanbot_discord.platform import DiscordPlatform
from fanbot_discord.settings import read
from tests.adapters.discord_support import (
    PATIENCE,
    Memory,
    Team,
    last_heard,
    listening,
    needs_openssl,
    room,
)

pytest.importorskip("simcord", reason="simcord is not installed; requirements-dev.lock has it")

from simcord.backend.models import Overwrite
from simcord.backend.models.interaction import ResponseKind
from simcord.enums import OverwriteType

from tests.adapters.simcord_support import SimDiscord
from tests.outside.test_discord import running, within

pytestmark = needs_openssl


@pytest.fixture
async def sim() -> AsyncIterator[SimDiscord]:
    """Serve simcord's Discord."""
    async with SimDiscord() as discord:
        yield discord


def bot(sim: SimDiscord, *heard: Heard, team: Team | None = None, **more: object) -> DiscordPlatform:
    """Open the adapter there, with the channel for questions."""
    settings = {**sim.settings, "question_channels": [str(sim.questions)], **more}
    opening = Opening("main", settings, recollection=Memory(*heard), team=team)
    return DiscordPlatform(opening, read(settings))


def answer(sim: SimDiscord, channel: int, text: str = "Doors open at seven.", **more: object) -> Dispatch:
    """Write an answer."""
    place = Address("discord", "main", str(channel))
    return replace(Dispatch("k1", place, OutboundKind.ANSWER, text), **more)  # type: ignore[arg-type]


async def until(condition: Callable[[], bool]) -> None:
    """Wait for something that simcord notes."""
    async with asyncio.timeout(PATIENCE):
        while not condition():  # noqa: ASYNC110 - simcord tells nobody
            await asyncio.sleep(0.01)


async def test_an_answer_replies_and_notifies_nobody(sim: SimDiscord) -> None:
    """By simcord's own reading of who is mentioned and who is notified; people, roles and all."""
    platform = bot(sim)
    asked = sim.says(sim.questions, "when do the doors open")
    role = next(role for role in sim.backend.guilds[sim.server].roles.values() if role.managed)
    text = f"@everyone <@{sim.fan}> <@&{role.id}> Doors open at seven."
    await platform.send(answer(sim, sim.questions, text, in_reply_to=str(asked.id)))
    await platform.close()
    [said] = sim.bots
    assert said.content == text
    assert said.reference is not None
    assert int(said.reference["message_id"]) == asked.id
    assert (said.mention_everyone, said.ping_user_ids, said.ping_role_ids) == (False, [], [])


async def test_an_answer_to_a_message_that_is_gone_is_said_all_the_same(sim: SimDiscord) -> None:
    """The fan took the question back in the meantime."""
    platform = bot(sim)
    asked = sim.says(sim.questions, "when do the doors open")
    sim.backend.delete_message(sim.questions, asked.id)
    await platform.send(answer(sim, sim.questions, in_reply_to=str(asked.id)))
    await platform.close()
    assert [each.content for each in sim.bots] == ["Doors open at seven."]


async def test_the_longest_text_is_taken_whole(sim: SimDiscord) -> None:
    """The length at which texts are split is one that simcord takes, and nothing longer is tried."""
    platform = bot(sim)
    await platform.send(answer(sim, sim.direct, "a" * 2000))
    with pytest.raises(DeliveryError) as refused:
        await platform.send(answer(sim, sim.direct, "a" * 2001, key="k2"))
    await platform.close()
    assert refused.value.permanent
    assert [len(each.content) for each in sim.bots] == [2000]


async def test_a_button_that_is_pressed_is_heard_and_acknowledged_once(sim: SimDiscord) -> None:
    """A second acknowledgement would be refused by simcord, and so would a late one."""
    platform = bot(sim)
    async with listening(sim, platform) as intake:
        await platform.send(answer(sim, sim.questions, choices=(Choice("human", "A person, please"),)))
        [said] = sim.bots
        record = sim.press(said, "human")
        [event] = await intake.stored(1)
        await until(lambda: record.responded)
    await platform.close()
    assert (event.kind, event.text, event.reply_to) == (Kind.PRESS, "human", str(said.id))
    assert event.author.id == str(sim.fan)
    assert record.response_kind is ResponseKind.DEFERRED_UPDATE


async def test_a_slash_command_is_registered_heard_and_answered_to_its_fan_alone(sim: SimDiscord) -> None:
    """A command that was never registered could not be used; what the fan reads is shown to nobody else."""
    platform = bot(sim)
    async with listening(sim, platform) as intake:
        await until(lambda: bool(sim.backend.commands.get(None)))
        record = sim.command(sim.questions, "human")
        [event] = await intake.stored(1)
        await until(lambda: record.message_id is not None)
        told = sim.backend.get_message(sim.questions, record.message_id)
        await until(lambda: "received and kept" in told.content)
    await platform.close()
    assert (event.kind, event.text, event.mentioned) == (Kind.MESSAGE, "/human", True)
    assert told.is_ephemeral
    assert sim.bots == []


async def test_hears_what_is_said_to_the_bot_and_nothing_else(sim: SimDiscord) -> None:
    """Mentions, replies, channels for questions and threads; the room's own talk is not kept."""
    platform = bot(sim)
    async with listening(sim, platform) as intake:
        ours = sim.backend.create_message(sim.talk, int(BOT), "I am here")
        sim.says(sim.talk, "who wants pizza")
        sim.says(sim.talk, f"<@{BOT}> when is the tour?")
        sim.says(sim.talk, "and in Berlin?", reply_to=ours.id)
        sim.says(sim.thread, f"hey <@{BOT}>, are there signed copies?")
        sim.says(sim.questions, "how do I become a member?")
        sim.says(sim.direct, "is there a size chart?")
        events = await intake.stored(5)
    await platform.close()
    assert [event.text for event in events] == [
        "when is the tour?",
        "and in Berlin?",
        "hey are there signed copies?",
        "how do I become a member?",
        "is there a size chart?",
    ]
    assert [event.direct for event in events] == [False, False, False, False, True]
    assert {event.author.name for event in events} == {"Ada"}
    assert events[2].address == Address("discord", "main", str(sim.talk), str(sim.thread))


async def test_an_answer_in_a_thread_stands_in_that_thread(sim: SimDiscord) -> None:
    """Also in one that was opened while the bot listened, of a channel for questions."""
    platform = bot(sim)
    async with listening(sim, platform) as intake:
        opened = sim.backend.create_thread(sim.questions, "sizes", sim.fan)
        asked = sim.says(opened.id, "is there a size chart?")
        [event] = await intake.stored(1)
        assert event.address == Address("discord", "main", str(sim.questions), str(opened.id))
        await platform.send(answer(sim, 0, address=event.address, in_reply_to=str(asked.id)))
    await platform.close()
    assert [each.channel_id for each in sim.bots] == [opened.id]


async def test_hears_edits_deletions_and_reactions(sim: SimDiscord) -> None:
    """Each knows whose message it is about, in a direct channel and on the server."""
    platform = bot(sim)
    async with listening(sim, platform) as intake:
        for channel in (sim.direct, sim.questions):
            message = sim.says(channel, "how much is a shirt")
            sim.backend.edit_message(channel, message.id, {"content": "how much is a hoodie"})
            sim.backend.add_reaction(channel, message.id, "🔥", sim.fan)
            sim.backend.delete_message(channel, message.id)
        events = await intake.stored(8)
    await platform.close()
    kinds = [Kind.MESSAGE, Kind.EDIT, Kind.REACTION, Kind.DELETION]
    for here in (events[:4], events[4:]):
        assert [event.kind for event in here] == kinds
        assert len({event.message for event in here}) == 1
        assert {event.author.id for event in here} == {str(sim.fan)}
        assert [event.text for event in here[1:3]] == ["how much is a hoodie", "🔥"]


async def test_a_receipt_is_a_reaction_that_simcord_takes(sim: SimDiscord) -> None:
    """It stands under the fan's message once that is stored."""
    platform = bot(sim, receipts=True)
    async with listening(sim, platform) as intake:
        asked = sim.says(sim.questions, "when do the doors open")
        await intake.stored(1)
        await until(lambda: bool(asked.reactions))
    await platform.close()
    assert asked.reactions[0].user_ids == [int(BOT)]


async def test_brings_what_was_written_while_nobody_listened(sim: SimDiscord) -> None:
    """The history of simcord has it, once and in order, before what is new."""
    first = sim.says(sim.direct, "when do the doors open")
    missed = [sim.says(sim.direct, f"question {number}") for number in range(3)]
    platform = bot(sim, last_heard(str(sim.direct), str(first.id)))
    async with listening(sim, platform) as intake:
        sim.says(sim.direct, "and this is new")
        events = await intake.stored(4)
    await platform.close()
    assert [event.text for event in events] == [*(each.content for each in missed), "and this is new"]


async def test_a_channel_in_which_the_bot_may_not_write_is_named_so(sim: SimDiscord) -> None:
    """Permissions are worked out by simcord, which refuses with Discord's code."""
    platform = bot(sim)
    members_only = Overwrite(int(BOT), OverwriteType.MEMBER, deny=1 << 11)
    sim.backend.get_channel(sim.questions).overwrites.append(members_only)
    with pytest.raises(DeliveryError, match="Send Messages") as refused:
        await platform.send(answer(sim, sim.questions))
    await platform.close()
    assert (refused.value.permanent, refused.value.ambiguous) == (True, False)
    assert sim.bots == []


async def test_the_teams_channel_holds_a_card_and_a_thread_an_item(sim: SimDiscord) -> None:
    """The thread is made by simcord of the card's message, which keeps what is told there and archives it."""
    card = Card("k7", "Ada: personal", "Ada wrote: your song is all I have.", (Choice("claim:7", "Claim"),))
    platform = bot(sim, staff_channel=str(sim.team))
    staff = room(platform)
    spot = await staff.open(card)
    [shown] = [each for each in sim.bots if each.channel_id == sim.team]
    assert (spot.message, spot.thread) == (str(shown.id), str(shown.id))
    assert sim.backend.get_channel(shown.id).parent_id == sim.team
    await staff.tell(spot, "Ada wrote: @everyone thank you", key="t1")
    told = [each for each in sim.bots if each.channel_id == shown.id][-1]
    assert "thank you" in told.content
    assert (told.mention_everyone, told.ping_user_ids) == (False, [])
    await staff.show(spot, replace(card, text="Mira claimed it.", choices=(), finished=True))
    await platform.close()
    assert "Mira claimed it." in shown.content
    assert sim.backend.get_channel(shown.id).thread_metadata.archived


async def test_what_the_team_does_is_the_teams_and_no_fans_message(sim: SimDiscord) -> None:
    """A press is answered to whoever pressed alone; words and replies in the thread are told apart."""
    mira = sim.somebody("Mira")
    team = Team(Remark("You have it."))
    platform = bot(sim, team=team, staff_channel=str(sim.team))
    async with listening(sim, platform) as intake:
        card = Card("k7", "Ada: personal", "Ada wrote.", (Choice("claim:7", "Claim"),))
        spot = await room(platform).open(card)
        [shown] = [each for each in sim.bots if each.channel_id == sim.team]
        record = sim.press(shown, "claim:7", by=mira)
        await until(lambda: len(team.acts) == 1 and record.message_id is not None)
        remark = sim.backend.get_message(sim.team, record.message_id)
        await until(lambda: "You have it." in remark.content)
        assert remark.is_ephemeral
        sim.says(int(spot.thread), "who knows her?", by=mira)
        sim.says(int(spot.thread), "Thank you, Ada.", by=mira, reply_to=sim.bots[-1].id)
        await until(lambda: len(team.acts) == 3)
        sim.says(sim.direct, "is there a size chart?")
        [heard] = await intake.stored(1)
    await platform.close()
    assert heard.text == "is there a size chart?"
    assert [(act.kind, act.text) for act in team.acts] == [
        (ActKind.PRESS, "claim:7"),
        (ActKind.WORDS, "who knows her?"),
        (ActKind.REPLY, "Thank you, Ada."),
    ]
    assert {act.user for act in team.acts} == {str(mira)}


@pytest.mark.slow
async def test_a_whole_fanbot_answers_in_parts_and_hands_what_is_personal_to_a_person(
    sim: SimDiscord, tmp_path: Path
) -> None:
    """A long answer comes in parts of a length that simcord takes, in order, as a reply (G4, G6)."""
    folder = write_workspace(tmp_path / "workspace")
    words = "\n\n".join(f"Paragraph {number}: {'words ' * 60}" for number in range(12))
    template = f"---\nabout: information\nexamples:\n  - tell me the whole story\n---\n{words}\n"
    (folder / "templates/story.md").write_text(template, encoding="utf-8")
    with (folder / "config/fanbot.toml").open("a", encoding="utf-8") as settings:
        settings.write(
            f'[adapters.discord]\naddress = "{sim.settings["address"]}"\n'
            f'ca_file = "{sim.settings["ca_file"]}"\nquestion_channels = ["{sim.questions}"]\n'
        )
    async with running(folder, sim) as run:
        asked = sim.says(sim.questions, "tell me the whole story")
        await within(run, until(lambda: any("Paragraph 11:" in each.content for each in sim.bots)))
        parts = sim.bots
        personal = sim.says(sim.direct, "my father died last week and your song is all i have")
        await within(run, until(lambda: any(each.channel_id == sim.direct for each in sim.bots)))
    assert len(parts) > 2
    assert parts[0].reference is not None
    assert int(parts[0].reference["message_id"]) == asked.id
    told = "\n".join(each.content for each in parts)
    places = [told.index(f"Paragraph {number}:") for number in range(12)]
    assert places == sorted(places)
    [note] = [each for each in sim.bots if each.channel_id == sim.direct]
    assert note.reference is not None
    assert int(note.reference["message_id"]) == personal.id
    assert "person" in note.content
