"""How an adapter hears: everything once by name, in order, and confirmed only when it is stored."""

import asyncio
from contextlib import suppress
from dataclasses import replace

import pytest

from fanbot.errors import StoreUnavailableError
from fanbot.testing.contract.connection import A_MOMENT, HOSTILE, PATIENCE, Connection, listening
from fanbot.testing.far_end import Saying
from fanbot.testing.intake import ListIntake


class HearingContract(Connection):
    """The half of the contract that ``listen`` keeps."""

    async def test_hears_a_message_as_it_was_written(self) -> None:
        """Text, author, place and id arrive unchanged, under the adapter's own name."""
        async with self.connect() as far_end, listening(far_end) as intake:
            saying = Saying("101", "  When does the tour start?\n ")
            await far_end.say(saying)
            [event] = await intake.stored(1)
            assert (event.text, event.message, event.author.id, event.author.name) == (
                saying.text,
                saying.id,
                saying.author,
                saying.name,
            )
            assert event.address.platform == event.event.platform == self.spec().name
            assert event.address.channel == saying.channel
            assert event.received_at.tzinfo is not None
            assert not event.author.bot
            assert not event.author.own

    async def test_a_message_that_comes_again_keeps_its_event_key(self) -> None:
        """The store can tell a redelivery by its key alone (G2)."""
        async with self.connect() as far_end, listening(far_end) as intake:
            saying = Saying("101", "hello")
            await far_end.say(saying)
            await intake.stored(1)
            await far_end.redeliver(saying)
            first, second = await intake.stored(2)
            assert first.event == second.event

    async def test_different_messages_have_different_event_keys(self) -> None:
        """The same words, or the same id in another channel, are another event."""
        async with self.connect() as far_end, listening(far_end) as intake:
            saying = Saying("101", "hello")
            await far_end.say(saying, replace(saying, id="102"), replace(saying, channel="2002"))
            events = await intake.stored(3)
            assert len({event.event for event in events}) == 3

    async def test_hears_messages_in_order(self) -> None:
        """Fifty messages of one conversation arrive as they were written (G4)."""
        async with self.connect() as far_end, listening(far_end) as intake:
            sayings = [Saying(str(number), f"message {number}") for number in range(101, 151)]
            await far_end.say(*sayings)
            events = await intake.stored(50)
            assert [event.message for event in events] == [saying.id for saying in sayings]

    async def test_confirms_nothing_before_it_is_stored(self) -> None:
        """While the intake waits, the platform hears no confirmation; afterwards it does (G1)."""
        if not self.confirms:
            pytest.skip("this platform takes no confirmation")
        async with self.connect() as far_end, listening(far_end) as intake:
            intake.hold()
            await far_end.say(Saying("101", "hello"))
            await intake.brought(1)
            await asyncio.sleep(A_MOMENT)
            assert await far_end.confirmed(0) == []
            intake.release()
            assert await far_end.confirmed(1) == ["101"]

    async def test_loses_nothing_while_the_intake_waits(self) -> None:
        """Messages written during back-pressure all arrive once the intake takes them again."""
        async with self.connect() as far_end, listening(far_end) as intake:
            intake.hold()
            sayings = [Saying(str(number), f"message {number}") for number in range(101, 131)]
            await far_end.say(sayings[0])
            await intake.brought(1)
            await far_end.say(*sayings[1:])
            intake.release()
            events = await intake.stored(30)
            assert [event.message for event in events] == [saying.id for saying in sayings]

    async def test_brings_again_what_could_not_be_stored(self) -> None:
        """After a refused intake, a listener that is started again brings the message again (G1)."""
        async with self.connect() as far_end:
            intake = ListIntake()
            intake.refuse(StoreUnavailableError("The disk is full; nothing was kept."))
            await far_end.say(Saying("101", "hello"))
            with suppress(StoreUnavailableError):
                async with asyncio.timeout(PATIENCE):
                    await far_end.platform.listen(intake)
            async with listening(far_end, intake):
                [event] = await intake.stored(1)
                assert event.message == "101"

    async def test_marks_what_a_bot_wrote(self) -> None:
        """The author says that it is a bot, so that two bots never talk to each other."""
        if not self.hears_bots:
            pytest.skip("no bots on this platform")
        async with self.connect() as far_end, listening(far_end) as intake:
            await far_end.say(Saying("101", "beep", author="3009", bot=True))
            [event] = await intake.stored(1)
            assert event.author.bot or event.author.own

    @pytest.mark.parametrize("text", HOSTILE)
    async def test_hears_hostile_text_unchanged(self, text: str) -> None:
        """What a fan writes is kept as it is, whatever it would mean elsewhere (G8)."""
        async with self.connect() as far_end, listening(far_end) as intake:
            await far_end.say(Saying("101", text))
            [event] = await intake.stored(1)
            assert event.text == text
