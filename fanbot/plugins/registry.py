"""Every adapter that is installed, found by its entry point, with what keeps it from working."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib.metadata import EntryPoint, distributions

from fanbot.errors import AdapterError
from fanbot.ports.platform import AdapterSpec, Opening, Platform

GROUP = "fanbot.adapters"
"""The entry-point group in which an adapter registers."""
_OURS = "fanbot"


class Status(StrEnum):
    """Say whether an adapter can be opened, and if not, what kind of trouble it has."""

    OK = "ok"
    MISSING_DEPENDENCY = "missing dependency"
    BROKEN = "broken"
    DUPLICATE = "duplicate"


@dataclass(frozen=True, slots=True)
class Found:
    """An adapter as it was found. ``spec`` is there when it is ok; else ``remedy`` says what to do."""

    name: str
    spec: AdapterSpec | None = None
    status: Status = Status.OK
    remedy: str = ""


def find_adapters() -> Mapping[str, Found]:
    """Return every registered adapter by its name; one in trouble keeps no other from being found.

    A name belongs to fanbot's own adapter, or else to the only one that has it; when two others
    have it, neither is used. A rival of fanbot's own stands under ``name (distribution)``.
    """
    found: dict[str, Found] = {}
    claims: dict[str, dict[str, EntryPoint]] = {}
    for distribution in distributions():
        owner = "a package without a name"
        try:
            if GROUP not in (distribution.read_text("entry_points.txt") or ""):
                continue
            if "Name" in distribution.metadata:
                owner = distribution.metadata["Name"]
            for point in distribution.entry_points.select(group=GROUP):
                claims.setdefault(point.name, {}).setdefault(owner, point)
        except Exception as error:  # noqa: BLE001 - outermost: a stranger's files stop nobody else
            found[owner] = _broken(owner, error)
    for name, owners in claims.items():
        if _OURS in owners:
            found[name] = _load(owners[_OURS], _OURS)
            rivals = (f"{name} ({owner})" for owner in owners if owner != _OURS)
            found.update((rival, _duplicate(rival, owners)) for rival in rivals)
        elif len(owners) == 1:
            [(owner, point)] = owners.items()
            found[name] = _load(point, owner)
        else:
            found[name] = _duplicate(name, owners)
    return found


def open_adapter(found: Found, opening: Opening) -> Platform:
    """Open an adapter that was found; raises AdapterError with the remedy when it cannot be."""
    if found.spec is None:
        raise AdapterError(f"The adapter {found.name} cannot be used ({found.status}). {found.remedy}")
    try:
        return found.spec.open(opening)
    except AdapterError:
        raise
    except ImportError as error:
        wanted = f"{_OURS}[{found.spec.extra}]" if found.spec.extra else ""
        raise AdapterError(f"The adapter {found.name} cannot start. {_missing(error, wanted)}") from error
    except Exception as error:  # outermost: whatever a stranger's code raises must stop nobody else
        raise AdapterError(
            f"The adapter {found.name} cannot start: {_told(error)}. Other adapters run on; "
            "ask whoever made this one."
        ) from error


def _load(point: EntryPoint, owner: str) -> Found:
    try:
        spec = point.load()
    except ImportError as error:
        extra = ",".join(point.extras) or (point.name if owner == _OURS else "")
        wanted = f"{owner}[{extra}]" if extra else ""
        return Found(point.name, status=Status.MISSING_DEPENDENCY, remedy=_missing(error, wanted))
    except (Exception, SystemExit) as error:  # noqa: BLE001 - outermost: a plug-in may raise anything
        return _broken(point.name, error)
    if not isinstance(spec, AdapterSpec):
        return _broken(point.name, TypeError(f"{point.value} is {type(spec).__name__}, not an AdapterSpec"))
    if spec.name != point.name:
        return _broken(
            point.name, ValueError(f"it calls itself {spec.name} but is registered under another name")
        )
    return Found(point.name, spec)


def _broken(name: str, error: BaseException) -> Found:
    remedy = f"{_told(error)}. Other adapters run on; update this one, or ask whoever made it."
    return Found(name, status=Status.BROKEN, remedy=remedy)


def _missing(error: ImportError, wanted: str) -> str:
    """Name the command that helps; a module's name alone is no safe guess at a package."""
    command = f"pip install '{wanted}'" if wanted else "see how its maker says to install it"
    return f"{error}. To install what it needs: {command}"


def _duplicate(name: str, owners: Mapping[str, EntryPoint]) -> Found:
    remedy = (
        f"{' and '.join(sorted(owners))} bring an adapter of the same name. Uninstall all but one of them."
    )
    return Found(name, status=Status.DUPLICATE, remedy=remedy)


def _told(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}".rstrip(": ")
