"""What can be kept of an error that somebody else's code raised."""

import asyncio

LONGEST = 500
"""Characters of an error that are kept; some carry a whole document."""


def words(error: BaseException) -> str:
    r"""Return what the error says, so that every store can keep it; never raises.

    >>> words(ValueError("half a letter: \ud83d"))
    'half a letter: ?'
    """
    try:
        said = str(error)
    except Exception:  # noqa: BLE001 - the words of a stranger's error may fail as well (G7)
        return "it cannot say what went wrong"
    return said[:LONGEST].replace("\0", " ").encode("utf-8", "replace").decode("utf-8")


def named(error: BaseException) -> str:
    """Return the error's name with its words.

    >>> named(KeyError())
    'KeyError'
    """
    name, said = type(error).__name__, words(error)
    return f"{name}: {said}" if said else name


def stopping() -> bool:
    """Tell whether this task was asked to stop; False when foreign code raised CancelledError by itself."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
