#!/usr/bin/env bash
# The whole loop on real answers, by commands only, into a real SMTP server on loopback. See real_loop.py --help.
set -euo pipefail
cd "$(dirname "$0")/.."
make --no-print-directory setup-dev
exec .venv/bin/python benchmarks/real_loop.py "$@"
