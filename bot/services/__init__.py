"""Use cases, a package for each capability. A package names in its front what others may use.

Each public coroutine of a service is one use case and one transaction. All of them raise `Unavailable` where the
database does not answer. Those that take an `Actor` raise `NotAllowed` unless it is an admin, and, where they change
something, `AlreadyDone` where this use of the command was delivered before.
"""
