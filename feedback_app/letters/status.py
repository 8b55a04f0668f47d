"""The state of the letters for programs and for people at a terminal."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from feedback_app.delivery import queries
from feedback_app.delivery.models import STATES
from feedback_app.delivery.queue import throughput
from feedback_app.jobs import queries as jobs
from feedback_app.letters import queries as mail_queries

MOMENT = "%Y-%m-%d %H:%M"


def collect() -> dict[str, Any]:
    """Return everything that `feedback-app mail status --json` says."""
    counted, alive = queries.tally(), jobs.workers()
    halted = jobs.relay_trouble(alive)
    now, halts = queries.status(counted), queries.open_halts()
    minute, ten, hour = throughput.sent_within(timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1))
    return {
        "states": {state: now.counts.get(state, 0) for state in STATES},
        "due": now.due,
        "sent_in_the_last_minute": minute,
        "sent_in_the_last_10_minutes": ten,
        "sent_in_the_last_hour": hour,
        "oldest_waiting": now.oldest,
        "next_retry": now.next_at,
        "kinds": counted.by_kind(),
        "groups": [_group(group) for group in mail_queries.groups(counted, "en")],
        "domains": [{"domain": domain, **counts} for domain, counts in queries.domains()],
        "paused": [
            {
                "kind": group.kind, "group": group.group_id, "since": group.since, "reason": group.reason,
                "halted": (group.kind, group.group_id) in halts,
            }
            for group in now.pauses
        ],
        "workers": [{"name": group.name, "seen": group.seen_at, "trouble": group.trouble} for group in alive],
        "halted_by_relay": {"since": halted.trouble_since, "trouble": halted.trouble} if halted else None,
        "came_back": [
            {"source": group.source, "outcome": group.outcome, "messages": group.messages}
            for group in queries.came_back(queries.MONTH)
        ],
        "last_errors": [
            {"letter": row.id, "address": row.address, "state": row.state, "code": row.code, "reply": row.reply}
            for row in queries.last_errors(5)
        ],
        "troubles": [
            {"reply": row.reply, "letters": row.letters, "states": list(row.states)} for row in queries.troubles()
        ],
    }  # fmt: skip


def _group(one: mail_queries.Group) -> dict[str, Any]:
    return {"kind": one.kind, "group": one.id, "name": one.name, "states": one.states}


def lines(data: dict[str, Any]) -> list[str]:
    """Return what a person reads."""
    shown = [f"{state.replace('_', ' '):>10}  {count}" for state, count in data["states"].items() if count]
    if not shown:
        return ["No letter was ever queued.", *_workers(data)]
    shown.append(
        f"{data['due']} due now; sent: {data['sent_in_the_last_minute']} in the last minute, "
        f"{data['sent_in_the_last_10_minutes']} in 10 minutes, {data['sent_in_the_last_hour']} in an hour"
    )
    if data["oldest_waiting"]:
        shown.append(f"the one that waits longest could have left since {data['oldest_waiting']:{MOMENT}} UTC")
    if data["next_retry"]:
        shown.append(f"the next later try is due {data['next_retry']:{MOMENT}} UTC")
    return [*shown, *_workers(data), *_relay(data), *_came_back(data), *_paused(data), *_groups(data), *_troubles(data)]


def _workers(data: dict[str, Any]) -> list[str]:
    if not data["workers"]:
        return ["no worker runs: letters wait until one does (feedback-app worker)"]
    return [f"worker {one['name']}: {one['trouble'] or 'at work'}" for one in data["workers"]]


def _relay(data: dict[str, Any]) -> list[str]:
    halted = data["halted_by_relay"]
    if not halted:
        return []
    return [f"halted: the relay takes nothing since {halted['since']:{MOMENT}} UTC; letters go on when it is back"]


def _came_back(data: dict[str, Any]) -> list[str]:
    found = [f"{one['messages']} {one['outcome']} ({one['source']})" for one in data["came_back"]]
    return [f"came back in 30 days: {', '.join(found)}"] if found else []


def _paused(data: dict[str, Any]) -> list[str]:
    shown = []
    for pause in data["paused"]:
        what = f"letters of the kind {pause['kind']}" if pause["kind"] else "all letters"
        what = f"{pause['kind']} {pause['group']}" if pause["group"] else what
        how = "halted by the machine" if pause["halted"] else "held back"
        who = f" by {pause['reason']}" if pause["reason"] and not pause["halted"] else ""
        why = f": {pause['reason']}" if pause["halted"] else ""
        shown.append(f"{how}{who}: {what}, since {pause['since']:{MOMENT}} UTC{why}")
    return [*shown, "let them go on: feedback-app mail resume [--kind KIND --group NUMBER]"] if shown else []


def _groups(data: dict[str, Any]) -> list[str]:
    return [
        f"{one['kind']} {one['group']}{' (' + one['name'] + ')' if one['name'] else ''}: "
        + ", ".join(f"{count} {state.replace('_', ' ')}" for state, count in sorted(one["states"].items()))
        for one in data["groups"]
    ]


def _troubles(data: dict[str, Any]) -> list[str]:
    return [
        f"{one['letters']} {'letter' if one['letters'] == 1 else 'letters'}: {one['reply']}" for one in data["troubles"]
    ]
