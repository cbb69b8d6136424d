"""Tries an installed bot where its tests do not run: imports it all, and makes and verifies a database.

Python looks for modules beside this script and not in the working directory, so the checkout does not stand in for
what is installed.
"""

import importlib
import pkgutil
import shutil
import subprocess
import sysconfig
from tempfile import TemporaryDirectory

import bot

LEFT_OUT = ("bot.demo", "bot.__main__")
"""These modules need the simulated Discord of the tests, or would run the command line."""


def import_everything() -> int:
    """Import every module of the package; return how many there are."""
    names = [module.name for module in pkgutil.walk_packages(bot.__path__, "bot.")]
    imported = [importlib.import_module(name) for name in names if not name.startswith(LEFT_OUT)]
    return len(imported)


def run_script(*arguments: str) -> None:
    """Run the console script in an empty folder."""
    script = shutil.which("leaderboard-bot", path=sysconfig.get_path("scripts"))
    if script is None:
        raise SystemExit("There is no script leaderboard-bot.")
    with TemporaryDirectory() as folder:
        for argument in arguments:
            subprocess.run([script, argument], cwd=folder, check=True)


if __name__ == "__main__":
    print(f"{import_everything()} modules of {bot.__path__[0]}", flush=True)
    run_script("--version", "migrate", "verify")
