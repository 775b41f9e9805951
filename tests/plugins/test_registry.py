"""Adapters are found by their entry points, and one in trouble stops no other."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from fanbot.errors import AdapterError
from fanbot.plugins.registry import Found, Status, open_adapter
from fanbot.ports.platform import AdapterSpec, Capabilities, Opening, Platform, Resend
from fanbot.testing.platform import MemoryPlatform

LOOK = """
import json
from fanbot.plugins.registry import find_adapters
print(json.dumps({name: [found.status, found.remedy] for name, found in find_adapters().items()}))
"""
SPEC = """
from fanbot.ports.platform import AdapterSpec, Capabilities, Resend
spec = AdapterSpec({name!r}, "planted", Capabilities(Resend.SAME_KEY), print)
"""
OPENING = Opening("main", {})


def plant(folder: Path, package: str, module: str, source: str, points: str) -> None:
    """Lay a distribution with one module out as an installer does."""
    (folder / f"{module}.py").write_text(source)
    info = folder / f"{package.replace('-', '_')}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[fanbot.adapters]\n{points}\n")


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, tuple[str, str]]:
    """Plant good and bad adapters side by side, and let a new interpreter look for them."""
    folder = tmp_path_factory.mktemp("planted")
    plant(folder, "fine-post", "fine_post", SPEC.format(name="fine"), "fine = fine_post:spec")
    plant(folder, "raising-post", "raising_post", "1 / 0", "raising = raising_post:spec")
    plant(folder, "leaving-post", "leaving_post", "raise SystemExit(3)", "leaving = leaving_post:spec")
    plant(folder, "odd-post", "odd_post", "spec = 3", "odd = odd_post:spec")
    plant(folder, "shy-post", "shy_post", SPEC.format(name="another"), "shy = shy_post:spec")
    plant(folder, "torn-post", "torn_post", "", "torn without an equals sign")
    plant(folder, "sdk-post", "sdk_post", "import no_such_sdk", "sdk = sdk_post:spec [fast]")
    plant(folder, "bare-post", "bare_post", "import no_such_sdk", "bare = bare_post:spec")
    plant(folder, "one-post", "one_post", SPEC.format(name="twin"), "twin = one_post:spec")
    plant(folder, "two-post", "two_post", SPEC.format(name="twin"), "twin = two_post:spec")
    plant(folder, "rival-post", "rival_post", SPEC.format(name="stdio"), "stdio = rival_post:spec")
    run = subprocess.run(
        [sys.executable, "-c", LOOK],
        env={**os.environ, "PYTHONPATH": str(folder)},
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    return {name: (status, remedy) for name, (status, remedy) in json.loads(run.stdout).items()}


def test_a_good_adapter_is_ok_among_bad_ones(found: Mapping[str, tuple[str, str]]) -> None:
    """Neither a crash nor an exit at import keeps another adapter from being found (G7)."""
    assert found["fine"] == ("ok", "")


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("raising", "ZeroDivisionError: division by zero"),
        ("leaving", "SystemExit: 3"),
        ("odd", "is int, not an AdapterSpec"),
        ("shy", "calls itself another"),
        ("torn-post", "Error"),
    ],
)
def test_a_broken_adapter_is_listed_with_its_error(
    found: Mapping[str, tuple[str, str]], name: str, told: str
) -> None:
    """The list says what was raised, and that the others run on."""
    status, remedy = found[name]
    assert status == "broken"
    assert told in remedy
    assert "Other adapters run on" in remedy


def test_a_missing_sdk_comes_with_the_command_that_installs_it(
    found: Mapping[str, tuple[str, str]],
) -> None:
    """The extra of the entry point names what to install."""
    status, remedy = found["sdk"]
    assert status == "missing dependency"
    assert "pip install 'sdk-post[fast]'" in remedy


def test_no_package_is_guessed_from_the_name_of_a_module(found: Mapping[str, tuple[str, str]]) -> None:
    """A module's name may be another package's on the index, so no command is made of it."""
    status, remedy = found["bare"]
    assert status == "missing dependency"
    assert "no_such_sdk" in remedy
    assert "pip install" not in remedy


def test_two_strangers_with_one_name_are_both_left_aside(found: Mapping[str, tuple[str, str]]) -> None:
    """Nobody can tell which one is meant, so neither runs and both are named."""
    status, remedy = found["twin"]
    assert status == "duplicate"
    assert "one-post and two-post" in remedy


def test_a_stranger_cannot_take_the_place_of_our_own(found: Mapping[str, tuple[str, str]]) -> None:
    """Our own adapter keeps its name, and the rival is listed beside it."""
    assert found["stdio"] == ("ok", "")
    assert found["stdio (rival-post)"][0] == "duplicate"


def spec(open_: object, *, extra: str = "") -> Found:
    """Describe an adapter whose opening does what the test says."""
    assert callable(open_)
    return Found("post", AdapterSpec("post", "planted", Capabilities(Resend.SAME_KEY), open_, extra))


def raising(error: BaseException) -> object:
    """Return an opening that raises."""

    def open_(opening: Opening) -> Platform:
        raise error

    return open_


def test_opens_what_was_found() -> None:
    """An adapter in order is opened with what it is given."""
    platform = MemoryPlatform()
    assert open_adapter(spec(lambda opening: platform), OPENING) is platform


def test_says_which_extra_an_opening_lacks() -> None:
    """An SDK that is missing only at the opening is named with its command too."""
    lacking = spec(raising(ModuleNotFoundError("No module named 'sdk'", name="sdk")), extra="post")
    with pytest.raises(AdapterError, match=r"pip install 'fanbot\[post\]'"):
        open_adapter(lacking, OPENING)


def test_passes_on_what_an_adapter_says_itself() -> None:
    """An adapter's own words about its settings reach the person unchanged."""
    with pytest.raises(AdapterError, match=r"^The token is missing\.$"):
        open_adapter(spec(raising(AdapterError("The token is missing."))), OPENING)


def test_translates_whatever_an_opening_raises() -> None:
    """A stranger's error becomes ours, with its type and text."""
    with pytest.raises(AdapterError, match="ZeroDivisionError: oh"):
        open_adapter(spec(raising(ZeroDivisionError("oh"))), OPENING)


def test_does_not_open_what_was_not_found_well() -> None:
    """The remedy is told again where somebody tries all the same."""
    with pytest.raises(AdapterError, match=r"duplicate.*Uninstall one"):
        open_adapter(Found("post", status=Status.DUPLICATE, remedy="Uninstall one."), OPENING)
