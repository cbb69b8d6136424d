"""Find names that look like settings of the bot but are not: misspelt, or unknown to this version."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

ONE_LETTER_OFF = 0.88
"""The similarity, by `difflib`, from which two names count as differing in one letter."""
SHARED_PREFIXES = frozenset({"BOT", "DATABASE", "HEALTH", "LOG", "REDIS"})
"""First words of settings that other programs' variables in the environment share."""
# Kubernetes sets variables with these endings for each of its services.
_SERVICE = re.compile(r"_(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT(_\d+_\w+)?)$")


@dataclass(frozen=True, slots=True)
class Stranger:
    """A name that is not a setting; `meant` is the setting that differs in one letter, if any."""

    name: str
    meant: str | None

    def found_in(self, place: str) -> str:
        """Return a sentence about this name."""
        question = "" if self.meant is None else f" Do you mean {self.meant}?"
        return f"{self.name} in {place} is not a setting of this version.{question}"


def strangers_in_file(names: Iterable[str], settings: Iterable[str]) -> list[Stranger]:
    """Return the names in the bot's own file that are misspelt, or begin like a setting."""
    return _strangers(names, list(settings), frozenset())


def strangers_in_environment(names: Iterable[str], settings: Iterable[str]) -> list[Stranger]:
    """Do the same for the environment. Other programs use it too, so fewer names count as misspelt settings."""
    return _strangers((name for name in names if not _SERVICE.search(name)), list(settings), SHARED_PREFIXES)


def _strangers(names: Iterable[str], settings: list[str], shared_prefixes: frozenset[str]) -> list[Stranger]:
    prefixes = {_first_word(setting) for setting in settings} - shared_prefixes
    unknown = sorted({name.upper() for name in names} - set(settings))
    found = [Stranger(name, next(iter(get_close_matches(name, settings, 1, ONE_LETTER_OFF)), None)) for name in unknown]
    return [one for one in found if one.meant is not None or _first_word(one.name) in prefixes]


def _first_word(name: str) -> str:
    return name.partition("_")[0]
