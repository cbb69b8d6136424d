"""The rules of scores, ratings and weeks: pure functions and frozen values, without any I/O."""
