"""How values are written in an answer, and the few filters that an editor may use on them."""

from collections.abc import Callable, Iterable, Mapping

from jinja2.filters import do_default, do_first, do_last, do_title
from jinja2.runtime import Undefined

from fanbot.errors import TemplateError

LONGEST_TEXT = 8_000
"""Characters of a rendered body; about two of the longest Telegram messages."""


def is_number(value: object) -> bool:
    """Tell whether a value can be reckoned with; yes and no cannot."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def written(value: object) -> object:
    """Return a value as it is written; what has no words of its own raises TemplateError.

    >>> written(2.50)
    '2.5'
    """
    if isinstance(value, bool):
        raise TemplateError("A yes-or-no value cannot be written; ask for it with {% if %}.")
    if isinstance(value, float):
        return format(value, ".10g")
    if isinstance(value, str | int | Undefined):
        return value
    raise TemplateError("A list or a group cannot be written at once; write its entries with {% for %}.")


def _changed(change: Callable[[str], str]) -> Callable[[object], str]:
    """Make a filter of a change to one text."""
    return lambda value: change(str(written(value)))


def _join(entries: object, between: object = "") -> str:
    if isinstance(entries, Mapping) or not isinstance(entries, Iterable):
        raise TemplateError("join needs a list.")
    words: list[str] = []
    space = str(written(between))
    length = 0
    for entry in entries:
        words.append(str(written(entry)))
        length += len(words[-1]) + len(space)
        if length > LONGEST_TEXT:
            raise TemplateError(f"The text is longer than {LONGEST_TEXT} characters.")
    return space.join(words)


def _length(entries: object) -> int:
    if isinstance(entries, str | list):
        return len(entries)
    raise TemplateError("length needs a list or a text.")


def _round(value: object, digits: object = 0) -> float | int:
    if not isinstance(value, int | float) or not isinstance(digits, int) or not 0 <= digits <= 6:
        raise TemplateError("round needs a number, with up to 6 digits.")
    return round(float(value), digits) if digits else round(value)


FILTERS: Mapping[str, Callable[..., object]] = {
    "capitalize": _changed(str.capitalize),
    "default": do_default,
    "first": do_first,
    "join": _join,
    "last": do_last,
    "length": _length,
    "lower": _changed(str.lower),
    "round": _round,
    "title": _changed(do_title),
    "trim": _changed(str.strip),
    "upper": _changed(str.upper),
}
