"""Setting up the accounts of an adapter: each does at its platform what can be done, and tells the rest."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from fanbot.bootstrap.accounts import MAIN, installed, named_accounts
from fanbot.bootstrap.rooms import opened_store
from fanbot.domain.checks import Check
from fanbot.errors import AdapterError, StoreError
from fanbot.ports.platform import AdapterSpec, Opening

if TYPE_CHECKING:
    from fanbot.workspace.folder import FolderWorkspace


@dataclass(frozen=True, slots=True)
class AccountSetUp:
    """What setting up one account found.

    ``credential`` names the setting that the platform knows the account by, and ``credential_from`` says
    where to get it. ``accepted``: the platform took it. ``lacking``: it is missing or was refused; false
    as well when the platform could not be asked.
    """

    account: str
    checks: Sequence[Check]
    credential: str
    credential_from: str
    accepted: bool = False
    lacking: bool = False


def adapters_to_set_up() -> Mapping[str, str]:
    """Return the name and the summary of every adapter that can set its accounts up."""
    return {
        name: found.spec.summary
        for name, found in installed().items()
        if found.spec is not None and found.spec.set_up is not None
    }


def has_secret(workspace: "FolderWorkspace", adapter: str, account: str, value: str) -> bool:
    """Tell whether the settings give this account this very secret."""
    spec = _spec(adapter)
    return dict(_accounts(workspace, adapter)).get(account, {}).get(spec.credential) == value


async def set_up(
    workspace: "FolderWorkspace", adapter: str, *, account: str = "", secret: str = ""
) -> Sequence[AccountSetUp]:
    """Set up every account of an adapter, or one, which needs no section yet.

    ``secret`` is tried in place of the one in the settings and kept nowhere; it is for one account.
    Raises AdapterError for an adapter that cannot do it.
    """
    spec = _spec(adapter)
    accounts = _accounts(workspace, adapter) or [(MAIN, {})]
    if account:
        accounts = [(account, dict(accounts).get(account, {}))]
    return [
        await _set_up(workspace, spec, name, {**settings, spec.credential: secret} if secret else settings)
        for name, settings in accounts
    ]


def _spec(adapter: str) -> AdapterSpec:
    found = installed().get(adapter)
    if found is None or found.spec is None or found.spec.set_up is None:
        raise AdapterError(f"There is no adapter {adapter!r} that can be set up. Nothing was changed.")
    return found.spec


def _accounts(workspace: "FolderWorkspace", adapter: str) -> Sequence[tuple[str, Mapping[str, object]]]:
    section = workspace.snapshot.settings.adapters.get(adapter)
    return [] if section is None else named_accounts(section)


async def _set_up(
    workspace: "FolderWorkspace", spec: AdapterSpec, account: str, settings: Mapping[str, object]
) -> AccountSetUp:
    name, source = spec.credential, spec.credential_from
    if name and not settings.get(name):
        return AccountSetUp(account, [_missing_secret(spec, account)], name, source, lacking=True)
    checks = await _asked(workspace, spec, Opening(account, settings))
    told = [check.ok for check in checks if name and check.name.endswith(f" {name}")]
    return AccountSetUp(account, checks, name, source, accepted=True in told, lacking=False in told)


async def _asked(workspace: "FolderWorkspace", spec: AdapterSpec, opening: Opening) -> Sequence[Check]:
    from fanbot.services import examination

    assert spec.set_up is not None  # noqa: S101 - only such a spec comes here
    name = f"{spec.name}/{opening.account}"
    try:
        if spec.mount:
            async with opened_store(workspace) as store:
                opening = replace(opening, secret=await store.secrets.secret(f"adapter {name}"))
        return await spec.set_up(opening)
    except StoreError as error:
        return [examination.broken_store(error)]
    except ImportError as error:
        wanted = f"fanbot[{spec.extra}]" if spec.extra else "what this adapter needs"
        return [
            Check(
                name,
                ok=False,
                found=f"what it needs is not installed ({error})",
                remedy=f"Install it: pip install '{wanted}'",
            )
        ]
    except Exception as error:  # noqa: BLE001 - a stranger's adapter may raise anything (G7)
        return [examination.unasked(name, error)]


def _missing_secret(spec: AdapterSpec, account: str) -> Check:
    """Say where to get the secret, and where to put it; never to be typed behind a command."""
    at_home = account == MAIN
    section = f"adapters.{spec.name}" if at_home else f"adapters.{spec.name}.accounts.{account}"
    variable = f"FANBOT_{section}.{spec.credential}".upper().replace(".", "__")
    command = f"fanbot {spec.name} setup{'' if at_home else f' --account {account}'}"
    lines = [
        spec.credential_from,
        f"Then type `{command}` in a terminal, which asks for it unseen and keeps it in config/secrets.toml.",
        "Or write it into that file yourself:",
        f"[{section}]",
        f'{spec.credential} = "…"',
    ]
    if account == account.lower():
        lines.append(f"Or set the environment variable {variable}.")
    return Check(
        f"{spec.name}/{account} {spec.credential}",
        ok=False,
        found="there is none in the settings yet",
        remedy="\n".join(line for line in lines if line),
    )
