"""What every adapter promises, as tests that an adapter's own test class inherits.

Needs pytest and pytest-asyncio, which nothing else in ``fanbot.testing`` does.
"""

import asyncio
import inspect
import subprocess
import sys
from typing import TYPE_CHECKING, cast

import pytest

from fanbot.errors import DeliveryError
from fanbot.testing.contract.connection import A_MOMENT, PATIENCE, greeted
from fanbot.testing.contract.hearing import HearingContract
from fanbot.testing.contract.speaking import SpeakingContract
from fanbot.testing.far_end import Saying
from fanbot.testing.intake import ListIntake

if TYPE_CHECKING:
    from fanbot.ports.staff import StaffPlatform


class AdapterContract(HearingContract, SpeakingContract):
    """Inherit, name the spec, and connect the adapter to a fake platform of your own.

    ::

        class TestMyPlatform(AdapterContract):
            entry_point = "my_adapter:spec"

            @asynccontextmanager
            async def connect(self):
                async with MyFakePlatform() as far_end:
                    yield far_end
    """

    async def test_stops_listening_when_told_to(self) -> None:
        """A cancelled listener ends promptly, with nothing to hear and with an intake that waits."""
        async with self.connect() as far_end:
            intake = ListIntake()
            for waits in (False, True):
                listener = asyncio.create_task(far_end.platform.listen(intake))
                await asyncio.sleep(A_MOMENT)
                if waits:
                    intake.hold()
                    await far_end.say(Saying("101", "hello"))
                    async with asyncio.timeout(PATIENCE):
                        await intake.brought(1)
                listener.cancel()
                done, _ = await asyncio.wait([listener], timeout=PATIENCE)
                assert done
                assert listener.cancelled()

    async def test_closing_twice_is_closing_once(self) -> None:
        """A second close does nothing and says nothing."""
        async with self.connect() as far_end:
            async with greeted(far_end) as dispatch:
                await far_end.platform.send(dispatch)
            await far_end.platform.close()
            await far_end.platform.close()
            with pytest.raises(DeliveryError):
                await far_end.platform.send(dispatch)

    async def test_has_a_room_for_the_team_only_if_it_says_so(self) -> None:
        """An adapter whose spec says ``staff`` tells whether this account has a room; it is whole then."""
        async with self.connect() as far_end:
            if not self.spec().staff:
                assert getattr(far_end.platform, "staff", None) is None
                return
            room = cast("StaffPlatform", far_end.platform).staff
            assert room is None or all(
                inspect.iscoroutinefunction(getattr(room, name)) for name in ("open", "show", "tell")
            )

    async def test_describes_itself_without_its_sdk(self) -> None:
        """Importing the spec imports fanbot and the standard library alone."""
        spec = self.spec()
        assert spec.name
        assert spec.summary
        module = self.entry_point.partition(":")[0]
        assert _imported(module) - sys.stdlib_module_names == {"fanbot", module.partition(".")[0]}


def _imported(module: str) -> set[str]:
    """Import a module in a fresh interpreter; return the top-level names that came with it."""
    script = (
        f"import sys; sys.path[:] = {sys.path!r}; before = set(sys.modules); import {module}\n"
        "print(*{name.partition('.')[0] for name in set(sys.modules) - before})"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)  # noqa: S603
    return set(run.stdout.split())
