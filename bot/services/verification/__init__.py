"""Compare the database with its log, and repair it."""
