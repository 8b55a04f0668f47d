"""A wheel tried as a stranger would: built from the sdist, installed alone, walked from an empty folder.

    python tests/wheel_walk.py [FOLDER]

Builds sdist and wheel, looks at what is in the wheel, installs it into a fresh virtual environment beside the pinned
dependencies, and from an empty folder: help, tables, demo company, doctor, pages and worker, the first admin's
sign-in in both languages, and one letter. Ends with a line of what was seen; exits non-zero at the first that fails.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, OpenerDirector, build_opener

ROOT = Path(__file__).resolve().parent.parent
PASSWORD = "three-quiet-herons-27"  # of a database that is thrown away
PATIENCE = 120  # seconds until the pages must answer


def main() -> None:
    """Walk in the folder named, or in one that is removed afterwards."""
    if len(sys.argv) > 1:
        walk(Path(sys.argv[1]).resolve())
    else:
        with tempfile.TemporaryDirectory() as folder:
            walk(Path(folder))


def walk(folder: Path) -> None:
    """Do every step in `folder`; CalledProcessError or AssertionError where one fails."""
    wheel = build(folder / "dist")
    home = folder / "empty"
    home.mkdir()
    command = install(wheel, folder / "venv")
    environment = settings(home)
    run(command, "--help", home=home, env=environment)
    run(command, "db", "upgrade", home=home, env=environment)
    run(command, "demo", home=home, env=environment)
    doctor = subprocess.run([command, "doctor"], cwd=home, env=environment, capture_output=True, text=True, check=False)
    assert "Traceback" not in doctor.stdout + doctor.stderr, doctor.stderr
    with serving(command, home, environment) as (url, first_admin):
        sign_in_in_both_languages(url, first_admin)
        letter(command, home, environment)
    assert not list((folder / "venv").rglob("var")), "data lies beside the installed package"
    print("the wheel runs: help, tables, demo, doctor, pages in English and Polish, sign-in, one letter")  # noqa: T201


def build(into: Path) -> Path:
    """Return the wheel built from the sdist, looked through by check-wheel-contents."""
    subprocess.run([sys.executable, "-m", "build", "--outdir", str(into), str(ROOT)], check=True, capture_output=True)
    (wheel,) = into.glob("*.whl")
    subprocess.run([sys.executable, "-m", "check_wheel_contents", str(wheel)], cwd=ROOT, check=True)
    return wheel


def install(wheel: Path, venv: Path) -> str:
    """Return the console script of a fresh environment that holds the pinned dependencies and the wheel."""
    subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True)
    pip = [str(venv / "bin" / "pip"), "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "--require-hashes", "-r", str(ROOT / "requirements.txt")], check=True, capture_output=True)
    subprocess.run([*pip, "--no-deps", str(wheel)], check=True, capture_output=True)
    return str(venv / "bin" / "feedback-app")


def settings(home: Path) -> dict[str, str]:
    """Return the environment of a stranger: no PYTHONPATH, nothing of ours but what the README names."""
    return {
        "PATH": os.environ["PATH"], "HOME": str(home), "LANG": "C.UTF-8",
        "FEEDBACK_DEVELOPMENT": "1", "FEEDBACK_PORT": "18473",
        "FEEDBACK_SECRET_KEY": "wheel-walk-" + "0123456789abcdef" * 3,
        "FEEDBACK_ORGANISATION": "Wheel & Co", "FEEDBACK_MAIL_FROM": "hello@wheel.example",
        "FEEDBACK_LOG_LEVEL": "warning",
    }  # fmt: skip


def run(command: str, *arguments: str, home: Path, env: dict[str, str]) -> str:
    """Return what a command printed; it must end with 0."""
    done = subprocess.run([command, *arguments], cwd=home, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{arguments}: {done.stderr[-2000:]}"
    return done.stdout


@contextmanager
def serving(command: str, home: Path, env: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Run pages and worker; yields their address and the one-time link of the first admin."""
    printed, url = home / "printed.txt", f"http://127.0.0.1:{env['FEEDBACK_PORT']}"
    with printed.open("w") as out:
        process = subprocess.Popen([command, "serve"], cwd=home, env=env, stdout=out, stderr=subprocess.STDOUT)
    try:
        _wait_for(lambda: process.poll() is not None or _answers(url), lambda: printed.read_text()[-2000:])
        assert process.poll() is None, printed.read_text()[-2000:]
        found = re.search(r"First admin: (\S+)", printed.read_text())
        assert found, printed.read_text()
        yield url, found[1]
    finally:
        process.terminate()
        process.wait(60)


def _wait_for(holds: Callable[[], bool], why: Callable[[], str]) -> None:
    """Look again and again, as `tests.waiting` does, but without loading the application."""
    ends = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < ends, why()
        time.sleep(0.2)


def _answers(url: str) -> bool:
    try:
        with build_opener().open(f"{url}/healthz", timeout=2):
            return True
    except OSError:
        return False


def sign_in_in_both_languages(url: str, first_admin: str) -> None:
    """Choose a password by the one-time link, then sign in afresh in English and in Polish and read the desk."""
    browser = build_opener(HTTPCookieProcessor(CookieJar()))
    page = _read(browser, first_admin)
    chosen = {"email": "ada@wheel.example", "name": "Ada", "language": "en"}
    _send(browser, first_admin, page, {**chosen, "password": PASSWORD, "password_again": PASSWORD})
    for language, word in (("en", "Themes"), ("pl", "Tematy")):
        browser = build_opener(HTTPCookieProcessor(CookieJar()))
        browser.addheaders = [("Accept-Language", language)]
        page = _read(browser, f"{url}/sign-in")
        assert f'lang="{language}"' in page
        desk = _send(browser, f"{url}/sign-in", page, {"email": "ada@wheel.example", "password": PASSWORD})
        _send(browser, f"{url}/language", desk, {"language": language})
        assert word in _read(browser, f"{url}/"), f"the desk does not speak {language}"


def _read(browser: OpenerDirector, url: str) -> str:
    with browser.open(url, timeout=60) as answer:
        return str(answer.read().decode())


def _send(browser: OpenerDirector, url: str, page: str, fields: dict[str, str]) -> str:
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    data = urlencode({**fields, "csrf_token": found[1] if found else ""}).encode()
    with browser.open(url, data=data, timeout=60) as answer:
        return str(answer.read().decode())


def letter(command: str, home: Path, env: dict[str, str]) -> None:
    """Invite a colleague; the worker that `serve` runs writes the letter into var/mail of this folder."""
    run(command, "staff", "add", "bob@wheel.example", "--role", "viewer", "--invite", home=home, env=env)
    mail = home / "var" / "mail"
    _wait_for(
        lambda: any(b"bob@wheel.example" in file.read_bytes() for file in mail.rglob("*.eml")),
        lambda: "no letter came within two minutes",
    )


if __name__ == "__main__":
    main()
