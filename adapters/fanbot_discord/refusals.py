"""What Discord's refusals mean, in our own words."""

import asyncio

import aiohttp
import discord

from fanbot.domain.reach import Barrier
from fanbot.errors import AdapterError, DeliveryError
from fanbot_discord.door import Attempt

_CLOSED = 50007
_NO_HOPE = {
    10003: "The channel is gone from Discord.",
    10004: "The bot is no longer on that server.",
    10008: "The message that this answers is gone, and Discord takes no answer to it.",
    50001: "The bot cannot see this channel. Give it the permission View Channel there.",
    50006: "Discord takes no message without words.",
    _CLOSED: "This fan's direct messages are closed to the bot, by their settings or because they left the "
    "server that they shared with it. Only the fan can open them.",
    50013: "The bot may not write in this channel. Give it the permission Send Messages there (in threads "
    "Send Messages in Threads; for answers to a message also Read Message History).",
    50035: "Discord does not take this message as it is.",
    50083: "The thread is archived, and Discord takes no message there until it is opened again.",
    160005: "The thread is locked, and the bot may not write in it.",
}
_WAIT = 60.0
"""Seconds to wait after a refusal for too many requests that names no time."""


def undelivered(error: BaseException, tried: Attempt) -> DeliveryError:
    """Say what a failed send means; ``tried`` tells what may have arrived all the same."""
    doubt = tried.doubt or tried.under_way
    match error:
        case DeliveryError():
            return error
        case discord.RateLimited():
            return _asked_to_wait(error.retry_after, doubt=doubt)
        case discord.LoginFailure():
            return DeliveryError(f"{bad_token()} The message is kept.", ambiguous=doubt)
        case discord.HTTPException():
            return _refused(error, tried, doubt=doubt)
        case TimeoutError() if tried.retry_after is not None:
            return _asked_to_wait(tried.retry_after, doubt=doubt)
        case TimeoutError():
            return DeliveryError(
                "Discord did not answer in time. The message is kept and is sent again.", ambiguous=doubt
            )
        case AdapterError():
            return DeliveryError(f"{error} The message is kept.", ambiguous=doubt)
        case _:
            return DeliveryError(
                f"Discord cannot be reached ({named(error)}). The message is kept and is sent again.",
                ambiguous=doubt,
            )


def unable(error: BaseException) -> BaseException:
    """Say why listening ended; what is none of Discord's is returned as it is."""
    match error:
        case discord.LoginFailure():
            return AdapterError(bad_token())
        case discord.PrivilegedIntentsRequired():
            return AdapterError(missing_intent())
        case discord.ConnectionClosed():
            if error.code == 4004:
                return AdapterError(bad_token())
            return AdapterError(f"Discord ended the connection (code {error.code}). It is made again.")
        case discord.HTTPException():
            return AdapterError(f"Discord refused the connection (status {error.status}). It is made again.")
        case discord.DiscordException() | aiohttp.ClientError() | OSError() | asyncio.TimeoutError():
            return AdapterError(f"Discord cannot be reached ({named(error)}). It is tried again.")
        case AttributeError() | KeyError() | TypeError() | ValueError():
            return AdapterError(
                f"The connection to Discord failed ({type(error).__name__}). It is made again, and what was "
                "written meanwhile is read from the history."
            )
        case _:
            return error


def bad_token() -> str:
    """Say what to do about a token that Discord does not know."""
    return (
        "Discord does not know this token. Make a new one (Reset Token on the page Bot of your application "
        "at discord.com/developers/applications) and put it into FANBOT_ADAPTERS__DISCORD__TOKEN."
    )


def missing_intent() -> str:
    """Say which switch lets the bot read."""
    return (
        "Discord does not let this bot read what fans write. Turn on the switch Message Content Intent "
        "(page Bot of your application at discord.com/developers/applications, under Privileged Gateway "
        "Intents)."
    )


def named(error: BaseException) -> str:
    """Name an error with no more than its kind and the system's own words."""
    told = getattr(error, "strerror", None)
    return f"{type(error).__name__}: {told}" if isinstance(told, str) and told else type(error).__name__


def _refused(error: discord.HTTPException, tried: Attempt, *, doubt: bool) -> DeliveryError:
    if error.status == 401:
        return DeliveryError(f"{bad_token()} The message is kept.", ambiguous=doubt)
    if error.status == 429:
        return _asked_to_wait(tried.retry_after, doubt=doubt)
    if error.status >= 500:
        return DeliveryError(
            f"Discord is in trouble (status {error.status}). The message is kept and is sent again.",
            ambiguous=True,
        )
    why = _NO_HOPE.get(error.code, "Discord refused this message.")
    told = f"{why} (status {error.status}, code {error.code})"
    barrier = Barrier.CLOSED if error.code == _CLOSED else ""
    return DeliveryError(told, permanent=True, ambiguous=doubt, barrier=barrier)


def _asked_to_wait(seconds: float | None, *, doubt: bool) -> DeliveryError:
    wait = _WAIT if seconds is None else seconds
    return DeliveryError(
        f"Discord takes no more messages for {wait:g} seconds. This one is kept and is sent then.",
        retry_after=wait,
        ambiguous=doubt,
    )
