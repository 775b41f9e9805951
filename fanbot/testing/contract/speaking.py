"""How an adapter speaks: the very words, in order, to the right place, with errors of our own."""

import asyncio
from contextlib import suppress
from dataclasses import replace

import pytest

from fanbot.domain.messages import OutboundKind
from fanbot.errors import DeliveryError
from fanbot.ports.platform import Dispatch, Resend
from fanbot.testing.contract.connection import HOSTILE, PATIENCE, Connection, greeted, listening
from fanbot.testing.far_end import Saying


class SpeakingContract(Connection):
    """The half of the contract that ``send`` keeps."""

    async def test_answers_where_the_fan_wrote(self) -> None:
        """Text, place, the message that is answered, and the key reach the platform."""
        async with self.connect() as far_end, listening(far_end) as intake:
            await far_end.say(Saying("101", "hello", channel="2007"))
            [event] = await intake.stored(1)
            key = "k" * 25
            await far_end.platform.send(
                Dispatch(key, event.address, OutboundKind.ANSWER, "Hello, Ada!", in_reply_to=event.message)
            )
            [heard] = await far_end.heard(1)
            assert (heard.text, heard.channel, heard.in_reply_to) == ("Hello, Ada!", "2007", "101")
            if self.spec().capabilities.resend is Resend.SAME_KEY:
                assert heard.key == key

    async def test_says_one_thing_after_the_other(self) -> None:
        """Messages sent one after the other stand on the platform in that order (G4)."""
        async with self.connect() as far_end, greeted(far_end) as dispatch:
            for number in range(5):
                await far_end.platform.send(replace(dispatch, key=f"k{number}", text=f"part {number}"))
            heard = await far_end.heard(5)
            assert [message.text for message in heard] == [f"part {number}" for number in range(5)]

    @pytest.mark.parametrize("text", HOSTILE)
    async def test_says_hostile_text_harmlessly(self, text: str) -> None:
        """The fan reads the very words, once, and nobody is notified by them (G8)."""
        async with self.connect() as far_end, greeted(far_end) as dispatch:
            await far_end.platform.send(replace(dispatch, text=text))
            await far_end.platform.send(replace(dispatch, key="k2", text="after"))
            first, second = await far_end.heard(2)
            assert (first.text, first.pings, second.text) == (text, 0, "after")

    async def test_says_the_longest_text_whole(self) -> None:
        """A text of the longest length that the platform takes arrives whole."""
        async with self.connect() as far_end, greeted(far_end) as dispatch:
            able = self.spec().capabilities
            letter = "\U0001f496" if able.length_unit == "characters" else "é"
            text = letter * (able.max_length or 100_000)
            await far_end.platform.send(replace(dispatch, text=text))
            [heard] = await far_end.heard(1)
            assert heard.text == text

    @pytest.mark.parametrize("text", ["half \ud83d a pair", "nul \0 inside", ""])
    async def test_takes_or_refuses_what_no_platform_shows(self, text: str) -> None:
        """Half a character, NUL or nothing at all is shown somehow or refused in our own words."""
        async with self.connect() as far_end, greeted(far_end) as dispatch:
            with suppress(DeliveryError):
                await far_end.platform.send(replace(dispatch, text=text))
            await far_end.platform.send(replace(dispatch, key="k2", text="after"))
            heard = await far_end.heard(1)
            while heard[-1].text != "after":
                heard = await far_end.heard(len(heard) + 1)

    async def test_says_in_our_own_words_that_the_platform_is_gone(self) -> None:
        """A send into nothing raises DeliveryError that leaves hope for later, however often."""
        async with self.connect() as far_end, greeted(far_end) as dispatch:
            await far_end.cut()
            for key in ("k1", "k2"):
                with pytest.raises(DeliveryError) as told:
                    async with asyncio.timeout(PATIENCE):
                        await far_end.platform.send(replace(dispatch, key=key))
                assert not told.value.permanent
