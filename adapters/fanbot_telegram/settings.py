"""What stands under [adapters.telegram], checked."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from fanbot.errors import AdapterError

_TOKEN = re.compile(r"[0-9]{1,20}:[A-Za-z0-9_-]{20,100}")
_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
_KNOWN = ("token", "mode", "base_url", "base_file_url", "webhook_url", "secret_token", "staff_chat")
_GROUP = re.compile(r"-[1-9][0-9]{0,15}", re.ASCII)
_OFFICIAL = "https://api.telegram.org"


@dataclass(frozen=True, slots=True)
class Settings:
    """One bot: its token, how it hears, and at which Bot API server.

    ``base_url`` and ``base_file_url`` are what stands before the token. ``webhook_url`` is where the
    platform delivers in webhook mode; in polling mode, the one webhook that may be removed.
    ``secret_token`` is empty where none was chosen. Neither secret is part of ``repr``. ``staff_chat``
    is the id of the team's group, None where there is none.
    """

    token: str = field(repr=False)
    mode: Literal["polling", "webhook"] = "polling"
    base_url: str = f"{_OFFICIAL}/bot"
    base_file_url: str = f"{_OFFICIAL}/file/bot"
    webhook_url: str = ""
    secret_token: str = field(default="", repr=False)
    staff_chat: int | None = None


def read(section: Mapping[str, object]) -> Settings:
    """Check the settings of one account; raises AdapterError that says how to mend them.

    >>> read({"token": "123456:" + "x" * 35}).mode
    'polling'
    >>> read({"tocken": ""})
    Traceback (most recent call last):
    ...
    fanbot.errors.AdapterError: [adapters.telegram] has the unknown setting 'tocken'. Known: token, ...
    """
    for key in section:
        if key not in _KNOWN:
            raise AdapterError(
                f"[adapters.telegram] has the unknown setting {key!r}. Known: {', '.join(_KNOWN)}."
            )
    mode = section.get("mode", "polling")
    if mode not in ("polling", "webhook"):
        raise AdapterError(
            f'[adapters.telegram] mode is {mode!r}; it is "polling" or "webhook". '
            'For example: mode = "polling"'
        )
    usual = Settings("")
    return Settings(
        token=_token(section.get("token", "")),
        mode="webhook" if mode == "webhook" else "polling",
        base_url=_url("base_url", section.get("base_url", usual.base_url), usual.base_url),
        base_file_url=_url(
            "base_file_url", section.get("base_file_url", usual.base_file_url), usual.base_file_url
        ),
        webhook_url=_webhook(section.get("webhook_url", ""), needed=mode == "webhook"),
        secret_token=_secret(section.get("secret_token", "")),
        staff_chat=_staff_chat(section.get("staff_chat", "")),
    )


def _token(value: object) -> str:
    """Return the token; what was found is never repeated, for it may be most of a secret."""
    if isinstance(value, str) and _TOKEN.fullmatch(value.strip()):
        return value.strip()
    found = "is missing" if value == "" else "does not look like one of a bot"
    raise AdapterError(
        f"[adapters.telegram] token {found}. @BotFather on Telegram gives it out; it looks like "
        "123456789:AAAA-bbbb_cccc. Put it into the environment: "
        "FANBOT_ADAPTERS__TELEGRAM__TOKEN=123456789:AAAA-bbbb_cccc, or into config/secrets.toml."
    )


def _url(name: str, value: object, example: str) -> str:
    if isinstance(value, str) and re.fullmatch(r"https?://[^\s/?#@]+[^\s?#@]*", value):
        return value
    raise AdapterError(
        f"[adapters.telegram] {name} is no address of a Bot API server, up to where the token follows. "
        f'For example: {name} = "{example}"'
    )


def _webhook(value: object, *, needed: bool) -> str:
    if isinstance(value, str) and re.fullmatch(r"https?://[^\s/?#@]+[^\s#@]*", value):
        return value
    if value == "" and not needed:
        return ""
    raise AdapterError(
        "[adapters.telegram] webhook_url is no public address. Telegram delivers only over https, and "
        "fanbot hears at the path /telegram/ of its public listener. "
        'For example: webhook_url = "https://bot.example.org/telegram/"'
    )


def _secret(value: object) -> str:
    if value == "" or (isinstance(value, str) and _SECRET.fullmatch(value)):
        return value
    raise AdapterError(
        "[adapters.telegram] secret_token takes 1 to 256 letters, digits, _ and -. Leave it out, and "
        "fanbot makes one by itself."
    )


def _staff_chat(value: object) -> int | None:
    """Return the id of the team's group; the environment gives it as text."""
    told = str(value).strip() if isinstance(value, str | int) else "?"
    if not told:
        return None
    if _GROUP.fullmatch(told):
        return int(told)
    raise AdapterError(
        f"[adapters.telegram] staff_chat is {value!r}, which is no id of a group: those are below zero, and "
        "one with topics begins with -100. The link of a message in it, t.me/c/1234567890/5, shows the rest. "
        "For example: staff_chat = -1001234567890"
    )
