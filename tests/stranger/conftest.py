"""Puts the stranger's package on the path, as its installation would."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
