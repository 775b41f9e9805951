"""What stands under [adapters.discord], checked."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from fanbot.errors import AdapterError

_SNOWFLAKE = re.compile(r"[0-9]{1,20}", re.ASCII)
_TOKEN = re.compile(r"[\x21-\x7e]{1,200}", re.ASCII)
_ADDRESS = re.compile(
    r"(?:\[(?P<six>[0-9a-fA-F:.]+)\]|(?P<name>[A-Za-z0-9.-]+)):(?P<port>[0-9]{1,5})", re.ASCII
)
_KNOWN = ("token", "address", "ca_file", "question_channels", "receipts", "staff_channel")


@dataclass(frozen=True, slots=True)
class Gateway:
    """The host and port through which every host of Discord is reached."""

    host: str
    port: int


@dataclass(frozen=True, slots=True)
class Settings:
    """``question_channels`` are ids of channels in which every message is for the assistant.

    ``staff_channel`` is the id of the team's text channel, empty for none.
    """

    token: str = field(repr=False)
    address: Gateway | None = None
    ca_file: str = ""
    question_channels: frozenset[str] = frozenset()
    receipts: bool = False
    staff_channel: str = ""


def read(section: Mapping[str, object]) -> Settings:
    """Check the settings of one account; raises AdapterError that says how to mend them.

    >>> read({"token": "x.y.z", "question_channels": ["123"], "address": "127.0.0.1:8443"}).address
    Gateway(host='127.0.0.1', port=8443)
    >>> read({"token": "x.y.z", "tokens": "a"})
    Traceback (most recent call last):
    ...
    fanbot.errors.AdapterError: [adapters.discord] has the unknown setting 'tokens'. Known: token, ...
    """
    for key in section:
        if key not in _KNOWN:
            raise AdapterError(
                f"[adapters.discord] has the unknown setting {key!r}. Known: {', '.join(_KNOWN)}."
            )
    questions = _channels(section.get("question_channels", ()))
    return Settings(
        token=_token(section.get("token", "")),
        address=_address(section.get("address", "")),
        ca_file=_ca_file(section.get("ca_file", "")),
        question_channels=questions,
        receipts=_receipts(section.get("receipts", False)),
        staff_channel=_staff_channel(section.get("staff_channel", ""), questions),
    )


def _token(value: object) -> str:
    token = value.strip() if isinstance(value, str) else ""
    if _TOKEN.fullmatch(token):
        return token
    raise AdapterError(
        "[adapters.discord] needs the bot's `token`, one word from the page Bot of your application at "
        "discord.com/developers/applications. Keep it out of the settings file, for example in the "
        "environment: FANBOT_ADAPTERS__DISCORD__TOKEN=…"
    )


def _address(value: object) -> Gateway | None:
    if value == "":
        return None
    shape = _ADDRESS.fullmatch(value) if isinstance(value, str) else None
    port = int(shape["port"]) if shape else 0
    if shape is None or not 0 < port < 65_536:
        raise AdapterError(
            "[adapters.discord] has an `address` that is no host with a port. "
            'For example: address = "127.0.0.1:8443"'
        )
    return Gateway(shape["six"] or shape["name"], port)


def _ca_file(value: object) -> str:
    if isinstance(value, str) and "\0" not in value:
        return value
    raise AdapterError(
        '[adapters.discord] has a `ca_file` that is no path. For example: ca_file = "/etc/ssl/gateway-ca.pem"'
    )


def _channels(value: object) -> frozenset[str]:
    """Take ids as texts; a number of their length is one as well.

    >>> sorted(_channels(["123", 45]))
    ['123', '45']
    """
    listed = value.split(",") if isinstance(value, str) else value
    if isinstance(listed, list | tuple) and not any(isinstance(each, bool) for each in listed):
        ids = [str(each).strip() for each in listed if each != ""]
        if all(_SNOWFLAKE.fullmatch(each) for each in ids):
            return frozenset(ids)
    raise AdapterError(
        "[adapters.discord] has `question_channels` that are no list of channel ids (a right click on the "
        'channel copies its id in developer mode). For example: question_channels = ["1234567890"]'
    )


def _receipts(value: object) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    raise AdapterError(
        "[adapters.discord] has `receipts` that is neither true nor false. For example: receipts = true"
    )


def _staff_channel(value: object, questions: frozenset[str]) -> str:
    """Take one id, as a text or a number.

    >>> _staff_channel(45, frozenset()), _staff_channel("", frozenset())
    ('45', '')
    """
    given = str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else "none"
    if given and not _SNOWFLAKE.fullmatch(given):
        raise AdapterError(
            "[adapters.discord] has a `staff_channel` that is no id of a channel (a right click on the "
            'channel copies its id in developer mode). For example: staff_channel = "1234567890"'
        )
    if given in questions:
        raise AdapterError(
            f"[adapters.discord] names the channel {given} as `staff_channel` and in `question_channels`. "
            "The team's channel holds fans' words and is for the team alone: take it out of one of the two."
        )
    return given
