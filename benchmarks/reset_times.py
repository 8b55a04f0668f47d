"""How long /reset and /sign-in take for an account in use, an invited one and none: may a stranger tell them apart?

Run: python benchmarks/reset_times.py [TRIES]. The application answers in this process on a fresh database, with the
house's own cost of hashing; the three take turns, so that what else the machine does hits all alike.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from flask import Flask

from feedback_app import create_app
from feedback_app.accounts import actions
from feedback_app.accounts.staff_store import Person
from feedback_app.events.actor import COMMAND
from feedback_app.extensions import db
from feedback_app.settings import Settings

PASSWORD = "correct horse battery staple"  # noqa: S105  # of nobody
WHO = {"in use": "viewer@velo.example", "invited": "invited@velo.example", "unknown": "nobody@velo.example"}


def house(folder: str) -> Flask:
    url = f"sqlite:///{Path(folder) / 'times.sqlite3'}"
    settings = Settings(development=True, var=folder, database_url=url, rate_limits=False, log_level="error")
    app = create_app(settings.completed())
    app.config["WTF_CSRF_ENABLED"] = False
    with app.app_context():
        db.create_all()
        actions.add(Person(WHO["in use"], "", "en", ["viewer"]), COMMAND, PASSWORD)
        actions.add(Person(WHO["invited"], "", "en", ["viewer"]), COMMAND)
    return app


def milliseconds(app: Flask, path: str, email: str) -> float:
    data = {"email": email, "password": "wrong wrong wrong"}
    began = time.perf_counter()
    assert app.test_client().post(path, data=data).status_code == 200
    return 1000 * (time.perf_counter() - began)


def main(tries: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        app = house(folder)
        for path in ("/reset", "/sign-in"):
            spent: dict[str, list[float]] = {name: [] for name in WHO}
            for _ in range(tries):
                for name, email in WHO.items():
                    spent[name].append(milliseconds(app, path, email))
            print(f"{path}, {tries} tries each, milliseconds")
            for name, found in spent.items():
                found.sort()
                low, half, high = found[tries // 20], found[tries // 2], found[-1 - tries // 20]
                print(f"  {name:<8} least {found[0]:7.1f}   5 % {low:7.1f}   half {half:7.1f}   95 % {high:7.1f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
