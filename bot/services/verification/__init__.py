"""Compare the database with its log, and repair it."""

from bot.services.verification._service import Difference, Verification, VerificationService
from bot.services.verification._stored_event import rebuild

__all__ = ["Difference", "Verification", "VerificationService", "rebuild"]
