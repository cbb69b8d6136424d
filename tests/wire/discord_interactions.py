"""Build the documented payloads of interactions: a command with its options, and the place where it was used."""

from __future__ import annotations

from typing import Any, Final

from .discord_people import JSON, Channel, Guild, Role, Upload, User

_SUBCOMMAND, _SUBCOMMAND_GROUP = 1, 2
_STRING, _INTEGER = 3, 4
_OPTION_TYPES: Final[dict[type, int]] = {
    str: _STRING,
    int: _INTEGER,
    bool: 5,
    User: 6,
    Channel: 7,
    Role: 8,
    float: 10,
    Upload: 11,
}


def place(user: User, guild: Guild | None) -> JSON:
    """Return the place of a user: a member in a guild's channel, or a user in a direct message."""
    if guild is None:
        channel: JSON = {"id": str(user.id + 1), "type": 1}
        who: JSON = {"user": user.payload(), "context": 1, "authorizing_integration_owners": {"0": "0"}}
        return {"channel_id": channel["id"], "channel": channel, **who}
    return {
        "guild_id": str(guild.id),
        "guild": {"id": str(guild.id), "locale": "en-US", "features": []},
        "guild_locale": "en-US",
        "channel_id": str(guild.channel.id),
        "channel": guild.channel.payload(),
        "member": {"user": user.payload(), **user.member_payload()},
        "context": 0,
        "authorizing_integration_owners": {"0": str(guild.id)},
    }


def command(words: list[str], values: dict[str, Any], synced: list[JSON], focused: str | None = None) -> JSON:
    """Return the data of a command, nested like its words; the options have the synced types, if any were synced.

    Raise AssertionError for what Discord's own client would not send: an unknown command or option, a missing required
    option, or a choice that is not offered.
    """
    levels = _definitions(words, synced) if synced else [{} for _ in words]
    resolved: JSON = {}
    options = [_option(levels[-1], name, value, resolved) for name, value in values.items()]
    for option in options:
        if option["name"] == focused:
            option["focused"] = True
    required = {one["name"] for one in levels[-1].get("options", []) if one.get("required")}
    assert focused or required <= values.keys(), f"/{' '.join(words)} needs {required - values.keys()}"
    for depth in range(len(words) - 1, 0, -1):
        kind = _SUBCOMMAND if depth == len(words) - 1 else _SUBCOMMAND_GROUP
        options = [{"name": words[depth], "type": kind, "options": options}]
    registered = {key: value for key, value in levels[0].items() if key in ("id", "guild_id")}
    return {"id": "1", "name": words[0], "type": 1, "options": options, "resolved": resolved} | registered


def _definitions(words: list[str], offered: list[JSON]) -> list[JSON]:
    """Return the synced definitions of a command, its group and its subcommand, outermost first."""
    levels: list[JSON] = []
    for word in words:
        level = next((one for one in offered if one["name"] == word), None)
        assert level is not None, f"/{' '.join(words)}: {word} is none of {[one['name'] for one in offered]}"
        levels.append(level)
        offered = level.get("options", [])
    return levels


def _option(synced: JSON, name: str, value: Any, resolved: JSON) -> JSON:
    definition: JSON = next((one for one in synced.get("options", []) if one["name"] == name), {})
    assert definition or not synced, f"/{synced.get('name')} has no option {name}"
    kind = definition.get("type", _OPTION_TYPES[type(value)])
    if isinstance(value, (User, Role, Channel, Upload)):
        table = {User: "users", Role: "roles", Channel: "channels", Upload: "attachments"}[type(value)]
        resolved.setdefault(table, {})[str(value.id)] = value.payload()
        if isinstance(value, User):
            resolved.setdefault("members", {})[str(value.id)] = value.member_payload()
        return {"name": name, "type": kind, "value": str(value.id)}
    choices = {choice["name"]: choice["value"] for choice in definition.get("choices", [])}
    value = choices.get(value, value)
    assert not choices or value in choices.values(), f"{name} offers {choices}, not {value!r}"
    typed = {_STRING: str, _INTEGER: int}.get(kind)
    return {"name": name, "type": kind, "value": value if typed is None else typed(value)}
