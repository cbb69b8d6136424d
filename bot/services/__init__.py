"""Use cases: each public coroutine is one transaction, begun and ended there."""
