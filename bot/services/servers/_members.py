"""Find and name the members of a server, and add members without a submission."""

from collections.abc import Collection, Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.database.models import Event, Member, Player
from bot.database.rows import add_rows, in_chunks
from bot.domain.servers import GREATEST_ID, NewMember, PlayerName
from bot.errors import NeverSubmitted


def find_member(session: Session, guild_id: int, discord_id: int, *, lock: bool = False) -> Member:
    """Return a member of a server by the user's Discord id, locked until the commit if `lock` is true.

    Raises:
        NeverSubmitted: the player has never submitted a score in the server.
    """
    of_user = Player.discord_id == discord_id
    wanted = select(Member).join(Player, Player.id == Member.player_id).where(of_user, Member.guild_id == guild_id)
    if lock:
        wanted = wanted.with_for_update(key_share=True, of=Member)
    # A forged button may name a number that is greater than any id.
    member = session.scalars(wanted).one_or_none() if discord_id <= GREATEST_ID else None
    if member is None:
        raise NeverSubmitted(discord_id)
    # Whoever waited for the lock may get a member who was erased meanwhile.
    if lock and session.scalar(select(Player.discord_id).where(Player.id == member.player_id)) != discord_id:
        raise NeverSubmitted(discord_id)
    return member


def is_withdrawn(session: Session, guild_id: int, discord_id: int) -> bool:
    """Tell whether an admin has withdrawn a user from a server."""
    of_user = select(Member.withdrawn_at).join(Player, Player.id == Member.player_id)
    of_user = of_user.where(Player.discord_id == discord_id, Member.guild_id == guild_id)
    return session.scalar(of_user) is not None


def name_player(session: Session, event: Event, player_id: int) -> PlayerName:
    """Return a player under their name in the server of an event."""
    return name_member(session, session.get_one(Member, (player_id, event.guild_id)))


def name_member(session: Session, member: Member) -> PlayerName:
    """Return a player under their name in a server."""
    return PlayerName(session.get_one(Player, member.player_id).discord_id, member.display_name)


def name_players(session: Session, guild_id: int, player_ids: Collection[int]) -> dict[int, PlayerName]:
    """Return players under their names in a server, by key."""
    is_member = (Member.player_id == Player.id) & (Member.guild_id == guild_id)
    named = select(Player.id, Player.discord_id, Member.display_name).join(Member, is_member)
    rows = session.execute(named.where(Player.id.in_(player_ids)))
    return {row.id: PlayerName(row.discord_id, row.display_name) for row in rows}


def find_players(
    session: Session, discord_ids: Collection[int], guild_id: int | None = None, *, lock: bool = False
) -> dict[int, int]:
    """Return the keys of the players whom the bot, or a server, knows, by Discord id.

    If `lock` is true, nobody can erase them before the commit.
    """
    keys: dict[int, int] = {}
    for some in in_chunks(list(discord_ids)):
        known = select(Player.discord_id, Player.id).where(Player.discord_id.in_(some))
        if guild_id is not None:
            known = known.join(Member, Member.player_id == Player.id).where(Member.guild_id == guild_id)
        if lock:
            known = known.order_by(Player.id).with_for_update(read=True, key_share=True, of=Player)
        keys.update((row.discord_id, row.id) for row in session.execute(known))
    return keys


def add_members(session: Session, guild_id: int, members: Iterable[NewMember]) -> dict[int, int]:
    """Add the new players and members, and return the keys of all given players by Discord id.

    Existing members keep their name, and stay withdrawn if they are.
    """
    wanted = {one.discord_id: one for one in sorted(members, key=lambda one: one.discord_id)}
    known, there = find_players(session, wanted, lock=True), find_players(session, wanted, guild_id)
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
