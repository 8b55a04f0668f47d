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
        "groups": [_group(one) for one in mail_queries.groups(counted, "en")],
        "domains": [{"domain": domain, **counts} for domain, counts in queries.domains()],
        "paused": [
            {
                "kind": one.kind, "group": one.group_id, "since": one.since, "reason": one.reason,
                "halted": (one.kind, one.group_id) in halts,
            }
            for one in now.pauses
        ],
        "workers": [{"name": one.name, "seen": one.seen_at, "trouble": one.trouble} for one in alive],
        "halted_by_relay": {"since": halted.trouble_since, "trouble": halted.trouble} if halted else None,
        "came_back": [
            {"source": one.source, "outcome": one.outcome, "messages": one.messages}
            for one in queries.came_back(queries.MONTH)
        ],
        "last_errors": [
            {"letter": one.id, "address": one.address, "state": one.state, "code": one.code, "reply": one.reply}
            for one in queries.last_errors(5)
        ],
        "troubles": [
            {"reply": one.reply, "letters": one.letters, "states": list(one.states)} for one in queries.troubles()
        ],
    }  # fmt: skip


def _group(one: mail_queries.Group) -> dict[str, Any]:
    return {"kind": one.kind, "group": one.id, "name": one.name, "states": one.states}


def lines(data: dict[str, Any]) -> list[str]:
    """Return what a person reads."""
    found = [f"{state.replace('_', ' '):>10}  {count}" for state, count in data["states"].items() if count]
    if not found:
        return ["No letter was ever queued.", *_workers(data)]
    found.append(
        f"{data['due']} due now; sent: {data['sent_in_the_last_minute']} in the last minute, "
        f"{data['sent_in_the_last_10_minutes']} in 10 minutes, {data['sent_in_the_last_hour']} in an hour"
    )
    if data["oldest_waiting"]:
        found.append(f"the one that waits longest could have left since {data['oldest_waiting']:{MOMENT}} UTC")
    if data["next_retry"]:
        found.append(f"the next later try is due {data['next_retry']:{MOMENT}} UTC")
    return [*found, *_workers(data), *_relay(data), *_came_back(data), *_paused(data), *_groups(data), *_troubles(data)]


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
    found = []
    for one in data["paused"]:
        what = f"letters of the kind {one['kind']}" if one["kind"] else "all letters"
        what = f"{one['kind']} {one['group']}" if one["group"] else what
        how = "halted by the machine" if one["halted"] else "held back"
        who = f" by {one['reason']}" if one["reason"] and not one["halted"] else ""
        why = f": {one['reason']}" if one["halted"] else ""
        found.append(f"{how}{who}: {what}, since {one['since']:{MOMENT}} UTC{why}")
    return [*found, "let them go on: feedback-app mail resume [--kind KIND --group NUMBER]"] if found else []


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
