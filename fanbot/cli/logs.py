"""The log of a running fanbot: one line a fact on standard error, without what fans wrote or who they are."""

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from fanbot.cli.plain import block


def configure(*, verbose: bool, quiet: bool = False, stream: TextIO | None = None) -> None:
    """Write the log to ``stream`` (standard error): key=value on a terminal, JSON lines elsewhere.

    What foreign libraries log can name fans and tokens, so by default only the library and the
    level are told (P28); ``verbose`` shows their words, and our own details.
    ``quiet`` leaves warnings and what is worse.
    """
    target = stream or sys.stderr
    usual = logging.WARNING if quiet else logging.INFO
    steps: list[Processor] = [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        _harmless,
    ]
    renderer: Processor = (
        structlog.processors.KeyValueRenderer(key_order=["timestamp", "level", "event"], sort_keys=True)
        if target.isatty()
        else structlog.processors.JSONRenderer()
    )
    structlog.configure(
        processors=[*steps, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(logging.DEBUG if verbose else usual),
        logger_factory=structlog.PrintLoggerFactory(target),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(target)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[_told_in_full if verbose else _told_without_words, *steps],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    logging.basicConfig(handlers=[handler], level=logging.INFO if verbose else logging.WARNING, force=True)
    logging.captureWarnings(capture=True)


@contextmanager
def aside() -> Iterator[None]:
    """Send warnings of this block to standard error: what a command prints is its result alone."""
    before = structlog.get_config()
    structlog.configure(
        processors=[structlog.stdlib.add_log_level, _harmless, structlog.processors.KeyValueRenderer()],
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    try:
        yield
    finally:
        structlog.configure(**before)


def _told_in_full(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    event["library"] = event["_record"].name
    return event


def _told_without_words(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    record = event["_record"]
    event["event"] = "a library reports something; --verbose shows what"
    event["library"] = record.name
    event.pop("exc_info", None)
    return event


def _harmless(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Take out of every word what a terminal would obey."""
    for key, value in event.items():
        if isinstance(value, str):
            event[key] = block(value)
    return event
