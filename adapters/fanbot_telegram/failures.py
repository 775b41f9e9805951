"""What errors of the Bot API mean, in words for people and as errors of fanbot's own."""

from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    TelegramError,
)

from fanbot.domain.reach import Barrier
from fanbot.errors import DeliveryError
from fanbot_telegram.api import FloodError
from fanbot_telegram.transport import UnreachedError

HOLD = 30.0
"""Seconds after which a message that waits for the account to be in order is tried again."""
_BLOCKED = "The fan has blocked the bot on Telegram."
BLOCKED = f"{_BLOCKED} The message was not delivered."
_WHY: tuple[tuple[str, str], ...] = (
    ("blocked by the user", _BLOCKED),
    ("user is deactivated", "The fan has deleted their Telegram account."),
    ("kicked", "The bot was removed from this group."),
    ("not a member", "The bot is no member of this group."),
    ("initiate conversation", "Telegram lets bots write only to fans who wrote first."),
    ("chat not found", "Telegram does not know this chat any more."),
    ("thread not found", "The topic in which the fan wrote was deleted."),
    ("topic_deleted", "The topic in which the fan wrote was deleted."),
    ("topic_closed", "The topic in which the fan wrote is closed."),
    ("not enough rights", "The bot is not allowed to write in this group."),
    ("have no rights", "The bot is not allowed to write in this group."),
    ("chat_write_forbidden", "The bot is not allowed to write in this group."),
    ("too long", "The message is too long for Telegram."),
    ("text is empty", "The message has no words that Telegram would show."),
)
_BARRIERS = (("blocked by the user", Barrier.BLOCKED), ("user is deactivated", Barrier.DEACTIVATED))
UNKNOWN_BOT = (
    "Telegram does not accept the bot's token. What fans wrote is kept at Telegram for 24 hours. Get the "
    "token from @BotFather (/mybots, API Token), set FANBOT_ADAPTERS__TELEGRAM__TOKEN, and start fanbot "
    "again."
)
SECOND_POLLER = (
    "Another program reads this bot's messages with the same token, so fanbot sends nothing and keeps "
    "trying. Stop the other program, or give it a bot of its own; if you know of none, revoke the token "
    "with @BotFather."
)
WEBHOOK_SET = (
    "A webhook is set for this bot, so its messages go there and not to fanbot. fanbot sends nothing and "
    "keeps trying. If the webhook is yours and no longer needed, write its address as webhook_url under "
    '[adapters.telegram], with mode = "polling", and fanbot removes it at the next start.'
)


def delivery(error: TelegramError) -> DeliveryError:
    """Say of a send that failed whether it may have arrived and whether to try again."""
    match error:
        case FloodError():
            told = f"Telegram takes nothing more for this chat for {error.seconds:g} seconds."
            return DeliveryError(told, retry_after=error.seconds)
        case InvalidToken():
            return DeliveryError(UNKNOWN_BOT, retry_after=HOLD)
        case Conflict():
            return DeliveryError(SECOND_POLLER, retry_after=HOLD)
        case Forbidden() | BadRequest():
            told = f"{_plainly(error)} The message was not delivered."
            return DeliveryError(told, permanent=True, barrier=_barrier(error))
        case ChatMigrated():
            return DeliveryError("The group moved again; the message was not delivered.", retry_after=1.0)
    if never_left(error):
        return DeliveryError("Telegram cannot be reached. The message was not sent yet.")
    return DeliveryError(
        "The connection to Telegram failed while the message was on its way, so it may have arrived. "
        "Telegram cannot be asked; look into the chat before it is written again.",
        ambiguous=True,
    )


def never_left(error: TelegramError) -> bool:
    """Tell whether the request certainly never reached the platform."""
    return isinstance(error, UnreachedError)


def hearing(error: TelegramError) -> str:
    """Say why nothing can be heard and nothing should be sent; empty for what passes by itself."""
    match error:
        case InvalidToken():
            return UNKNOWN_BOT
        case Conflict():
            return WEBHOOK_SET if "webhook" in error.message.lower() else SECOND_POLLER
    return ""


def named(error: TelegramError) -> str:
    """Name what happened without a word that the platform or the SDK said."""
    return type(error.__context__ or error).__name__


def _barrier(error: TelegramError) -> str:
    said = error.message.lower()
    return next((why for sign, why in _BARRIERS if sign in said), "")


def _plainly(error: TelegramError) -> str:
    said = error.message.lower()
    for sign, why in _WHY:
        if sign in said:
            return why
    return f"Telegram refused the message: {error.message[:200]}."
