"""How long a connection may keep a listener waiting, before its request and behind its answer."""

import asyncio
from dataclasses import dataclass
from typing import ClassVar

from uvicorn.protocols.http.h11_impl import H11Protocol


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds: ``head`` for a request to come up to its body, ``taking`` for a reader to take anything."""

    head: float = 10.0
    taking: float = 30.0


USUAL = Patience()


class PatientProtocol(H11Protocol):
    """HTTP/1.1 that lets go of whoever sends or reads too slowly."""

    patience: ClassVar[Patience] = USUAL
    _late: asyncio.TimerHandle | None = None
    _untaken: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a request."""
        super().connection_made(transport)
        transport.set_write_buffer_limits(high=0)  # so that anything untaken pauses the writing
        self._wait_for_a_head()

    def data_received(self, data: bytes) -> None:
        """Go on waiting unless this completed the head of a request."""
        super().data_received(data)
        if self.cycle is None or self.cycle.response_complete:
            self._wait_for_a_head()
        else:
            self._stop_waiting()

    def pause_writing(self) -> None:
        """Begin to watch what the reader takes."""
        super().pause_writing()
        self._watch(self.transport.get_write_buffer_size())

    def resume_writing(self) -> None:
        """Note that the reader took everything."""
        super().resume_writing()
        self._stop_watching()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing any more."""
        super().connection_lost(exc)
        self._stop_waiting()
        self._stop_watching()

    def _wait_for_a_head(self) -> None:
        if self._late is None:
            self._late = self.loop.call_later(self.patience.head, self.transport.abort)

    def _stop_waiting(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None

    def _watch(self, left: int) -> None:
        self._stop_watching()
        self._untaken = self.loop.call_later(self.patience.taking, self._look_again, left)

    def _stop_watching(self) -> None:
        if self._untaken is not None:
            self._untaken.cancel()
            self._untaken = None

    def _look_again(self, before: int) -> None:
        left = self.transport.get_write_buffer_size()
        if left < before:
            self._watch(left)
        else:
            self.transport.abort()


def patient(patience: Patience) -> type[PatientProtocol]:
    """Return the protocol with these times."""
    return type("Patient", (PatientProtocol,), {"patience": patience})
