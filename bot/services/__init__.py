"""Use cases, one package per capability. The `__init__` of a package exports what other packages may use.

Each public coroutine of a service is one use case and one transaction. All of them raise `Unavailable` if the database
does not answer. Those that look an event up in a server raise `EventNotFound` if the server has no such event. Those
that take an `Actor` raise `NotAllowed` unless the actor is an admin; those that also write raise `AlreadyDone` if the
same interaction arrived before.
"""
