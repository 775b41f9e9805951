"""The load benchmark of the platforms' adapters measures what it says, at a tiny size."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.adapters.discord_support import needs_openssl

HOUSE = Path(__file__).parents[2]
BENCHMARK = HOUSE / "benchmarks" / "platforms.py"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not BENCHMARK.exists(), reason="the benchmarks are kept in the checkout"),
]


@pytest.mark.parametrize("platform", ["telegram", pytest.param("discord", marks=needs_openssl)])
def test_every_bot_answers_what_it_was_asked(platform: str) -> None:
    """A figure counts only if no message was left out, by the bots and by the whole of fanbot."""
    run = subprocess.run(
        (sys.executable, str(BENCHMARK), "--quick", "--seconds", "1", "--rate", "50", "--only", platform),
        capture_output=True,
        text=True,
        check=False,
        timeout=110,
    )
    assert run.returncode == 0, run.stderr[-2000:]
    told = json.loads(run.stdout)
    for kind in ("bare", "adapter", "whole"):
        figures = told[platform][kind]
        assert figures["asked"] == figures["answered"] > 0, kind
        assert len(figures["memory_mb"]) == 3
    assert told[platform]["whole"]["stored"] == told[platform]["whole"]["offered"] >= 100
    assert told[platform]["bare"]["most_per_second"] > 0
    assert told[platform]["cost_of_bare"] > 0


def test_the_section_takes_the_place_of_an_older_one() -> None:
    """Other parts of the page stay as they are."""
    code = (
        "import json, sys\n"
        "from platforms_page import HEADING, with_section\n"
        "told = json.loads((__import__('pathlib').Path(sys.argv[1])).read_text('utf-8'))['platforms']\n"
        "page = with_section(f'# All\\n\\n{HEADING}\\n\\nolder\\n\\n## Others\\n\\nkept\\n', told)\n"
        "assert 'older' not in page and page.count(HEADING) == 1, page\n"
        "assert page.startswith('# All\\n') and page.endswith('\\n## Others\\n\\nkept\\n'), page\n"
        "assert with_section(page, told) == page\n"
    )
    figures = HOUSE / "docs" / "benchmarks.json"
    if "platforms" not in json.loads(figures.read_text("utf-8")):
        pytest.skip("nothing was measured yet")
    run = subprocess.run(
        (sys.executable, "-c", code, str(figures)),
        cwd=HOUSE / "benchmarks",
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert run.returncode == 0, run.stderr
