"""Settings with clear errors, an examination that says what to do, and a token that nobody reads."""

import logging
from collections.abc import Mapping

import pytest

from fanbot.errors import AdapterError, DeliveryError
from fanbot.ports.platform import Opening
from fanbot.testing.intake import ListIntake
from fanbot.testing.telegram import fans
from fanbot.testing.telegram.server import TOKEN, Cut, FakeTelegram, Refusal
from fanbot_telegram import spec
from fanbot_telegram.settings import read
from tests.adapters.telegram_support import answer, bot, hearing, platform


@pytest.mark.parametrize(
    ("section", "words"),
    [
        ({}, "token is missing"),
        ({"token": ""}, "BotFather"),
        ({"token": "12345:short"}, "does not look like"),
        ({"token": 7}, "does not look like"),
        ({"token": TOKEN, "mode": "push"}, 'mode = "polling"'),
        ({"token": TOKEN, "mode": "webhook"}, "webhook_url"),
        ({"token": TOKEN, "webhook_url": "bot.example.org"}, "https://bot.example.org/telegram/"),
        ({"token": TOKEN, "base_url": "api.example.org"}, "base_url"),
        ({"token": TOKEN, "secret_token": "käse"}, "secret_token"),
        ({"token": TOKEN, "tokn": "x"}, "unknown setting 'tokn'"),
    ],
)
def test_says_which_setting_is_wrong_and_shows_one_that_works(
    section: Mapping[str, object], words: str
) -> None:
    """The token itself is never repeated."""
    with pytest.raises(AdapterError) as told:
        read(section)
    assert words in str(told.value)
    assert "12345:short" not in str(told.value)


def test_secrets_are_no_part_of_how_settings_look() -> None:
    """A traceback or a log with the settings in it gives nothing away."""
    assert "AAFake" not in repr(read({"token": TOKEN, "secret_token": "AAFake"}))


async def checks(fake: FakeTelegram, **settings: str) -> dict[str, tuple[bool, str, str]]:
    section = {"token": TOKEN, "base_url": fake.base_url, **settings}
    assert spec.examine is not None
    found = await spec.examine(Opening("main", section))
    return {check.name: (check.ok, check.found, check.remedy) for check in found}


async def test_an_account_in_order_says_what_it_sees() -> None:
    """Who the bot is, what it sees in groups, where its messages go, and how many wait."""
    async with platform() as fake:
        fake.updates.push(fans.said("hello"))
        found = await checks(fake)
        assert all(ok for ok, _, _ in found.values())
        assert found["telegram token"][1] == "the bot is @nova_bot"
        assert "/setprivacy" in found["telegram groups"][1]
        assert found["telegram waiting"][1].startswith("1 update")
        assert set(fake.calls) == {"getMe", "getWebhookInfo", "getMyCommands"}
        fake.me["can_read_all_group_messages"] = True
        assert "privacy mode is off" in (await checks(fake))["telegram groups"][1]


async def test_a_webhook_in_the_way_is_found() -> None:
    """With polling every webhook is in the way; with a webhook another one is."""
    async with platform() as fake:
        fake.webhook = {"url": "https://else.example.org/"}
        polled = (await checks(fake))["telegram webhook"]
        assert (polled[0], "webhook_url" in polled[2]) == (False, True)
        ours = await checks(fake, mode="webhook", webhook_url="https://bot.example.org/telegram/")
        assert not ours["telegram webhook"][0]
        same = await checks(fake, mode="webhook", webhook_url="https://else.example.org/")
        assert same["telegram webhook"][0]


async def test_a_token_that_is_not_accepted_is_found() -> None:
    """And so is a platform that cannot be reached, and a setting that cannot be used."""
    async with platform() as fake:
        fake.revoked = True
        [(ok, found, remedy)] = (await checks(fake)).values()
        assert (ok, "does not accept" in found, "BotFather" in remedy) == (False, True, True)
        await fake.listener.down()
        [(ok, found, _)] = (await checks(fake)).values()
        assert (ok, "cannot be reached" in found) == (False, True)
        [(ok, _, remedy)] = (await checks(fake, mode="push")).values()
        assert (ok, "mode" in remedy) == (False, True)


async def test_the_token_stands_in_no_log_and_no_error(
    caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    """The library logs the address, which holds the token; whatever goes wrong, nobody reads it."""
    caplog.set_level(logging.DEBUG)
    told: list[str] = []
    async with platform() as fake:
        telegram = bot(fake)
        async with hearing(telegram) as intake:
            await fake.until_asked()
            fake.updates.push(fans.said("hello"))
            await intake.stored(1)
            await telegram.send(answer())
            for trouble in (Cut.AFTER, Refusal(500, "oops"), Refusal(400, f"Bad Request: {TOKEN}")):
                fake.next("sendMessage", trouble)
                with pytest.raises(DeliveryError) as error:
                    await telegram.send(answer())
                told.append(f"{error.value} {error.value!r}")
            fake.revoked = True
            with pytest.raises(AdapterError) as refused:
                await telegram.listen(ListIntake())
            told.append(f"{refused.value} {refused.value!r}")
            fake.revoked = False
            fake.next("getMe", Refusal(404, "Not Found"))
            with pytest.raises(AdapterError) as refused:
                await telegram.listen(ListIntake())
            told.append(f"{refused.value!r} {refused.value.__cause__!r}")
    printed = capsys.readouterr()
    assert "Set Bot API URL" in caplog.text
    assert "<token>" in caplog.text
    assert TOKEN not in caplog.text + printed.out + printed.err + "".join(told)
