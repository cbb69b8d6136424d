"""Take scores: personal bests, weekly bests, the log, running statistics."""
