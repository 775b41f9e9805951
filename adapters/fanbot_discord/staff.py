"""What is the team's on one account: its own client, its room, and the way from there to the core."""

from collections.abc import Callable
from datetime import datetime

from fanbot.ports.platform import Opening
from fanbot_discord.directory import Directory
from fanbot_discord.gateway import Take
from fanbot_discord.rest import Rest
from fanbot_discord.settings import Settings
from fanbot_discord.speaking import Speaking
from fanbot_discord.staff_answers import StaffAnswers
from fanbot_discord.staff_hearing import StaffHearing
from fanbot_discord.staff_room import DiscordStaffRoom


class Staff:
    """Keep the team's requests apart from fans', so that a limit or a delay there holds up no fan."""

    def __init__(
        self,
        opening: Opening,
        settings: Settings,
        directory: Directory,
        *,
        now: Callable[[], datetime],
        patience: float,
    ) -> None:
        """Give a request of the room ``patience`` seconds."""
        self._opening = opening
        self._directory = directory
        self._now = now
        self._rest = Rest(settings)
        self.room = DiscordStaffRoom(
            self._rest, settings.staff_channel, opening.account, now=now, patience=patience
        )

    def hearing(self, others: Take) -> StaffHearing:
        """Begin to hear the team; ``others`` takes what is not the team's."""
        answers = StaffAnswers(self._rest, Speaking(self._rest, now=self._now), self._opening.account)
        answers.make_ready()
        return StaffHearing(
            self._rest,
            self._directory,
            answers,
            team=self._opening.team,
            recollection=self._opening.recollection,
            noticed=self.room.noticed,
            others=others,
            now=self._now,
        )

    async def close(self) -> None:
        """Let go of all connections."""
        self.room.close()
        await self._rest.close()
