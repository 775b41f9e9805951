"""What `fanbot doctor` says of a Discord account, and what `fanbot discord setup` does about it."""

from collections.abc import Awaitable, Callable, Sequence

import pytest

from fanbot.domain.checks import Check
from fanbot.errors import AdapterError
from fanbot.ports.platform import Opening
from fanbot.testing.discord import FakeDiscord
from fanbot.testing.discord.troubles import refusal
from fanbot.testing.discord.world import EVERYBODY_MAY, SERVER
from fanbot_discord import spec
from tests.adapters.discord_support import QUESTIONS, TALK, discord, needs_openssl

pytestmark = needs_openssl


async def looked_at(fake: FakeDiscord, **more: object) -> dict[str, Check]:
    """Examine the account at the fake."""
    assert spec.examine is not None
    return await told_by(spec.examine, fake, **more)


async def set_up(fake: FakeDiscord, **more: object) -> dict[str, Check]:
    """Set the account up at the fake."""
    assert spec.set_up is not None
    return await told_by(spec.set_up, fake, **more)


async def told_by(
    ask: Callable[[Opening], Awaitable[Sequence[Check]]], fake: FakeDiscord, **more: object
) -> dict[str, Check]:
    settings = {**fake.settings, "question_channels": [QUESTIONS], **more}
    checks = await ask(Opening("main", settings))
    assert all(check.ok or check.remedy for check in checks)
    return {check.name.removeprefix("discord/main "): check for check in checks}


def permissions(fake: FakeDiscord, channel: str, *, of: str = SERVER, deny: int = 0, allow: int = 0) -> None:
    """Make an exception in a channel's permissions, for everybody or for one role or member."""
    made = {"id": of, "type": 0, "deny": str(deny), "allow": str(allow)}
    fake.world.channels[channel]["permission_overwrites"].append(made)


async def test_finds_nothing_wrong_where_nothing_is() -> None:
    """Token, words, servers and the channel for questions are well, and nothing was changed on Discord."""
    async with discord() as fake:
        checks = await looked_at(fake)
        assert all(check.ok for check in checks.values())
        assert [name.removeprefix("discord/main ") for name in checks] == [
            "token",
            "message content",
            "commands",
            "servers",
            f"channel {QUESTIONS}",
        ]
        assert {each.method for each in fake.world.requests} == {"GET"}


async def test_names_the_switch_that_lets_it_read() -> None:
    """Without the intent, the switch in the developer portal is named."""
    async with discord() as fake:
        fake.world.flags = 0
        check = (await looked_at(fake))["message content"]
        assert not check.ok
        assert "Message Content Intent" in check.remedy


async def test_tells_a_limited_intent_from_an_approved_one() -> None:
    """Both let the bot read; with the limited one a growing bot has something to do in time."""
    async with discord() as fake:
        assert "any number of servers" in (await looked_at(fake))["message content"].found
        fake.world.flags = 1 << 19
        limited = (await looked_at(fake))["message content"]
        assert limited.ok
        assert "100 servers" in limited.found


async def test_names_the_permissions_that_are_lacking() -> None:
    """In a channel for questions, each by the name that Discord's settings show."""
    async with discord() as fake:
        permissions(fake, QUESTIONS, deny=1 << 11 | 1 << 38)
        check = (await looked_at(fake, receipts=True))[f"channel {QUESTIONS}"]
        assert check.found == "the bot lacks Send Messages, Send Messages in Threads, Add Reactions"


async def test_names_a_channel_that_cannot_be_seen() -> None:
    """A wrong id, or a channel that is closed to the bot."""
    async with discord() as fake:
        fake.world.hidden[QUESTIONS] = (403, 50001)
        assert not (await looked_at(fake))[f"channel {QUESTIONS}"].ok


async def test_a_wrong_token_and_a_discord_that_is_away_are_told_apart() -> None:
    """Each with what to do about it."""
    async with discord() as fake:
        assert "Reset Token" in (await looked_at(fake, token="wrong"))["token"].remedy
        await fake.go_away()
        assert "address" in (await looked_at(fake))["discord/main"].remedy


async def test_settings_that_cannot_work_are_refused() -> None:
    """They are an AdapterError, as when the account is opened."""
    assert spec.examine is not None
    with pytest.raises(AdapterError, match="token"):
        await spec.examine(Opening("main", {}))


