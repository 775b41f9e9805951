"""What stands under [adapters.webchat], checked."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from limits import RateLimitItem, RateLimitItemPerMinute, parse

from fanbot.errors import AdapterError

_ORIGIN = re.compile(r"https?://[a-z0-9.-]+(:[0-9]{1,5})?|https?://\[[0-9a-f:.]+\](:[0-9]{1,5})?")
_LONGEST_TITLE = 100


@dataclass(frozen=True, slots=True)
class Settings:
    """``origins`` may embed the page; ``rate`` is for one visitor, ``rate_per_address`` for one address."""

    origins: tuple[str, ...] = ()
    title: str = ""
    rate: RateLimitItem = RateLimitItemPerMinute(20)  # noqa: RUF009 - it never changes
    rate_per_address: RateLimitItem = RateLimitItemPerMinute(120)  # noqa: RUF009 - it never changes


def read(section: Mapping[str, object]) -> Settings:
    """Check the settings of one account; raises AdapterError that says how to mend them.

    >>> read({"origins": ["https://example.org/"], "title": "Write to Nova"}).origins
    ('https://example.org',)
    >>> read({"origin": "https://example.org"})
    Traceback (most recent call last):
    ...
    fanbot.errors.AdapterError: [adapters.webchat] has the unknown setting 'origin'. Known: origins, ...
    """
    usual = Settings()
    for key in section:
        if key not in _KNOWN:
            raise AdapterError(
                f"[adapters.webchat] has the unknown setting {key!r}. Known: {', '.join(_KNOWN)}."
            )
    return Settings(
        origins=_origins(section.get("origins", [])),
        title=_title(section.get("title", "")),
        rate=_rate("rate", section.get("rate"), usual.rate),
        rate_per_address=_rate("rate_per_address", section.get("rate_per_address"), usual.rate_per_address),
    )


_KNOWN = ("origins", "title", "rate", "rate_per_address")


def _origins(value: object) -> tuple[str, ...]:
    found = value if isinstance(value, list | tuple) else [value]
    origins = [origin.lower().rstrip("/") if isinstance(origin, str) else "" for origin in found]
    for given, origin in zip(found, origins, strict=True):
        if not _ORIGIN.fullmatch(origin):
            raise AdapterError(
                f"[adapters.webchat] origins has {given!r}, which is not the origin of a site. It is a "
                'scheme and a host and nothing more, for example: origins = ["https://www.example.org"]'
            )
    return tuple(origins)


def _title(value: object) -> str:
    if isinstance(value, str) and len(value) <= _LONGEST_TITLE and (not value or value.isprintable()):
        return value
    raise AdapterError(
        f"[adapters.webchat] title is no line of at most {_LONGEST_TITLE} characters. "
        'For example: title = "Write to Nova"'
    )


def _rate(name: str, value: object, usual: RateLimitItem) -> RateLimitItem:
    if value is None:
        return usual
    try:
        rate = parse(value) if isinstance(value, str) else None
    except ValueError:
        rate = None
    if rate is None or rate.amount < 1:
        raise AdapterError(
            f"[adapters.webchat] {name} is {value!r}, which is no rate. "
            f'For example: {name} = "{usual.amount}/minute"'
        )
    return rate
