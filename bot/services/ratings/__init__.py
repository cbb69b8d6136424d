"""Turn scores into Elos, and keep the stored ones up to date."""
