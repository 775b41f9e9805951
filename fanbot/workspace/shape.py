"""Holds a document against the shape that it should have, and names every difference at once.

A shape is a pydantic model whose fields say in ``description`` what is expected and in ``examples``
a line that works.
"""

from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from enum import Enum
from typing import Annotated, TypeVar, get_args, get_origin

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError
from pydantic.fields import FieldInfo

from fanbot.domain.templates import Problem
from fanbot.workspace.document import Document, Path
from fanbot.workspace.problems import RefusedFileError, listed, printable, shown

MOST_PROBLEMS = 20
"""More problems than this in one file are not listed: nobody reads them."""


class Shape(BaseModel):
    """The base of all shapes: frozen, and strangers' keys are mistakes."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=False)


S = TypeVar("S", bound=Shape)

Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
"""A line of text with something in it."""


def fit(document: Document, shape: type[S]) -> S:
    """Turn a document into its shape; raises RefusedFileError with every problem in it."""
    try:
        return shape.model_validate(document.data)
    except ValidationError as error:
        found = (
            _problem(document, shape, kind=mistake["type"], where=mistake["loc"], value=mistake["input"])
            for mistake in error.errors(include_url=False, include_context=False)
        )
        problems = sorted(set(found), key=lambda problem: (problem.file, problem.line or 0))
        raise RefusedFileError(*problems[:MOST_PROBLEMS]) from error


def _problem(document: Document, shape: type[Shape], *, kind: str, where: Path, value: object) -> Problem:
    around, field = _walk(shape, where)
    if kind == "extra_forbidden":
        return _unknown_key(document, around, where)
    key = _written(where)
    if where[-1] == "[key]":
        where, found = where[:-1], f"`{_written(where[:-1])}`"
    elif kind == "missing":
        found = f"no `{key}`"
    elif document.place(where).secret or (field and field.repr is False):
        found = f"a value for `{key}` that does not fit (it is not repeated here)"
    else:
        found = f"{key}{document.sign}{shown(value)}"
    expected = (field and field.description) or "another value"
    return document.problem(where, found=found, expected=expected, example=_example(field))


def _unknown_key(document: Document, around: type[Shape], where: Path) -> Problem:
    known = {info.alias or name: info for name, info in around.model_fields.items()}
    key = str(where[-1])
    near = get_close_matches(key.lower(), known, n=1, cutoff=0.6)
    secret = document.place(where).secret and not key.isalpha()
    return document.problem(
        where,
        found="a key that is not known" if secret else f"the key `{printable(key, limit=40)}`",
        expected=f"`{near[0]}`" if near else listed([f"`{name}`" for name in known]),
        example=_example(known[near[0]]) if near else "",
    )


def _walk(shape: type[Shape], where: Path) -> tuple[type[Shape], FieldInfo | None]:
    """Follow a path into nested shapes; return the innermost shape and the field met last."""
    field: FieldInfo | None = None
    inside: object = shape
    around = shape
    for step in where:
        if isinstance(inside, type) and issubclass(inside, Shape):
            around = inside
            field = next(
                (info for name, info in inside.model_fields.items() if step in (info.alias, name)), None
            )
            inside = field.annotation if field else None
        elif arguments := [argument for argument in get_args(inside) if argument is not type(None)]:
            inside = arguments[-1] if get_origin(inside) else None
    return around, field


def _written(where: Path) -> str:
    """Write the innermost name of a path, with its place in a list: ``lanes[0]``."""
    return "".join(_steps(where)).lstrip(".")


def _steps(where: Path) -> Iterator[str]:
    names = [place for place, step in enumerate(where) if isinstance(step, str)]
    for step in where[names[-1] if names else 0 :]:
        yield f"[{step}]" if isinstance(step, int) else f".{printable(step, limit=40)}"


def _example(field: FieldInfo | None) -> str:
    return str(field.examples[0]) if field and field.examples else ""


def names_of(kinds: type[Enum]) -> str:
    """List the words that an enumeration knows, for a field's description."""
    words: Sequence[str] = [str(kind.value) for kind in kinds]
    return listed(words)
