"""Requests checked against the official machine-readable description of the Bot API, where it is at hand."""

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

VARIABLE = "FANBOT_SPECS"
"""Names the folder that holds ``telegram-bot-api.json``."""
_SIMPLE: Mapping[str, type] = {"Integer": int, "String": str, "Boolean": bool}


class Official:
    """Say what is wrong with a request."""

    def __init__(self, description: Mapping[str, Any]) -> None:
        """Check against this description."""
        self._methods = description["methods"]
        self._types = description["types"]

    @classmethod
    def at_hand(cls) -> "Official | None":
        """Read the description; None where none is named."""
        folder = os.environ.get(VARIABLE)
        if not folder:
            return None
        return cls(json.loads((Path(folder) / "telegram-bot-api.json").read_text("utf-8")))

    def faults(self, method: str, parameters: Mapping[str, object]) -> Iterator[str]:
        """Tell of an unknown method or parameter, a missing one, and a wrong type."""
        described = self._methods.get(method)
        if described is None:
            yield f"there is no method {method}"
            return
        yield from self._fields(method, described.get("fields", ()), parameters)

    def _fields(self, where: str, fields: Any, given: Mapping[str, object]) -> Iterator[str]:
        known = {field["name"]: field for field in fields}
        for name, value in given.items():
            if name not in known:
                yield f"{where} has no {name}"
            elif not any(self._fits(kind, value) for kind in known[name]["types"]):
                yield f"{where}.{name} is no {' or '.join(known[name]['types'])}: {value!r}"
        for name, field in known.items():
            if field["required"] and name not in given:
                yield f"{where} lacks {name}"

    def _fits(self, kind: str, value: object) -> bool:
        if kind in _SIMPLE:
            return type(value) is _SIMPLE[kind]
        if kind == "Float":
            return type(value) in (int, float)
        if kind.startswith("Array of "):
            return isinstance(value, list) and all(self._fits(kind[9:], each) for each in value)
        described = self._types.get(kind)
        if described is None or not isinstance(value, Mapping):
            return False
        if subtypes := described.get("subtypes"):
            return any(self._fits(each, value) for each in subtypes)
        return not list(self._fields(kind, described.get("fields", ()), value))
