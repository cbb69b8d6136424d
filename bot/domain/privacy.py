"""The data that the bot stores about a user, and what is left after an erasure."""

from collections.abc import Collection
from dataclasses import dataclass

import regex

CONFIRMATION = "ERASE"
"""The word that users type to confirm their erasure."""
_LETTER = r"[\p{Latin}\p{Greek}\p{Cyrillic}\p{N}]"
"""A letter of a script with spaces between words, where a name must stand alone; other scripts may have no spaces."""


@dataclass(frozen=True, slots=True)
class GivenRole:
    """A role that the bot has given to a user in a server."""

    guild_id: int
    role_id: int


@dataclass(frozen=True, slots=True)
class Footprint:
    """How many rows of the database are about a user, or by them, in all servers.

    Attributes:
        servers: the servers in which they have a name.
        events: the events in which they have a score.
        submissions: their rows of the log, including removed ones.
        held: their held scores, in any state.
        reminders: the servers in which they have chosen reminders, and the players who follow them.
        actions: the rows that name them as an admin.
        roles: the roles that the bot has given to them.
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
        """The approximate number of rows that an erasure changes or deletes."""
        counted = self.servers, self.events, self.submissions, self.held, self.reminders, self.actions
        return sum(counted) + len(self.roles)

    @property
    def is_empty(self) -> bool:
        """Whether the bot does not know the user."""
        return self == Footprint()


@dataclass(frozen=True, slots=True)
class PersonalData:
    """Everything that the bot stores about a user, as a file.

    Attributes:
        footprint: the amount of data.
        file_name: `my-data.json`, or `my-data.zip` with that file in it.
        content: empty if the bot does not know the user.
    """

    footprint: Footprint
    file_name: str
    content: bytes


def blot(text: str, names: Collection[str], stand_in: str) -> str:
    """Replace each name in a text by `stand_in`, ignoring case.

    In scripts with spaces between words, a name inside a longer word stays.
    """
    if not names:
        return text
    any_name = "|".join(regex.escape(name) for name in sorted(names, key=len, reverse=True))
    found = regex.compile(rf"(?<!{_LETTER})(?:{any_name})(?!{_LETTER})", regex.IGNORECASE)
    return found.sub(lambda _: stand_in, text)
