"""The one place that knows what stands behind each port; everything is built here and passed in.

Rooms are imported where they are used, so that a command pays only for what it needs.
"""

from fanbot.bootstrap.keeping import (
    RestoreReport,
    back_up,
    examine,
    password_hash,
    restore,
    sign_everybody_out,
    sqlite_place,
)
from fanbot.bootstrap.machine import Machine, assembled
from fanbot.bootstrap.rooms import (
    clock,
    open_workspace,
    opened_desk,
    opened_oracle,
    opened_store,
    rendering,
)
from fanbot.bootstrap.running import running, trying
from fanbot.bootstrap.setting_up import AccountSetUp, adapters_to_set_up, has_secret, set_up

__all__ = [
    "AccountSetUp",
    "Machine",
    "RestoreReport",
    "adapters_to_set_up",
    "assembled",
    "back_up",
    "clock",
    "examine",
    "has_secret",
    "open_workspace",
    "opened_desk",
    "opened_oracle",
    "opened_store",
    "password_hash",
    "rendering",
    "restore",
    "running",
    "set_up",
    "sign_everybody_out",
    "sqlite_place",
    "trying",
]
