"""Compare the database with its log, and repair it."""

from bot.services.verification._service import Difference, Verification, VerificationService

__all__ = ["Difference", "Verification", "VerificationService"]
