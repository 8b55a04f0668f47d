#!/usr/bin/env python3
"""Can a stranger stop the service? Its answers while connections are held open and long forms are sent, beside calm.

    python benchmarks/strangers.py [--rounds 9] [--seconds 2]

Starts `feedback-app web` on an empty SQLite database and asks for /healthz, one request after the other, in turn: in
calm, while fifty connections are held that sent the head of a form and then nothing, while fifty sent nothing at all,
while six forms of 31 MB are sent to /sign-in at once, and while six are sent over and over by this same machine.
Printed are answers a second and the slowest answer of each, and the median share of calm's rate, paired by round.
Compare within one run only: the machine drifts.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from feedback_app.settings import Settings  # noqa: E402
from tests.web_process import environment, half_open, status, web  # noqa: E402

HEAD = b"POST /sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n"
FORM = b"email=" + b"a" * 31 * 1024 * 1024


@contextmanager
def held(port: int, sent: bytes) -> Iterator[None]:
    lines = [half_open(port, sent) for _ in range(50)]
    yield
    for one in lines:
        one.close()


@contextmanager
def long_forms(port: int, again: bool) -> Iterator[None]:
    enough = threading.Event()

    def send() -> None:
        while True:
            assert status(port, "/sign-in", FORM) == 413
            if not again or enough.is_set():
                return

    senders = [threading.Thread(target=send) for _ in range(6)]
    for one in senders:
        one.start()
    yield
    enough.set()
    for one in senders:
        one.join()


def asked(port: int, seconds: float) -> tuple[float, float]:
    """Ask for /healthz for so long; return answers a second and the slowest one in seconds."""
    took, begun = [], time.perf_counter()
    while time.perf_counter() < begun + seconds:
        at = time.perf_counter()
        assert status(port, "/healthz") == 200
        took.append(time.perf_counter() - at)
    return len(took) / sum(took), max(took)


def main() -> None:
    """Ask in turn and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--seconds", type=float, default=2)
    options = parser.parse_args()
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        settings = Settings(secret_key="b" * 40, var=folder).completed()
        upgrade = [sys.executable, "-m", "feedback_app.cli", "db", "upgrade"]
        subprocess.run(upgrade, cwd=ROOT, env=environment(settings), check=True, capture_output=True)
        port = stack.enter_context(web(settings))
        weather: dict[str, Callable[[], object]] = {
            "calm": ExitStack, "fifty heads": lambda: held(port, HEAD), "fifty silent": lambda: held(port, b""),
            "six long forms": lambda: long_forms(port, False),
            "over and over": lambda: long_forms(port, True),
        }  # fmt: skip
        seen: dict[str, list[tuple[float, float]]] = {name: [] for name in weather}
        for _ in range(options.rounds):
            for name, made in weather.items():
                with made():
                    seen[name].append(asked(port, options.seconds))
    for name, runs in seen.items():
        share = statistics.median(one[0] / calm[0] for one, calm in zip(runs, seen["calm"], strict=True))
        rate, slowest = statistics.median(one[0] for one in runs), max(one[1] for one in runs)
        print(f"{name:20} {rate:6.0f} a second, slowest {slowest * 1000:5.0f} ms, {share:.2f} of calm")


if __name__ == "__main__":
    main()