BOTS_OWN_ROLE = "800000000000000009"
SEE = 1 << 10


async def test_the_teams_channel_must_not_be_open_to_everybody() -> None:
    """Fans' messages are shown there; once it is private and the bot is in, all is well."""
    async with discord() as fake:
        check = (await looked_at(fake, staff_channel=TALK))["staff channel"]
        assert not check.ok
        assert "Private Channel" in check.remedy
        permissions(fake, TALK, deny=SEE)
        assert "View Channel" in (await looked_at(fake, staff_channel=TALK))["staff channel"].found
        permissions(fake, TALK, of=BOTS_OWN_ROLE, allow=SEE)
        assert (await looked_at(fake, staff_channel=TALK))["staff channel"].ok


async def test_the_teams_channel_must_let_the_bot_open_threads() -> None:
    """What is missing is named; a channel that is no text channel, or is not there, is named as well."""
    async with discord() as fake:
        permissions(fake, TALK, deny=SEE)
        permissions(fake, TALK, of=BOTS_OWN_ROLE, allow=SEE, deny=1 << 35 | 1 << 38)
        found = (await looked_at(fake, staff_channel=TALK))["staff channel"].found
        assert found == "the bot lacks Create Public Threads, Send Messages in Threads in #talk"
        fake.world.channels[TALK]["type"] = 2
        assert "no text channel" in (await looked_at(fake, staff_channel=TALK))["staff channel"].found
        assert "cannot be seen" in (await looked_at(fake, staff_channel="77"))["staff channel"].found


async def test_setting_up_registers_the_commands_and_may_be_run_again() -> None:
    """They are put in place of what was there, so that a second time changes nothing."""
    async with discord() as fake:
        assert "/help" in (await looked_at(fake))["commands"].found
        first = await set_up(fake)
        once = list(fake.world.commands)
        assert await set_up(fake) == first
        assert fake.world.commands == once
        assert [each["name"] for each in once] == ["help", "human", "privacy"]
        assert all(check.ok for check in first.values())
        assert (await looked_at(fake))["commands"].found == "all are registered"
        assert {each.method for each in fake.world.requests} == {"GET", "PUT"}


async def test_the_invitation_asks_for_what_is_needed_and_no_more() -> None:
    """Threads are opened only where there is a team's channel."""
    async with discord() as fake:
        needed = SEE | 1 << 11 | 1 << 16 | 1 << 6 | 1 << 38
        told = (await set_up(fake))["invite"].found
        assert told.endswith(
            f"client_id=900000000000000002&scope=bot%20applications.commands&permissions={needed}"
        )
        told = (await set_up(fake, staff_channel=TALK))["invite"].found
        assert told.endswith(f"&permissions={needed | 1 << 35}")


async def test_every_server_is_named_with_what_its_roles_do_not_allow() -> None:
    """A bot on no server gets the invitation as what to do."""
    async with discord() as fake:
        fake.world.servers["800000000000000002"] = "Fans of Nova"
        assert (await set_up(fake))["servers"].found == "the bot is on 2 servers: Nova's; Fans of Nova"
        fake.world.everybody_may = EVERYBODY_MAY & ~(1 << 11)
        assert "only in channels that allow it Send Messages" in (await set_up(fake))["servers"].found
        fake.world.servers.clear()
        none = (await set_up(fake))["servers"]
        assert not none.ok
        assert "client_id=900000000000000002" in none.remedy


async def test_switches_of_the_application_that_are_in_the_way_are_named() -> None:
    """An address for interactions takes every press away; a code grant keeps invitations from working."""
    async with discord() as fake:
        fake.world.settings = {
            "interactions_endpoint_url": "https://else.example.org",
            "bot_require_code_grant": True,
        }
        checks = await set_up(fake)
        assert "Interactions Endpoint URL" in checks["buttons"].remedy
        assert "Requires OAuth2 Code Grant" in checks["invitation"].remedy


async def test_commands_that_discord_does_not_take_hide_nothing_else() -> None:
    """The rest is told all the same."""
    async with discord() as fake:
        fake.troubles.plan("PUT /applications", refusal(403, 50001))
        checks = await set_up(fake)
        assert not checks["commands"].ok
        assert checks["servers"].ok
