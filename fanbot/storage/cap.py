"""The cap at the moment of a claim: what the ledger holds, the policy's verdict, the reservation."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from fanbot.domain.messages import SignalClass
from fanbot.domain.promotion import FanStanding, Tally
from fanbot.domain.settings import SignalSettings
from fanbot.policy.signal import SignalCap, admit_block, classify, window_days
from fanbot.storage import bulk, tables
from fanbot.storage.times import DAY, moment, stamp

_LEDGER = tables.table(tables.Ledger)
_SCOPES = tables.table(tables.LedgerScope)
_TOLD = tables.table(tables.Told)
_SHORTEST_GAP = timedelta(minutes=1)
_NEWEST = ""
"""The scope under which the newest time of the whole ledger stands."""


@dataclass(frozen=True, slots=True)
class Request:
    """An answer with a promo block that asks to carry it."""

    outbox_id: int
    fan_id: int
    channel_key: str | None
    template: str
    signal: SignalClass

    @property
    def scopes(self) -> tuple[str, ...]:
        """Name every scope that the promotion touches; a shared channel is one of its own."""
        fan = fan_scope(self.fan_id)
        return (fan,) if self.channel_key is None else (fan, f"channel:{self.channel_key}")


def fan_scope(fan_id: int) -> str:
    """Name a fan's scope."""
    return f"fan:{fan_id}"


def admit(
    connection: Connection, requests: Sequence[Request], *, settings: SignalSettings, now: datetime
) -> Mapping[int, bool]:
    """Ask the cap for each request in turn and reserve what it admits."""
    if not requests:
        return {}
    cap = SignalCap(share=settings.share, gap=settings.gap)
    tallies = _tallies(connection, {scope for r in requests for scope in r.scopes}, settings, now)
    fans = _standings(connection, {r.fan_id for r in requests})
    told = _told(connection, [(r.fan_id, r.template) for r in requests])
    today = stamp(now) // DAY
    admitted: dict[int, bool] = {}
    reserved: dict[str, int] = {}
    for request in requests:
        worth = classify(
            request.signal, last_same=told.get((request.fan_id, request.template)), now=now, gap=settings.gap
        )
        verdict = admit_block(
            cap=cap,
            tallies=[tallies[scope] for scope in request.scopes],
            fan=fans.get(request.fan_id, FanStanding()),
            now=now,
            carries_answer=worth is SignalClass.SIGNAL,
        )
        admitted[request.outbox_id] = verdict.admitted
        if not verdict.admitted:
            continue
        for scope in request.scopes:
            reserved[scope] = reserved.get(scope, 0) + 1
            tally = tallies[scope]
            tallies[scope] = replace(tally, noise=tally.noise + 1, latest_promotion=now)
    bulk.insert(
        connection,
        _LEDGER,
        [(scope, today, 0, count) for scope, count in sorted(reserved.items())],
        suffix="ON CONFLICT (scope, day) DO UPDATE SET noise = ledger.noise + excluded.noise",
    )
    _touch(connection, reserved, now)
    return admitted


def free(connection: Connection, rows: Sequence[tuple[tuple[str, ...], int]]) -> None:
    """Give reservations back after certain non-delivery; each row is its scopes and the day reserved."""
    for scopes, day in rows:
        for scope in scopes:
            bulk.run(
                connection,
                "UPDATE ledger SET noise = noise - 1 WHERE scope = ? AND day = ? AND noise > 0",
                scope,
                day,
            )


def renew(connection: Connection, scopes: Iterable[str], at: datetime) -> None:
    """Let the gap run from ``at``: what was reserved before may be seen only then."""
    _touch_scopes(connection, set(scopes), at)


def note_deliveries(
    connection: Connection,
    delivered: Sequence[tuple[int, str, SignalClass]],
    *,
    settings: SignalSettings,
    now: datetime,
) -> None:
    """Count confirmed deliveries, each a fan, a template and its class, as signal or noise."""
    told = _told(connection, [(fan, template) for fan, template, _ in delivered if template])
    today = stamp(now) // DAY
    signal: dict[str, int] = {}
    noise: dict[str, int] = {}
    for fan, template, published in delivered:
        key = (fan, template)
        last = told.get(key) if template else None
        worth = classify(published, last_same=last, now=now, gap=settings.gap)
        if template:
            told[key] = now
        counts = {SignalClass.SIGNAL: signal, SignalClass.NOISE: noise}.get(worth)
        if counts is not None:
            counts[fan_scope(fan)] = counts.get(fan_scope(fan), 0) + 1
    bulk.insert(
        connection,
        _LEDGER,
        [
            (scope, today, signal.get(scope, 0), noise.get(scope, 0))
            for scope in sorted(signal.keys() | noise.keys())
        ],
        suffix="ON CONFLICT (scope, day) DO UPDATE SET"
        " signal = ledger.signal + excluded.signal, noise = ledger.noise + excluded.noise",
    )
    bulk.insert(
        connection,
        _TOLD,
        sorted(
            {(fan, template, stamp(now)) for fan, template, _ in delivered if template},
        ),
        suffix="ON CONFLICT (fan_id, template) DO UPDATE SET at = excluded.at",
    )
    _touch(connection, noise, now)


