"""Measure how fast the bot is, compared with references measured in the same run: `make bench`."""
