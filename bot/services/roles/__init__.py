"""Award roles to the best players of events."""

from bot.services.roles._service import RolePlan, RoleService

__all__ = ["RolePlan", "RoleService"]
