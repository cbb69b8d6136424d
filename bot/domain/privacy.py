"""What the bot stores about a user, and what is left once they are erased."""

from collections.abc import Collection
from dataclasses import dataclass

import regex

CONFIRMATION = "ERASE"
"""What users type to be erased."""
_LETTER = r"[\p{Latin}\p{Greek}\p{Cyrillic}\p{N}]"
"""What stands apart from a name in writing that parts words; other writing may have no gaps."""


@dataclass(frozen=True, slots=True)
class GivenRole:
    """A role that the bot has given to a user in a server."""

    guild_id: int
    role_id: int


@dataclass(frozen=True, slots=True)
class Footprint:
    """How much of the database is about a user, or by them, in all servers together.

    Attributes:
        servers: where they have a name.
        events: which they have a score in.
        submissions: their rows of the log, removed ones included.
        held: their scores that were held for an admin, whatever became of them.
        reminders: the servers in which they have chosen reminders, and the players whose rival they are.
        actions: what they did as an admin: rows that name them as such.
        roles: what the bot has given to them.
    """

    servers: int = 0
    events: int = 0
    submissions: int = 0
    held: int = 0
    reminders: int = 0
    actions: int = 0
    roles: tuple[GivenRole, ...] = ()

    @property
    def rows(self) -> int:
        """How many rows an erasure changes or deletes, about."""
        counted = self.servers, self.events, self.submissions, self.held, self.reminders, self.actions
        return sum(counted) + len(self.roles)

    @property
    def is_empty(self) -> bool:
        """Whether the bot does not know the user."""
        return self == Footprint()


@dataclass(frozen=True, slots=True)
class PersonalData:
    """All that the bot stores about a user, as a file.

    Attributes:
        footprint: how much that is.
        file_name: `my-data.json`, or `my-data.zip` with that in it.
        content: empty if the bot does not know the user.
    """

    footprint: Footprint
    file_name: str
    content: bytes


def blot(text: str, names: Collection[str], stand_in: str) -> str:
    """Return a text with something else in the place of each name, whatever its case.

    A name is not found within a longer word, in writing that parts words.
    """
    if not names:
        return text
    any_name = "|".join(regex.escape(name) for name in sorted(names, key=len, reverse=True))
    found = regex.compile(rf"(?<!{_LETTER})(?:{any_name})(?!{_LETTER})", regex.IGNORECASE)
    return found.sub(lambda _: stand_in, text)
