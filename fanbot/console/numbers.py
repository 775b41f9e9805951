"""The numbers that stand in addresses."""

from typing import Annotated

from fastapi import Path

Item = Annotated[int, Path(ge=0, le=2**63 - 1)]
"""An item's or an event's id."""
