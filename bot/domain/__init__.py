"""Define the rules of scores, ratings and weeks: pure functions and frozen values, no I/O."""
