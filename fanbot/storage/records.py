"""How each table is told to people who take their data elsewhere: queries, and rows as records."""

from collections.abc import Callable, Mapping
from typing import Any

import orjson

from fanbot.storage.keys import written
from fanbot.storage.times import moment

Record = Mapping[str, object]


def _time(value: int | None) -> str | None:
    return None if value is None else moment(value).isoformat()


def _fan(row: Any) -> Record:
    number, created, name, blocked, opted_out, identities, unreachable = row
    return {
        "type": "fan",
        "id": written(number),
        "name": name,
        "identities": sorted(orjson.loads(identities or "[]")),
        "since": _time(created),
        "blocked_at": _time(blocked),
        "no_promotions_since": _time(opted_out),
        "unreachable": [
            {**each, "since": _time(each["since"])}
            for each in sorted(orjson.loads(unreachable or "[]"), key=lambda each: str(each["identity"]))
        ],
    }


def _consent(row: Any) -> Record:
    number, fan, at, what, source = row
    return {"type": "consent", "id": written(number), "fan": written(fan), "at": _time(at), "what": what,
            "source": source}  # fmt: skip


def _message(row: Any) -> Record:
    (
        _, key, message, kind, text, emoji, fan, user, name, platform, account, channel, thread, direct,
        reply_to, received, sent, files, route, template, lane, confidence, language, reasons, decided,
        suggestions,
    ) = row  # fmt: skip
    decision = None
    if route is not None:
        decision = {
            "route": route,
            "template": template,
            "lane": lane,
            "confidence": confidence,
            "language": language,
            "reasons": orjson.loads(reasons),
            "suggestions": orjson.loads(suggestions or "[]"),
            "at": _time(decided),
        }
    return {
        "type": "message",
        "id": message,
        "event": key,
        "kind": kind,
        "platform": platform,
        "account": account,
        "channel": channel,
        "thread": thread,
        "direct": bool(direct),
        "fan": written(fan),
        "author": {"id": user, "name": name},
        "text": emoji if kind == "reaction" else text,
        "attachments": orjson.loads(files or "[]"),
        "reply_to": reply_to,
        "received_at": _time(received),
        "sent_at": _time(sent),
        "decision": decision,
    }


def _sent(row: Any) -> Record:
    number, kind, channel, body, promo, promoted, reply_to, template, state, settled, error, fan = row
    return {
        "type": "outbound",
        "key": written(number),
        "kind": kind,
        "fan": written(fan),
        "channel": channel,
        "text": f"{body}\n\n{promo}" if promoted else body,
        "promotional": bool(promoted),
        "in_reply_to": reply_to,
        "template": template,
        "state": state,
        "at": _time(settled),
        "error": error,
    }


def _item(row: Any) -> Record:
    number, fan, lane, state, opened, weight, messages, topic, owner, answered = row
    return {
        "type": "item",
        "id": written(number),
        "fan": written(fan),
        "lane": lane,
        "state": state,
        "opened_at": _time(opened),
        "weight": weight,
        "messages": messages,
        "topic": topic,
        "owner": owner,
        "answered_at": _time(answered),
    }


def _item_event(row: Any) -> Record:
    number, item, at, who, what, event, detail = row
    return {
        "type": "item-event",
        "id": written(number),
        "item": written(item),
        "at": _time(at),
        "who": who,
        "what": what,
        "event": event,
        "detail": orjson.loads(detail),
    }


def _audit(row: Any) -> Record:
    number, at, who, what, target = row
    return {"type": "audit", "id": written(number), "at": _time(at), "who": who, "what": what,
            "target": target}  # fmt: skip


# Each part: its query (the first column is the id that pages go by), what holds for one fan's rows (None:
# not a fan's), and how a row is told. A fan's rows are found by an index, also where pages go by id.
PARTS: tuple[tuple[str, str | None, Callable[[Any], Record]], ...] = (
    (
        (
            "SELECT f.id, f.created_at, f.name, f.blocked_at, f.opted_out_at,"
            " (SELECT CAST({list}(i.key) AS TEXT) FROM identity i WHERE i.fan_id = f.id),"
            " (SELECT CAST({list}({object}('identity', i.key, 'account', i.unreachable_account,"
            " 'why', i.unreachable_why, 'since', i.unreachable_at)) AS TEXT)"
            " FROM identity i WHERE i.fan_id = f.id AND i.unreachable_at IS NOT NULL)"
            " FROM fan f WHERE f.id > ?"
        ),
        "f.id = ?",
        _fan,
    ),
    ("SELECT c.id, c.fan_id, c.at, c.what, c.source FROM consent c WHERE c.id > ?", "c.fan_id = ?", _consent),
    (
        (
            'SELECT e.id, e.key, e.message, e.kind, v.text, r.emoji, e.fan_id, e."user", f.name, c.platform,'
            " c.account, c.channel, c.thread, c.direct, e.reply_to, e.received_at, e.sent_at,"
            " (SELECT CAST({list}({object}('reference', a.reference, 'name', a.name,"
            " 'media_type', a.media_type, 'size', a.size)) AS TEXT)"
            " FROM (SELECT * FROM attachment WHERE event_id = e.id ORDER BY number) a), d.route,"
            " d.template, d.lane, d.confidence, d.language, d.reasons, d.decided_at, d.suggestions"
            " FROM event e JOIN conversation c ON c.id = e.conversation_id JOIN fan f ON f.id = e.fan_id"
            " LEFT JOIN version v ON v.event_id = e.id LEFT JOIN reaction r ON r.event_id = e.id"
            " LEFT JOIN decision d ON d.event_id = e.id WHERE e.id > ?"
        ),
        "e.fan_id = ?",
        _message,
    ),
    (
        (
            "SELECT o.id, o.kind, c.channel, o.body, o.promo, o.promoted, o.in_reply_to, o.template, o.state,"
            " o.settled_at, o.error, o.fan_id FROM outbox o JOIN conversation c ON c.id = o.conversation_id"
            " WHERE o.id > ?"
        ),
        "o.conversation_id IN (SELECT conversation_id FROM event WHERE fan_id = ?) AND o.fan_id = ?",
        _sent,
    ),
    (
        (
            "SELECT h.id, h.fan_id, h.lane, h.state, h.opened_at, h.weight, h.messages, h.topic, h.owner,"
            " h.answered_at FROM handoff h WHERE h.id > ?"
        ),
        "h.fan_id = ?",
        _item,
    ),
    (
        (
            "SELECT n.id, n.handoff_id, n.at, n.who, n.what, e.key, n.detail FROM handoff_event n"
            " JOIN handoff h ON h.id = n.handoff_id LEFT JOIN event e ON e.id = n.event_id WHERE n.id > ?"
        ),
        "h.fan_id = ?",
        _item_event,
    ),
    ("SELECT a.id, a.at, a.who, a.what, a.target FROM audit a WHERE a.id > ?", None, _audit),
)
