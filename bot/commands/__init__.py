"""Implement the commands of the command line."""

from bot.commands._beginning import CANNOT_START, INTERRUPTED, SCRIPT, TOKEN_REFUSED, program
from bot.commands._client import TokenRefused, demo, health, run, sync
from bot.commands._database import backup, erase, migrate, verify
from bot.commands._transfer import export, import_, import_tournament

__all__ = [
    "CANNOT_START",
    "INTERRUPTED",
    "SCRIPT",
    "TOKEN_REFUSED",
    "TokenRefused",
    "backup",
    "demo",
    "erase",
    "export",
    "health",
    "import_",
    "import_tournament",
    "migrate",
    "program",
    "run",
    "sync",
    "verify",
]
