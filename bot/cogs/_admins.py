"""Say to whom Discord offers the commands of admins."""

from discord import Permissions, app_commands

ADMINS = Permissions(manage_guild=True)
"""Discord offers a command of admins to those who have this, unless a server chooses otherwise. Services decide who may
use it, since a server's admin role counts, too."""

for_admins = app_commands.default_permissions(ADMINS)
"""Marks a command as one of admins. A group takes `ADMINS`; Discord ignores this on the commands in it."""
