"""The sender beside nodemailer's pool: the same sink, the same run, both engines of database, signed and far away."""

from __future__ import annotations

import argparse
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

DELIVERY = Path(__file__).with_name("delivery.py")
LOOPBACK = "127.0.0.1"


def table(options: argparse.Namespace) -> None:
    """Print one line per case: letters a second, CPU seconds per 1,000 and how many times the peer's rate."""
    print("| case | connections | processes | letters/s | CPU s/1000 | peer letters/s | peer CPU s/1000 | times |")
    print("|---|---|---|---|---|---|---|---|", flush=True)
    for name, database in (("SQLite", ""), ("PostgreSQL", options.database)):
        if name == "PostgreSQL" and not database:
            continue
        for connections, workers in ((5, 1), (5, 2), (10, 1), (10, 2)):
            beside(options, name, database, connections, workers, "")
        beside(options, f"{name}, RSA-2048", database, 10, 2, "rsa")
        beside(options, f"{name}, RSA-2048 and Ed25519", database, 10, 2, "rsa,ed25519")
    far(options)


def beside(options: argparse.Namespace, name: str, database: str, connections: int, workers: int, dkim: str) -> None:
    """Run the harness for one case and print its line."""
    peer = "nodemailer+dkim" if dkim else "nodemailer"
    prepare(options.count, database)
    send = f"{sys.executable} {DELIVERY} send --host {{host}} --port {{port}} --connections {{conns}}"
    send += f" --workers {workers}"
    send += (f" --database {database}" if database else "") + (f" --dkim {dkim}" if dkim else "")
    with tempfile.NamedTemporaryFile("r", suffix=".json") as found:
        subprocess.run(
            [options.python, f"{options.harness}/run.py", "--data", options.data, "--runs", "1", "--n",
             str(options.count), "--conns", str(connections), "--only", peer, "--product", send, "--json", found.name],
            check=True, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        runs = {one["anchor"]: one["runs"][0] for one in json.load(found)}
    line(name, connections, workers, runs["PRODUCT"], runs[peer])


def line(name: str, connections: int, workers: int, ours: dict[str, float], peer: dict[str, float]) -> None:
    assert ours.get("ok", True), "not every letter arrived"
    figures = [f"{one['rate']:,.0f} | {one['cpu_per_1000']:.3f}" for one in (ours, peer)]
    times = ours["rate"] / peer["rate"]
    print(f"| {name} | {connections} | {workers} | {' | '.join(figures)} | {times:.1f} |", flush=True)


def far(options: argparse.Namespace) -> None:
    """The same over a line with a round trip of 20 ms."""
    count = 6000  # enough that the start does not rule
    prepare(count, "")
    with sink() as port, proxy(options.harness, port) as behind:
        env = {**os.environ, "BENCH_HOST": LOOPBACK, "BENCH_PORT": str(behind), "BENCH_N": str(count),
               "BENCH_CONNS": "10", "BENCH_DATA": options.data}  # fmt: skip
        peer = timed(["node", f"{options.harness}/anchors/nodemailer_pool.js"], env)
        send = ["send", "--host", LOOPBACK, "--port", str(behind), "--connections", "10"]
        ours = timed([sys.executable, str(DELIVERY), *send], env)
    line("SQLite, 20 ms round trip", 10, 1, ours, peer)


def timed(command: list[str], env: dict[str, str]) -> dict[str, float]:
    before = os.times()
    told = subprocess.run(command, env=env, check=True, capture_output=True, text=True).stdout
    after = os.times()
    last = json.loads(told.strip().splitlines()[-1])
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return {"rate": last["sent"] / last["seconds"], "cpu_per_1000": cpu * 1000 / last["sent"]}


def prepare(count: int, database: str) -> None:
    subprocess.run(
        [sys.executable, DELIVERY, "prepare", "--count", str(count), "--database", database],
        check=True, stdout=subprocess.DEVNULL,
    )  # fmt: skip


@contextmanager
def sink() -> Iterator[int]:
    port = free_port()
    user = ["-u", "nobody"] if os.geteuid() == 0 else []
    command = [os.environ.get("SMTP_SINK", "smtp-sink"), *user, "-4", f"{LOOPBACK}:{port}", "1000"]
    with running(command, port):
        yield port


@contextmanager
def proxy(harness: str, target: int) -> Iterator[int]:
    port = free_port()
    with running([sys.executable, f"{harness}/delay_proxy.py", str(port), str(target), "10"], port):
        yield port


@contextmanager
def running(command: list[str], port: int) -> Iterator[None]:
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, cwd=tempfile.gettempdir())
    try:
        for _ in range(200):
            try:
                socket.create_connection((LOOPBACK, port), 1).close()
                break
            except OSError:
                time.sleep(0.05)
        yield
    finally:
        child.terminate()
        child.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        number: int = probe.getsockname()[1]
        return number
