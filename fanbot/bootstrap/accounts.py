"""Which accounts of which adapters a workspace uses."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from fanbot.errors import AdapterError
from fanbot.ports.platform import AdapterSpec, Capabilities, Opening

if TYPE_CHECKING:
    from fanbot.plugins.registry import Found
    from fanbot.workspace.folder import FolderWorkspace

MAIN = "main"

Enabled = Mapping[str, tuple[AdapterSpec, Opening]]


def enabled_accounts(workspace: "FolderWorkspace", only: Sequence[str]) -> Enabled:
    """Return the spec and the opening of every account; raises AdapterError when there is none."""
    found = installed()
    sections = workspace.snapshot.settings.adapters
    enabled: dict[str, tuple[AdapterSpec, Opening]] = {}
    for name in only or sections:
        spec = found[name].spec if name in found else None
        if spec is None:
            known = ", ".join(sorted(found))
            remedy = found[name].remedy if name in found else f"Installed: {known}."
            raise AdapterError(f"There is no adapter {name!r} to start; nothing was started. {remedy}")
        for account, settings in named_accounts(sections.get(name, {})):
            enabled[f"{name}/{account}"] = (spec, Opening(account, settings))
    if not enabled:
        raise AdapterError(
            "No adapter is enabled, so there is nobody to listen to. Add a section such as "
            "[adapters.telegram] to config/fanbot.toml, or try: fanbot run --only stdio"
        )
    return enabled


def capabilities_of(enabled: Enabled) -> Mapping[str, Capabilities]:
    """Say what each account's platform can do."""
    return {name: spec.capabilities for name, (spec, _) in enabled.items()}


def working_accounts(workspace: "FolderWorkspace") -> Enabled:
    """Return the spec and the opening of every account whose adapter can be used."""
    found = installed()
    return {
        f"{name}/{account}": (spec, Opening(account, settings))
        for name, section in workspace.snapshot.settings.adapters.items()
        if name in found and (spec := found[name].spec) is not None
        for account, settings in named_accounts(section)
    }


def known_capabilities(workspace: "FolderWorkspace") -> Mapping[str, Capabilities]:
    """Say what each enabled account's platform can do, without opening any."""
    return capabilities_of(working_accounts(workspace))


def named_accounts(section: Mapping[str, object]) -> list[tuple[str, Mapping[str, object]]]:
    """Return the accounts of an adapter's section: itself as *main*, more under ``accounts``."""
    more = section.get("accounts")
    own = {key: value for key, value in section.items() if key != "accounts"}
    others = more.items() if isinstance(more, Mapping) else ()
    named = [(str(name), settings) for name, settings in others if isinstance(settings, Mapping)]
    return [(MAIN, own), *named] if own or not named else named


def installed() -> Mapping[str, "Found"]:
    """Find every adapter, whatever state it is in."""
    from fanbot.plugins.registry import find_adapters

    return find_adapters()
