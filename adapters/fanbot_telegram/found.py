"""What can be found in an update: a fan's event, an act of the team, or who can be reached."""

from fanbot.domain.messages import Inbound
from fanbot_telegram.reach import ReachChange
from fanbot_telegram.staff_reader import StaffEvent

Found = Inbound | StaffEvent | ReachChange
