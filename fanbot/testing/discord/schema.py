"""As much of JSON Schema as Discord's own description of its requests needs."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

FILE = "discord-openapi.json"
_TYPES: Mapping[str, tuple[type, ...]] = {
    "string": (str,), "integer": (int,), "number": (int, float), "boolean": (bool,),
    "object": (dict,), "array": (list,), "null": (type(None),),
}  # fmt: skip
_SNOWFLAKE = "SnowflakeType"
"""Loosened: discord.py writes some ids as numbers, which Discord takes."""


class Description:
    """Discord's machine-readable description; ``complaints`` names what a request does not keep."""

    def __init__(self, file: Path) -> None:
        self._told = json.loads(file.read_text(encoding="utf-8"))
        self._paths = [(_pattern(path), methods) for path, methods in self._told["paths"].items()]

    def complaints(self, method: str, path: str, body: object) -> list[str]:
        """Return what is wrong with a request whose path follows ``/api/v10``."""
        for pattern, methods in self._paths:
            if pattern.fullmatch(path) and method.lower() in methods:
                content = methods[method.lower()].get("requestBody", {}).get("content", {})
                schema = content.get("application/json", {}).get("schema")
                if schema is None:
                    return [] if body is None else [f"{method} {path} takes no body"]
                return [f"{method} {path}: {told}" for told in self._wrong(schema, body, "body")]
        return [f"{method} {path} is no request of Discord's"]

    def _wrong(self, schema: Mapping[str, Any], value: object, at: str) -> Iterator[str]:
        if "$ref" in schema:
            name = schema["$ref"].rpartition("/")[2]
            if name == _SNOWFLAKE and isinstance(value, int):
                return
            yield from self._wrong(self._told["components"]["schemas"][name], value, at)
        for some in ("oneOf", "anyOf"):
            if some in schema and all(any(self._wrong(one, value, at)) for one in schema[some]):
                yield f"{at} is none of what it may be"
        for one in schema.get("allOf", ()):
            yield from self._wrong(one, value, at)
        yield from _wrong_here(schema, value, at)
        yield from self._wrong_inside(schema, value, at)

    def _wrong_inside(self, schema: Mapping[str, Any], value: object, at: str) -> Iterator[str]:
        if isinstance(value, dict):
            for key, part in schema.get("properties", {}).items():
                if key in value:
                    yield from self._wrong(part, value[key], f"{at}.{key}")
        if isinstance(value, list) and "items" in schema:
            for number, each in enumerate(value):
                yield from self._wrong(schema["items"], each, f"{at}[{number}]")


def _wrong_here(schema: Mapping[str, Any], value: object, at: str) -> Iterator[str]:
    types = schema.get("type", ())
    allowed = [each for name in ([types] if isinstance(types, str) else types) for each in _TYPES[name]]
    if allowed and (type(value) not in allowed):
        yield f"{at} is a {type(value).__name__}"
        return
    if "enum" in schema and value not in schema["enum"]:
        yield f"{at} is no value of its list"
    if "const" in schema and value != schema["const"]:
        yield f"{at} is not {schema['const']!r}"
    if isinstance(value, str | list | dict):
        yield from _wrong_length(schema, len(value), at)
    if isinstance(value, str) and "pattern" in schema and not re.search(schema["pattern"], value):
        yield f"{at} does not look like {schema['pattern']}"
    if isinstance(value, int | float) and not (
        schema.get("minimum", value) <= value <= schema.get("maximum", value)
    ):
        yield f"{at} is too small or too large"
    if isinstance(value, dict):
        yield from (f"{at} has no {key}" for key in schema.get("required", ()) if key not in value)


def _wrong_length(schema: Mapping[str, Any], length: int, at: str) -> Iterator[str]:
    for least, most in (("minLength", "maxLength"), ("minItems", "maxItems")):
        if not schema.get(least, length) <= length <= schema.get(most, length):
            yield f"{at} has the length {length}"


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(
        "/".join("[^/]+" if part.startswith("{") else re.escape(part) for part in path.split("/"))
    )
