"""Show the actions of admins."""

from bot.services.audit._service import AuditService

__all__ = ["AuditService"]
