"""Documented limits of the Bot API, whatever else the server does."""

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
_COMMAND = re.compile(r"[a-z0-9_]{1,32}")


def units(text: str) -> int:
    """Return the length of a text in UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def refusal(method: str, wanted: Mapping[str, Any]) -> str:
    """Return why the platform refuses a request with 400; empty when it does not."""
    if method in ("sendMessage", "editMessageText"):
        text = wanted.get("text", "")
        if not text.strip():
            return "Bad Request: message text is empty"
        if units(text) > 4096:
            return "Bad Request: message is too long"
    if method == "createForumTopic" and not 1 <= units(wanted["name"].strip()) <= 128:
        return "Bad Request: TOPIC_TITLE_EMPTY"
    for row in wanted.get("reply_markup", {}).get("inline_keyboard", ()):
        for button in row:
            if not 1 <= len(button.get("callback_data", "x").encode()) <= 64:
                return "Bad Request: BUTTON_DATA_INVALID"
    return ""


def faults(method: str, wanted: Mapping[str, Any]) -> Iterator[str]:
    """Tell of what no client should ask, although the server might let it pass."""
    if reason := refusal(method, wanted):
        yield reason
    if method == "getUpdates" and not 1 <= wanted.get("limit", 100) <= 100:
        yield "limit is from 1 to 100"
    if method in ("sendMessage", "editMessageText") and "parse_mode" in wanted:
        yield "fans' words must not be parsed as markup"
    if method == "setWebhook":
        yield from _webhook_faults(wanted)
    if method == "setMyCommands":
        for command in wanted.get("commands", ()):
            if not _COMMAND.fullmatch(command["command"]) or not 1 <= len(command["description"]) <= 256:
                yield f"no command may look like {command!r}"


def _webhook_faults(wanted: Mapping[str, Any]) -> Iterator[str]:
    place = urlsplit(wanted.get("url", ""))
    if place.scheme != "https" and place.hostname != "127.0.0.1":
        yield "a webhook is reached over https"
    if not _SECRET.fullmatch(wanted.get("secret_token", "x")):
        yield "secret_token has characters that it must not have"
    if not 1 <= wanted.get("max_connections", 40) <= 100:
        yield "max_connections is from 1 to 100"
