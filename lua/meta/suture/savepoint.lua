---@meta _

--- A point that an object can go back to, with `b:rollback(savepoint)`. It keeps the object alive. It has ended
--- after its release, a flush, and a rollback to before it. Closable: left by an error it rolls back to itself,
--- left normally it is released; one that has ended does nothing then.
---@class suture.savepoint
local savepoint = {}

--- Ends the savepoint; what was written since stays. Raises `argument` when it has ended, `closed`, `limit`.
function savepoint:release() end
