"""A stranger's adapter is found by its entry point alone.

What an installer does is done by hand here, because a build would need the network: the package is
copied into a fresh folder beside a ``.dist-info`` whose ``entry_points.txt`` is written from the
stranger's own pyproject.toml. The interpreter that then looks for adapters is a real, new one.
"""

import json
import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

HERE = Path(__file__).parent
LOOK = """
import json
from fanbot.plugins.registry import find_adapters
print(json.dumps({name: [found.status, found.remedy] for name, found in find_adapters().items()}))
"""


def install(target: Path) -> None:
    """Lay the stranger's distribution out as an installer does."""
    project = tomllib.loads((HERE / "pyproject.toml").read_text())["project"]
    shutil.copytree(HERE / "fanbot_echo_post", target / "fanbot_echo_post")
    info = target / f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n"
    )
    lines = [
        line
        for group, points in project["entry-points"].items()
        for line in (f"[{group}]", *(f"{name} = {value}" for name, value in points.items()))
    ]
    (info / "entry_points.txt").write_text("\n".join(lines) + "\n")


def test_a_strangers_adapter_is_found_beside_our_own(tmp_path: Path) -> None:
    """Once installed, it stands in the list and is fit to be opened, with nothing told to fanbot."""
    install(tmp_path)
    run = subprocess.run(
        [sys.executable, "-c", LOOK],
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    found = json.loads(run.stdout)
    assert found["echo-post"] == ["ok", ""]
    assert found["stdio"] == ["ok", ""]
