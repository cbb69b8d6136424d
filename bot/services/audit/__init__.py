"""Tell what admins did."""

from bot.services.audit._service import AuditService

__all__ = ["AuditService"]
