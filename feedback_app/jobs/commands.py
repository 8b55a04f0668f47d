"""The command that runs the worker."""

from __future__ import annotations

from typing import cast

import click
from flask import Flask, current_app
from sqlalchemy.exc import SQLAlchemyError

from feedback_app.common.cli_helpers import in_app, json_option, say
from feedback_app.delivery import queries
from feedback_app.errors import Refused
from feedback_app.jobs import queries as job_queries
from feedback_app.jobs.worker import Done, WorkerProcess
from feedback_app.settings import BadSetting


@click.command()
@click.option("--until-idle", is_flag=True, help="Do every job once, send what is due, say what was done, and end.")
@click.option("--only", type=click.Choice(["sender", "jobs"]), help="Only send letters, or only do the jobs.")
@json_option
@in_app
def worker(until_idle: bool, only: str | None, as_json: bool) -> None:
    """Run the worker: it sends letters and does the jobs until it is told to stop.

    Ctrl-C or SIGTERM lets it finish the letters on the wire and give the others back. FEEDBACK_MAIL_PROCESSES says
    how many of its processes send. Any number of workers may run on PostgreSQL. On SQLite run one worker: two
    processes share the file well and have sent up to twice the letters where cores were free; more were not measured.
    """
    job_queries.refuse_other_tables()
    app = cast(Flask, current_app._get_current_object())  # type: ignore[attr-defined]  # the proxy's own accessor
    process = WorkerProcess(app, sends=only != "jobs", does_jobs=only != "sender")
    try:
        if not until_idle:
            _ended(process.run())
            return
        done = process.until_idle()
    except BadSetting as error:
        raise click.ClickException(str(error)) from error
    except OSError as error:
        raise Refused("The worker cannot keep its journal: %(error)s. Check FEEDBACK_VAR.", error=error) from error
    except SQLAlchemyError as error:
        why = " ".join(str(error).split())[:300]
        raise Refused("The database does not answer: %(why)s. Check it and start the worker again.", why=why) from error
    _tell(done, as_json)
    if done.trouble:
        raise Refused("The sender stopped and letters wait: %(why)s", why=done.trouble)


def _ended(trouble: str) -> None:
    if trouble:
        raise Refused(
            "The worker could not write down all it did: %(why)s. Its journal keeps it: start a worker on this machine"
            " when the database takes results again.", why=trouble,
        )  # fmt: skip


def _tell(done: Done, as_json: bool) -> None:
    status = queries.status()
    lines = [f"{name}: {outcome}" for name, outcome in done.jobs.items()]
    letters = ", ".join(f"{count} {state.replace('_', ' ')}" for state, count in sorted(done.letters.items()) if count)
    lines.append(f"letters: {letters or 'none were due'}")
    waiting = status.counts.get("queued", 0)
    if waiting:
        when = f", the next at {status.next_at:%Y-%m-%d %H:%M} UTC" if status.next_at else ""
        lines.append(f"{waiting} letters wait{when}")
    data = {
        "letters": dict(done.letters), "jobs": done.jobs, "seconds": round(done.seconds, 3), "waiting": waiting,
        "next_at": status.next_at, "trouble": done.trouble,
    }  # fmt: skip
    say(data, as_json, "\n".join(lines))
