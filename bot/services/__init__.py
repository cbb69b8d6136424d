"""Use cases, one package per capability. The `__init__` of a package exports what other packages may use.

A public coroutine of a service is one use case. Most are one transaction; closing several weeks takes one for each.
All of them raise `Unavailable` if the database does not answer, and those that look an event up in a server raise
`EventNotFound` if the server has no such event.

What only admins may do begins with `require_admin`, which raises `NotAllowed`, or, if it writes, with `begin_action`,
which also raises `AlreadyDone` if the same interaction arrived before. Other coroutines take an `Actor` to show admins
more, or to show them something else.
"""
