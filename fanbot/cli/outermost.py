"""The outermost call: run one command, and turn what went wrong into plain lines and an exit code."""

import sys
from contextlib import suppress

from fanbot.cli import plain
from fanbot.errors import FanbotError


def main() -> None:
    """Run what was typed. Exits 0 when it went well, 1 for an explained error, 2 for wrong usage."""
    from fanbot.cli.app import Manner, app

    _never_stumble_over_letters()
    manner = Manner()
    try:
        app(obj=manner)
    except FanbotError as error:
        if manner.debug:
            raise
        _explain(str(error))
    except Exception as error:  # the last place that can turn an unexpected error into a plain line
        if manner.debug:
            raise
        _explain(
            f"Something unexpected went wrong ({type(error).__name__}), and the command stopped there. "
            "The same words after `fanbot --debug` show where."
        )


def _explain(text: str) -> None:
    print(plain.block(text), file=sys.stderr)
    sys.exit(1)


def _never_stumble_over_letters() -> None:
    """Show what a terminal cannot show as an escape, instead of failing on it."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(AttributeError):  # closed, or put in place by somebody who embeds fanbot
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
