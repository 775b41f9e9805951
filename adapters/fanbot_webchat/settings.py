"""What stands under [adapters.webchat], checked."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from limits import RateLimitItem, RateLimitItemPerMinute, parse

from fanbot.errors import AdapterError
from fanbot_webchat.kinds import KINDS, USUAL

_ORIGIN = re.compile(r"https?://[a-z0-9.-]+(:[0-9]{1,5})?|https?://\[[0-9a-f:.]+\](:[0-9]{1,5})?")
_LONGEST_TITLE = 100


_SIZE = re.compile(r"([0-9]{1,6}(?:\.[0-9]+)?) ?(KB|MB|GB)", re.ASCII | re.IGNORECASE)
_UNITS = {"KB": 1024, "MB": 1024**2, "GB": 1024**3}
_LARGEST_FILE = 25 * 1024**2
"""Bytes: a file is held in memory while it comes."""
_MOST_FILES = 10


@dataclass(frozen=True, slots=True)
class FileSettings:
    """What files are taken: media types, bytes of one, how many a message has, bytes in 24 hours.

    ``most`` is 0 where none are taken.
    """

    kinds: tuple[str, ...] = USUAL
    largest: int = 5 * 1024**2
    most: int = 4
    per_visitor: int = 50 * 1024**2
    from_everybody: int = 1024**3

    @property
    def names(self) -> tuple[str, ...]:
        """Return what people call the kinds."""
        return tuple(kind.name for kind in KINDS if kind.media_type in self.kinds)

    @property
    def endings(self) -> tuple[str, ...]:
        """Return how names of these kinds end, without the dot."""
        return tuple(end for kind in KINDS if kind.media_type in self.kinds for end in kind.endings)


@dataclass(frozen=True, slots=True)
class Settings:
    """``origins`` may embed the page; ``rate`` is for one visitor, ``rate_per_address`` for one address."""

    origins: tuple[str, ...] = ()
    title: str = ""
    rate: RateLimitItem = RateLimitItemPerMinute(20)  # noqa: RUF009 - it never changes
    rate_per_address: RateLimitItem = RateLimitItemPerMinute(120)  # noqa: RUF009 - it never changes
    files: FileSettings = field(default_factory=FileSettings)


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
        files=_files(section, usual.files),
    )


_KNOWN = (
    "origins", "title", "rate", "rate_per_address",
    "file_types", "max_file", "max_files", "files_per_day", "files_per_day_in_all",
)  # fmt: skip


def as_size(count: int) -> str:
    """Say bytes as people do.

    >>> as_size(5 * 1024**2), as_size(1536), as_size(1024**3), as_size(12)
    ('5 MB', '1.5 KB', '1 GB', '12 bytes')
    """
    for name in ("GB", "MB", "KB"):
        if count >= _UNITS[name]:
            return f"{count / _UNITS[name]:.1f}".removesuffix(".0") + f" {name}"
    return f"{count} bytes"


def _files(section: Mapping[str, object], usual: FileSettings) -> FileSettings:
    kinds = section.get("file_types", usual.kinds)
    known = [kind.media_type for kind in KINDS]
    if not isinstance(kinds, list | tuple) or any(each not in known for each in kinds):
        raise AdapterError(
            f"[adapters.webchat] file_types is {kinds!r}, which is no list of media types that are known "
            f'here. Known: {", ".join(known)}. For example: file_types = ["image/png", "image/jpeg"]'
        )
    most = section.get("max_files", usual.most)
    if not isinstance(most, int) or isinstance(most, bool) or not 0 <= most <= _MOST_FILES:
        raise AdapterError(
            f"[adapters.webchat] max_files is {most!r}, which is no number from 0 to {_MOST_FILES}. "
            "For example: max_files = 4"
        )
    return FileSettings(
        kinds=tuple(kinds),
        largest=_size("max_file", section.get("max_file"), usual.largest, limit=_LARGEST_FILE),
        most=most if kinds else 0,
        per_visitor=_size("files_per_day", section.get("files_per_day"), usual.per_visitor),
        from_everybody=_size(
            "files_per_day_in_all", section.get("files_per_day_in_all"), usual.from_everybody
        ),
    )


def _size(name: str, value: object, usual: int, *, limit: int | None = None) -> int:
    if value is None:
        return usual
    shape = _SIZE.fullmatch(value.strip()) if isinstance(value, str) else None
    size = int(float(shape[1]) * _UNITS[shape[2].upper()]) if shape else 0
    if size < 1 or (limit is not None and size > limit):
        most = f" of at most {as_size(limit)}" if limit is not None else ""
        raise AdapterError(
            f"[adapters.webchat] {name} is {value!r}, which is no size{most}. "
            f'For example: {name} = "{as_size(usual)}"'
        )
    return size


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
