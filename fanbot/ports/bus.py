"""The way from the adapters to the engine: durable first, then in order, never faster than it is decided."""

from collections.abc import Sequence
from typing import Protocol

from fanbot.domain.messages import Inbound
from fanbot.ports.store import Pending


class Bus(Protocol):
    """Carry events from many adapters to one engine."""

    async def publish(self, events: Sequence[Inbound]) -> Sequence[bool]:
        """Keep the events; return, once they are durable, event by event whether it was new.

        Waits while the engine is far behind or while nothing can be stored: that is the
        back-pressure. Raises StoreError only for events that no store could take.
        """
        ...

    async def take(self, *, limit: int) -> Sequence[Pending]:
        """Return the oldest undecided events in order; wait until there are some."""
        ...

    def decided(self, count: int) -> None:
        """Say that so many events have their decision."""
        ...

    def failed(self) -> None:
        """Say that the batch that was taken could not be decided; it will be taken again."""
        ...

    async def drained(self) -> None:
        """Wait until every published event has its decision."""
        ...
