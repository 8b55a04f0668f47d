"""How long a list of contacts takes, and how much memory: first import, the same list again.

Run: python benchmarks/contacts_import.py [rows]        (default 100,000; FEEDBACK_DATABASE_URL for PostgreSQL)
"""

from __future__ import annotations

import io
import os
import resource
import sys
import tempfile
import time

from feedback_app import create_app
from feedback_app.contacts.importing import actions as import_actions
from feedback_app.events.actor import COMMAND
from feedback_app.extensions import db
from feedback_app.settings import Settings


def a_list(rows: int) -> io.BytesIO:
    file = io.BytesIO()
    file.write("E-mail;Imię;Nazwisko;Rodzaj;Etap;Język;Miasto\n".encode())
    for n in range(rows):
        file.write(f"person{n}@example{n % 50}.com;Ada;Łącka {n};niedoszły klient;oferta;pl;Kraków\n".encode())
    return file


def memory_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory() as folder:
        url = os.environ.get("FEEDBACK_DATABASE_URL", f"sqlite:///{folder}/bench.sqlite3")
        app = create_app(Settings(database_url=url, development=True, var=folder, log_level="error").completed())
        with app.app_context():
            db.create_all()
            file = a_list(rows)
            before = memory_mb()
            for turn in ("first time", "again"):
                file.seek(0)
                start = time.perf_counter()
                tried = import_actions.try_import(file, "bench.csv", by=COMMAND, kind="customer", language="en")
                middle = time.perf_counter()
                counts = import_actions.apply_import(tried, by=COMMAND)
                end = time.perf_counter()
                print(
                    f"{turn:>10}: {rows} rows, tried in {middle - start:.1f} s, applied in {end - middle:.1f} s "
                    f"({counts.created} created, {counts.unchanged} unchanged)"
                )
            print(f"peak memory {memory_mb():.0f} MB, {memory_mb() - before:.0f} MB above the start")
            db.session.remove()
            db.engine.dispose()


if __name__ == "__main__":
    main()
