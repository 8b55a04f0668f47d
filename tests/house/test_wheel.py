"""What an installed package carries: every template, migration and catalogue that git knows."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile

import pytest

from feedback_app.places import ROOT


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    folder = tmp_path_factory.mktemp("wheel")
    copy = folder / "checkout"
    for name in _tracked():
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, copy / name)
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(copy)]
    subprocess.run(build, check=True, capture_output=True, timeout=240)
    (path,) = folder.glob("*.whl")
    return zipfile.ZipFile(path)


def _tracked() -> list[str]:
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True)
    return [name for name in done.stdout.splitlines() if (ROOT / name).is_file()]


def test_everything_of_git_is_in_the_wheel(wheel: zipfile.ZipFile) -> None:
    held = set(wheel.namelist())
    tracked = _tracked()
    inside = [name for name in tracked if name.startswith(("templates/", "migrations/")) or name == "wsgi.py"]
    package = [name for name in tracked if name.startswith("feedback_app/")]
    assert len(inside) > 90
    assert len(package) > 300
    assert {f"feedback_app/{name}" for name in inside} <= held
    assert set(package) <= held


def test_catalogues_are_compiled(wheel: zipfile.ZipFile) -> None:
    name = "feedback_app/translations/pl/LC_MESSAGES/messages.mo"
    assert len(wheel.read(name)) > 100_000


def test_nothing_else_is_installed(wheel: zipfile.ZipFile) -> None:
    tops = {name.split("/")[0] for name in wheel.namelist()}
    assert {top.partition("-")[0] for top in tops} == {"feedback_app"}
