"""Writes one secret into a workspace's secrets file, and leaves everything else in it as it was."""

import os
import re
import tempfile
import tomllib
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from fanbot.errors import WorkspaceError
from fanbot.workspace.settings import SECRETS_FILE

_HEAD = "# Tokens and passwords of this workspace. Git ignores this file; keep it to yourself.\n"
_SECTION = re.compile(r"^\s*\[")
_BY_HAND = "Mend the file, or take it away and run this again."


def keep_secret(folder: Path, *, section: str, key: str, value: str) -> Path:
    """Set one text value in ``config/secrets.toml``, readable by its owner alone; return the file.

    ``section`` may be one within another, such as ``adapters.discord``. ``value`` is printable and has no
    quotes. Raises WorkspaceError, with the file as it was, when it cannot be read or written.
    """
    path = folder / SECRETS_FILE
    try:
        text = path.read_text("utf-8") if path.exists() else _HEAD
        changed = _with(text, section=section, key=key, value=value)
        if _found(tomllib.loads(changed), section, key) != value:
            raise WorkspaceError(f"{path} is written in an unusual way, so it was left as it was. {_BY_HAND}")
        _replace(path, changed)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise WorkspaceError(f"{path} cannot be changed ({error}); it is as it was. {_BY_HAND}") from error
    return path


def _found(document: Mapping[str, object], section: str, key: str) -> object:
    """Return what stands under a key.

    >>> _found({"a": {"b": {"x": 1}}}, "a.b", "x")
    1
    """
    here: object = document
    for step in (*section.split("."), key):
        here = here.get(step) if isinstance(here, Mapping) else None
    return here


def _with(text: str, *, section: str, key: str, value: str) -> str:
    r"""Put the line into its section, in place of the one that is there.

    >>> print(_with("[a]\nx = 1\n[b]\ny = 2\n", section="a", key="x", value="new"))
    [a]
    x = "new"
    [b]
    y = 2
    <BLANKLINE>
    """
    line = f'{key} = "{value}"'
    lines = text.splitlines()
    head = f"[{section}]"
    if head not in (each.strip() for each in lines):
        return "\n".join([*lines, "", head, line, ""]).lstrip("\n")
    start = next(number for number, each in enumerate(lines) if each.strip() == head) + 1
    end = next((n for n in range(start, len(lines)) if _SECTION.match(lines[n])), len(lines))
    own = re.compile(rf"\s*{re.escape(key)}\s*=")
    kept = [each for each in lines[start:end] if not own.match(each)]
    return "\n".join([*lines[:start], line, *kept, *lines[end:], ""])


def _replace(path: Path, text: str) -> None:
    """Write a new file and put it in the old one's place in one step."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".secrets-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except OSError:
        with suppress(OSError):
            Path(name).unlink()
        raise


def git_would_take_it(folder: Path) -> bool:
    """Tell whether the secrets file stands in a git checkout of which no ``.gitignore`` names it."""
    for place in (folder.resolve(), *folder.resolve().parents):
        try:
            if SECRETS_FILE.rpartition("/")[2] in (place / ".gitignore").read_text("utf-8", "replace"):
                return False
        except OSError:
            pass
        if (place / ".git").exists():
            return True
    return False
