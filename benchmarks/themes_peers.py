"""Our grouping beside its peers on the same rows, in one run; prints a table of V-measure / ARI / number of themes.

`python benchmarks/themes_peers.py --help`. The figures come from the developers' bench (`bench.py`, which runs a
command, feeds it CSV and compares the ids with the labels): ours by `feedback-app themes cluster`, default and with
the stronger encoders; scikit-learn's k-means and NMF (`bench.py builtin`); BERTopic's default pipeline
(`themes_bertopic.py`) where a Python that has it is named with --bertopic. One command at a time, one thread each,
each stopped after --timeout seconds: a row that was not finished says so and the others go on.
"""

import argparse
import json
import os
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).resolve().parent
BENCH = HERE.parents[1] / "shared" / "bench" / "themes" / "bench.py"
SETS = ("banking77", "topics8_pl", "nhs_feedback", "sib_mix_a")
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")

Results = dict[tuple[str, str], str]


def contestants(bertopic: str, ours: str) -> Iterator[tuple[str, str, bool]]:
    """Name, command and whether the number is given, of everything that is a command."""
    command = f"{ours} themes cluster --mode {{mode}}"
    for name, extra in (("ours, default", ""), ("ours, strong", " --strong")) if ours else ():
        yield f"{name}, number given", f"{command} --themes {{k}}{extra}", True
        yield f"{name}, number chosen", f"{command}{extra}", False
    if bertopic:
        peer = f"{shlex.quote(bertopic)} {shlex.quote(str(HERE / 'themes_bertopic.py'))}"
        yield "BERTopic, number given", f"{peer} {{k}}", True
        yield "BERTopic, number chosen", peer, False


def measured(bench: Path, arguments: list[str], timeout: float) -> list[dict[str, object]]:
    """The JSON lines of one call of the bench; [] where it failed or took longer than `timeout` seconds."""
    environment = {**os.environ, **dict.fromkeys(THREADS, "1"), "TOKENIZERS_PARALLELISM": "false"}
    command = [sys.executable, str(bench), *arguments]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=timeout, env=environment, check=False)
    except subprocess.TimeoutExpired:
        return []
    if done.returncode:
        print(done.stderr.strip().splitlines()[-1:] or "failed", file=sys.stderr)
        return []
    return [json.loads(line) for line in done.stdout.splitlines()]


def cell(found: dict[str, object]) -> str:
    """One result as the table shows it; what was left in no theme is told where it is more than a twentieth."""
    text = f"{found['v']:.3f}/{found['ari']:.2f}/{found['k']}"
    covered = float(str(found.get("coverage", 1.0)))
    return text if covered >= 0.95 else f"{text}, {covered:.0%} covered"


def table(results: Results, sets: list[str]) -> str:
    lines = ["| V / ARI / themes | " + " | ".join(sets) + " |", "|---" * (len(sets) + 1) + "|"]
    for name in dict.fromkeys(name for name, _ in results):
        lines.append(f"| {name} | " + " | ".join(results.get((name, one), "not finished") for one in sets) + " |")
    return "\n".join(lines)


def run(given: argparse.Namespace, sets: list[str]) -> Results:
    results: Results = {}
    cap = ["--cap", str(given.cap)]
    for one in sets:
        for name, command, number in contestants(given.bertopic, given.ours):
            arguments = ["discover", *cap, "--sets", one, "--cmd", command, *(["--k"] if number else [])]
            found = measured(given.bench, arguments, given.timeout)
            results[name, one] = cell(found[0]) if found else "not finished"
            print(f"{one}: {name}: {results[name, one]}", file=sys.stderr, flush=True)
        for row in measured(given.bench, ["builtin", *cap, "--sets", one], given.timeout):
            results[f"{row['method']}, number given", one] = cell(row)
    return results


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--sets", default=",".join(SETS), help="which sets, by comma (default: %(default)s)")
    asked.add_argument("--cap", type=int, default=2_500, help="first rows of each set (default: %(default)s)")
    asked.add_argument("--bertopic", default="", metavar="PYTHON", help="a Python that has bertopic (else left out)")
    asked.add_argument("--bench", type=Path, default=BENCH, help="the developers' bench (default: %(default)s)")
    asked.add_argument("--timeout", type=float, default=900, help="seconds for one row of one set (default: 900)")
    ours = shlex.quote(str(Path(sys.executable).with_name("feedback-app")))
    asked.add_argument("--ours", default=ours, metavar="COMMAND", help="our command ('': none; default: %(default)s)")
    given = asked.parse_args()
    if not given.bench.is_file():
        raise SystemExit(f"{given.bench} is not there: name the developers' bench with --bench.")
    sets = [one for one in given.sets.split(",") if one]
    print(table(run(given, sets), sets))


if __name__ == "__main__":
    main()
