"""What `fanbot doctor` says of a Discord account."""

import pytest

from fanbot.domain.checks import Check
from fanbot.errors import AdapterError
from fanbot.ports.platform import Opening
from fanbot.testing.discord import FakeDiscord
from fanbot_discord import spec
from tests.adapters.discord_support import QUESTIONS, discord, needs_openssl

pytestmark = needs_openssl


async def looked_at(fake: FakeDiscord, **more: object) -> dict[str, Check]:
    """Examine the account at the fake."""
    assert spec.examine is not None
    settings = {**fake.settings, "question_channels": [QUESTIONS], **more}
    checks = await spec.examine(Opening("main", settings))
    assert all(check.ok or check.remedy for check in checks)
    return {check.name: check for check in checks}


async def test_finds_nothing_wrong_where_nothing_is() -> None:
    """Token, words, servers and the channel for questions are well, and nothing was changed on Discord."""
    async with discord() as fake:
        checks = await looked_at(fake)
        assert all(check.ok for check in checks.values())
        assert len(checks) == 4
        assert {each.method for each in fake.world.requests} == {"GET"}


async def test_names_the_switch_that_lets_it_read() -> None:
    """Without the intent, the switch in the developer portal is named."""
    async with discord() as fake:
        fake.world.flags = 0
        check = (await looked_at(fake))["discord/main message content"]
        assert not check.ok
        assert "Message Content Intent" in check.remedy


async def test_names_the_permissions_that_are_lacking() -> None:
    """In a channel for questions, each by the name that Discord's settings show."""
    async with discord() as fake:
        overwrite = {
            "id": fake.world.channels[QUESTIONS]["guild_id"],
            "type": 0,
            "deny": "2048",
            "allow": "0",
        }
        fake.world.channels[QUESTIONS]["permission_overwrites"] = [overwrite]
        checks = await looked_at(fake, receipts=True)
        assert (
            checks[f"discord/main channel {QUESTIONS}"].found == "the bot lacks Send Messages, Add Reactions"
        )


async def test_names_a_channel_that_cannot_be_seen() -> None:
    """A wrong id, or a channel that is closed to the bot."""
    async with discord() as fake:
        fake.world.hidden[QUESTIONS] = (403, 50001)
        assert not (await looked_at(fake))[f"discord/main channel {QUESTIONS}"].ok


async def test_a_wrong_token_and_a_discord_that_is_away_are_told_apart() -> None:
    """Each with what to do about it."""
    async with discord() as fake:
        assert "Reset Token" in (await looked_at(fake, token="wrong"))["discord/main token"].remedy
        await fake.go_away()
        assert "address" in (await looked_at(fake))["discord/main"].remedy


async def test_settings_that_cannot_work_are_refused() -> None:
    """They are an AdapterError, as when the account is opened."""
    assert spec.examine is not None
    with pytest.raises(AdapterError, match="token"):
        await spec.examine(Opening("main", {}))
