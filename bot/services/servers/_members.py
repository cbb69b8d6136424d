"""Make players members of a server past the bot's commands."""

from collections.abc import Collection, Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.database.models import Member, Player
from bot.database.rows import add_rows, in_chunks
from bot.domain.servers import NewMember


def find_players(session: Session, discord_ids: Collection[int], guild_id: int | None = None) -> dict[int, int]:
    """Return the keys of those players who are known, to the bot or to a server, by their Discord ids."""
    keys: dict[int, int] = {}
    for some in in_chunks(list(discord_ids)):
        known = select(Player.discord_id, Player.id).where(Player.discord_id.in_(some))
        if guild_id is not None:
            known = known.join(Member, Member.player_id == Player.id).where(Member.guild_id == guild_id)
        keys.update((row.discord_id, row.id) for row in session.execute(known))
    return keys


def add_members(session: Session, guild_id: int, members: Iterable[NewMember]) -> dict[int, int]:
    """Make the players and members who are new, and return the keys of all players by their Discord ids.

    Who is in the server already keeps the name, and is withdrawn or not, as there.
    """
    wanted = {one.discord_id: one for one in sorted(members, key=lambda one: one.discord_id)}
    known, there = find_players(session, wanted), find_players(session, wanted, guild_id)
    new = [one for one in wanted.values() if one.discord_id not in known]
    add_rows(session, Player, [{"discord_id": one.discord_id, "username": one.username} for one in new])
    keys = known | find_players(session, [one.discord_id for one in new])
    joining = [one for one in wanted.values() if one.discord_id not in there]
    add_rows(
        session,
        Member,
        [
            {
                "player_id": keys[one.discord_id],
                "guild_id": guild_id,
                "display_name": one.name,
                "withdrawn_at": one.withdrawn_at,
            }
            for one in joining
        ],
    )
    return keys
