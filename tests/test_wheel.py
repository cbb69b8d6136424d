"""The bot as operators install it: a wheel, built from the source distribution, in a separate environment."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import venv
from collections.abc import Callable
from pathlib import Path

import pytest

from bot import __version__
from bot.database.schema import needed_revision
from tests.patience import UNTIL_IT_HANGS

ROOT = Path(__file__).parents[1]

Script = Callable[..., tuple[int, str]]


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with the wheel; it shares the tests' dependencies."""
    folder = tmp_path_factory.mktemp("wheel")
    build(ROOT, "sdist", folder)
    with tarfile.open(next(folder.glob("*.tar.gz"))) as sources:
        sources.extractall(folder, filter="data")
    build(next(folder.glob("leaderboard_bot-*/")), "wheel", folder)
    environment = folder / "environment"
    venv.create(environment)
    pip = [sys.executable, "-m", "pip", "--python", str(environment), "--disable-pip-version-check", "--quiet"]
    finish([*pip, "install", "--no-deps", "--no-index", str(next(folder.glob("*.whl")))], folder)
    packages = sysconfig.get_path("purelib", vars={"base": str(environment), "platbase": str(environment)})
    (Path(packages) / "dependencies.pth").write_text(sysconfig.get_path("purelib"))
    return environment


def build(sources: Path, what: str, folder: Path) -> None:
    finish([sys.executable, "-m", "hatchling", "build", "--target", what, "--directory", str(folder)], sources)


def finish(command: list[str], folder: Path) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=UNTIL_IT_HANGS, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture
def script(environment: Path, tmp_path: Path) -> Script:
    """Return a function that runs the console script in an empty folder and returns its exit code and output."""
    scripts = environment / ("Scripts" if sys.platform == "win32" else "bin")
    path = shutil.which("leaderboard-bot", path=str(scripts))
    assert path is not None

    def run(*arguments: str) -> tuple[int, str]:
        done = subprocess.run(
            [path, *arguments],
            cwd=tmp_path,
            env={name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=UNTIL_IT_HANGS,
            check=False,
        )
        return done.returncode, done.stdout

    return run


def test_the_wheel_works_where_operators_install_it(environment: Path, script: Script, tmp_path: Path) -> None:
    # This is one test, because each test process would install the wheel again.
    assert script("--version") == (0, f"leaderboard-bot {__version__} (schema {needed_revision()})\n")
    (tmp_path / ".env").write_text("DATABASE_URL=sqlite:///scores.db\n")
    code, output = script("verify")
    assert code == 2
    assert f"There is no database at {tmp_path / 'scores.db'}." in output
    assert output.endswith(" `leaderboard-bot migrate` first.\n")
    code, output = script("migrate")
    assert (code, output.splitlines()[-1]) == (0, f"The database is at revision {needed_revision()}.")
    assert script("verify") == (0, "0 events, 0 submissions: 0 differences.\n")
    assert (tmp_path / "scores.db").exists()

    python = environment / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    tried = subprocess.run(
        [python, ROOT / ".ci" / "smoke.py"], capture_output=True, text=True, timeout=UNTIL_IT_HANGS, check=False
    )
    assert (tried.returncode, tried.stderr) == (0, "")
    assert f"modules of {environment}" in tried.stdout
    assert tried.stdout.endswith("0 events, 0 submissions: 0 differences.\n")
