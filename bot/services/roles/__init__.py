"""Award roles to the best players of events."""

from bot.services.roles._service import RoleService

__all__ = ["RoleService"]
