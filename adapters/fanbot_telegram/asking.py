"""One visit to Telegram that ends in checks, whatever goes wrong on the way."""

from collections.abc import Awaitable, Callable, Sequence

from telegram.error import InvalidToken, TelegramError

from fanbot.domain.checks import Check
from fanbot.errors import AdapterError
from fanbot.ports.platform import Opening
from fanbot_telegram import failures
from fanbot_telegram.api import Api
from fanbot_telegram.secrecy import Secrecy
from fanbot_telegram.settings import Settings, read

Ask = Callable[[str, Api, Settings], Awaitable[Sequence[Check]]]
"""Gets the name of the account in its checks, the way to Telegram, and the settings."""


async def asked(opening: Opening, ask: Ask) -> Sequence[Check]:
    """Return what was found; raises nothing that Telegram or the settings can cause."""
    name = "telegram" if opening.account == "main" else f"telegram/{opening.account}"
    try:
        settings = read(opening.settings)
    except AdapterError as error:
        return [Check(f"{name} settings", ok=False, found="cannot be used", remedy=str(error))]
    secrecy = Secrecy(settings.token)
    secrecy.begin()
    api = Api(settings)
    try:
        return await ask(name, api, settings)
    except InvalidToken:
        found = "Telegram does not accept the token"
        return [Check(f"{name} token", ok=False, found=found, remedy=failures.UNKNOWN_BOT)]
    except TelegramError as error:
        found = f"Telegram cannot be reached ({failures.named(error)})"
        remedy = "Look whether this machine reaches the internet, then try again."
        return [Check(f"{name} connection", ok=False, found=found, remedy=remedy)]
    finally:
        await api.end()
        secrecy.end()
