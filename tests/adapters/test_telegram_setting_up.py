"""What `fanbot telegram setup` does at Telegram, and what it leaves to a person."""

import time
from dataclasses import dataclass

import pytest

from fanbot.domain.checks import Check
from fanbot.ports.platform import Opening
from fanbot.testing.telegram import fans
from fanbot.testing.telegram.server import TOKEN, Cut, FakeTelegram, Refusal
from fanbot_telegram import spec
from tests.adapters.telegram_support import platform

HOOK = "https://bot.example.org/telegram/"
TEAM = -1003001
MENU = ["help", "human", "privacy", "stop"]


async def set_up(fake: FakeTelegram, *, secret: bytes = b"a key", **settings: object) -> dict[str, Check]:
    """Set the account up at the fake; every check that is not well says what to do."""
    assert spec.set_up is not None
    section = {"token": TOKEN, "base_url": fake.base_url, **settings}
    checks = await spec.set_up(Opening("main", section, secret=secret))
    assert all(check.ok or check.remedy for check in checks)
    assert TOKEN not in str(checks)
    return {check.name.removeprefix("telegram "): check for check in checks}


async def test_a_polling_bot_gets_its_menu_and_nothing_else_is_changed() -> None:
    """In each language; a second time leaves everything as it is."""
    async with platform() as fake:
        fake.updates.push(fans.said("hello"))
        first = await set_up(fake)
        assert list(first) == ["token", "groups", "webhook", "commands", "waiting"]
        assert all(check.ok for check in first.values())
        assert [each["command"] for each in fake.menus[""]] == MENU
        assert set(fake.menus) == {"", "de", "es"}
        assert await set_up(fake) == first
        assert len(fake.updates.pending) == 1
        assert not {"setWebhook", "deleteWebhook", "getUpdates", "sendMessage"} & set(fake.calls)


async def test_a_webhook_of_somebody_else_is_shown_and_left() -> None:
    """With polling; one that the settings name as ours is removed, and what waits is kept."""
    async with platform() as fake:
        fake.webhook = {"url": "https://else.example.org/"}
        left = (await set_up(fake))["webhook"]
        assert (left.ok, "webhook_url" in left.remedy) == (False, True)
        assert fake.webhook
        fake.webhook = {"url": HOOK}
        fake.updates.push(fans.said("hello"))
        assert (await set_up(fake, webhook_url=HOOK))["webhook"].ok
        assert not fake.webhook
        assert len(fake.updates.pending) == 1


async def test_a_webhook_is_set_with_its_secret_and_one_connection() -> None:
    """As the running fanbot sets it, so that neither has to be started again after the other."""
    async with platform() as fake:
        assert (await set_up(fake, mode="webhook", webhook_url=HOOK))["webhook"].ok
        once = dict(fake.webhook)
        assert (once["url"], once["max_connections"]) == (HOOK, 1)
        assert len(once["secret_token"]) == 64
        assert "message_reaction" in once["allowed_updates"]
        await set_up(fake, mode="webhook", webhook_url=HOOK)
        assert fake.webhook == once
        await set_up(fake, mode="webhook", webhook_url=HOOK, secret_token="chosen")
        assert fake.webhook["secret_token"] == "chosen"


async def test_a_webhook_that_takes_the_place_of_another_says_so() -> None:
    """Somebody may have a second program running."""
    async with platform() as fake:
        fake.webhook = {"url": "https://else.example.org/"}
        check = (await set_up(fake, mode="webhook", webhook_url=HOOK))["webhook"]
        assert "another program" in check.found
        assert fake.webhook["url"] == HOOK


async def test_what_went_wrong_with_a_webhook_is_told_with_its_time() -> None:
    """It counts for an hour: Telegram tells of the last time for ever."""
    async with platform() as fake:
        fake.webhook_error = {"last_error_message": "Connection refused", "last_error_date": int(time.time())}
        recent = (await set_up(fake, mode="webhook", webhook_url=HOOK))["webhook"]
        assert (recent.ok, "Connection refused" in recent.found) == (False, True)
        fake.webhook_error["last_error_date"] -= 2 * 3600
        assert (await set_up(fake, mode="webhook", webhook_url=HOOK))["webhook"].ok


async def test_a_webhook_without_a_secret_or_that_telegram_refuses_is_not_set() -> None:
    """Anybody could post to one without a secret."""
    async with platform() as fake:
        assert not (await set_up(fake, mode="webhook", webhook_url=HOOK, secret=b""))["webhook"].ok
        assert not fake.webhook
        fake.next(
            "setWebhook", Refusal(400, "Bad Request: bad webhook: Webhook can be set up only on ports 80")
        )
        refused = (await set_up(fake, mode="webhook", webhook_url=HOOK))["webhook"]
        assert (refused.ok, "https" in refused.remedy) == (False, True)


@dataclass(frozen=True, slots=True)
class Wrong:
    """Something about the team's group that keeps it from being used, and words of what is told."""

    told: str
    username: str = ""
    forum: bool = True
    member: bool = True
    administrator: bool = True
    manages_topics: bool = True


@pytest.mark.parametrize(
    "wrong",
    [
        Wrong("is public", username="nova_team"),
        Wrong("has no topics", forum=False),
        Wrong("sees no group", member=False),
        Wrong("is no administrator", administrator=False),
        Wrong("may not manage topics", manages_topics=False),
    ],
    ids=lambda wrong: wrong.told,
)
async def test_what_the_teams_group_lacks_is_named(wrong: Wrong) -> None:
    """One thing at a time, with what to press; the group itself is not touched."""
    async with platform() as fake:
        group = fake.group(TEAM)
        assert (await set_up(fake, staff_chat=TEAM))["staff chat"].ok
        group.username, group.forum, group.member = wrong.username, wrong.forum, wrong.member
        group.administrator, group.manages_topics = wrong.administrator, wrong.manages_topics
        check = (await set_up(fake, staff_chat=TEAM))["staff chat"]
        assert not check.ok
        assert wrong.told in check.found


async def test_a_group_that_is_not_there_or_has_moved_is_named() -> None:
    """With the id to write into the settings."""
    async with platform() as fake:
        assert "sees no group" in (await set_up(fake, staff_chat=TEAM))["staff chat"].found
        moved = Refusal(400, "Bad Request: group chat was upgraded", {"migrate_to_chat_id": -1009})
        fake.next("getChat", moved)
        assert "staff_chat = -1009" in (await set_up(fake, staff_chat=TEAM))["staff chat"].remedy


async def test_a_refused_token_and_a_platform_that_is_away_are_told_apart() -> None:
    """Each with what to do about it, and nothing of the token."""
    async with platform() as fake:
        fake.next("setMyCommands", Cut.BEFORE)
        assert not (await set_up(fake))["connection"].ok
        fake.revoked = True
        assert not (await set_up(fake))["token"].ok
        await fake.listener.down()
        assert list(await set_up(fake)) == ["connection"]