def _touch(connection: Connection, promoted: Iterable[str], now: datetime) -> None:
    _touch_scopes(connection, {_NEWEST, *promoted}, now)


def _touch_scopes(connection: Connection, scopes: Collection[str], at: datetime) -> None:
    bulk.insert(
        connection,
        _SCOPES,
        [(scope, stamp(at)) for scope in sorted(scopes)],
        suffix="ON CONFLICT (scope) DO UPDATE SET latest_at = excluded.latest_at"
        " WHERE excluded.latest_at > ledger_scope.latest_at",
    )


def _tallies(
    connection: Connection, scopes: set[str], settings: SignalSettings, now: datetime
) -> dict[str, Tally]:
    signal_from, noise_from = window_days(now, settings.window)
    wanted = sorted(scopes)
    latest = {
        scope: moment(at)
        for scope, at in bulk.gather(
            connection, "scope, latest_at", "ledger_scope WHERE scope IN ({keys})", [_NEWEST, *wanted]
        )
    }
    counted = {
        scope: (int(useful or 0), int(promoted or 0))
        for scope, useful, promoted in bulk.fetch(
            connection,
            "SELECT scope, SUM(CASE WHEN day >= ? THEN signal ELSE 0 END), SUM(noise) FROM ledger"
            " WHERE scope IN ({keys}) AND day >= ? GROUP BY scope",
            wanted,
            noise_from,
            before=(signal_from,),
        )
    }
    charges, charged_at = _charges(connection, settings, now)
    result: dict[str, Tally] = {}
    for scope in wanted:
        useful, promoted = counted.get(scope, (0, 0))
        moments = [at for at in (latest.get(scope), charged_at) if at is not None]
        result[scope] = Tally(
            scope=scope,
            signal=useful,
            noise=promoted + charges,
            latest_promotion=max(moments, default=None),
            newest_entry=latest.get(_NEWEST),
        )
    return result


def _charges(connection: Connection, settings: SignalSettings, now: datetime) -> tuple[int, datetime | None]:
    """Count one promotion per gap between a backup and its restoration, for every scope (G5).

    Without a gap there is no telling how many went out: one a minute is charged.
    """
    gap = settings.gap or _SHORTEST_GAP
    since = stamp(now - settings.window)
    charged, latest = 0, None
    for backup_at, restored_at in bulk.rows(
        connection, "SELECT backup_at, restored_at FROM restoration WHERE restored_at >= ?", since
    ):
        between = moment(restored_at) - moment(backup_at)
        charged += -(-between // gap)
        latest = max(filter(None, (latest, moment(restored_at))))
    return charged, latest


def _standings(connection: Connection, fans: set[int]) -> dict[int, FanStanding]:
    keys = sorted(fans)
    found = {
        fan: FanStanding(opted_out=opted_out is not None)
        for fan, opted_out in bulk.gather(connection, "id, opted_out_at", "fan WHERE id IN ({keys})", keys)
    }
    for fan, waiting, answered in bulk.fetch(
        connection,
        f"SELECT fan_id, MAX(CASE WHEN {tables.NEEDS_PERSON} THEN 1 ELSE 0 END),"  # noqa: S608 - our own words
        " MAX(CASE WHEN answered_at IS NULL AND state IN ('closed', 'archived')"
        " THEN touched_at ELSE answered_at END)"
        " FROM handoff WHERE fan_id IN ({keys}) GROUP BY fan_id",
        keys,
    ):
        found[fan] = replace(found[fan], needs_person=bool(waiting), last_answered_at=moment(answered))
    return found


def _told(connection: Connection, keys: Sequence[tuple[int, str]]) -> dict[tuple[int, str], datetime]:
    wanted = set(keys)
    if not wanted:
        return {}
    return {
        (fan, template): moment(at)
        for fan, template, at in bulk.gather(
            connection,
            "fan_id, template, at",
            "told WHERE fan_id IN ({keys})",
            sorted({fan for fan, _ in wanted}),
        )
        if (fan, template) in wanted
    }
