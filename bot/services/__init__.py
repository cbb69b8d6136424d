"""Use cases, one package per capability. The `__init__` of a package exports what other packages may use.

Each public coroutine of a service is one use case. Most use cases run in one transaction; the close of several weeks
takes one for each. All raise `Unavailable` if the database does not answer. Use cases that look up an event in a server
raise `EventNotFound` if the server has no such event.

Use cases for admins begin with `require_admin`, which raises `NotAllowed` for any other actor. Those that write begin
with `begin_action` instead, which also raises `AlreadyDone` if the bot has already handled the same interaction. Other
use cases take an `Actor` if they show admins more than others, or something else.
"""
