--- Calls a function that may fail, and takes back what it wrote when it does.

local core <const> = require "suture.core"

local attempt <const> = {}

local function is_callable(value)
  local meta <const> = getmetatable(value)
  return type(value) == "function" or type(meta) == "table" and meta.__call ~= nil
end

-- The function may have ended the savepoint, by a flush or a rollback behind it.
local function finish(b, savepoint, ok, ...)
  if ok then
    pcall(savepoint.release, savepoint)
    return true, ...
  end
  local back <const>, reason <const> = pcall(b.rollback, b, savepoint)
  if not back then
    core.raise(reason.kind, ("%s; what 'attempt' called has raised: %s"):format(reason.message, tostring((...))),
      { path = reason.path, offset = reason.offset, file_offset = reason.file_offset, errno = reason.errno })
  end
  savepoint:release()
  return false, ...
end

--- Calls fn(...), and rolls back what it wrote where it raises. Raises `argument`, and what savepoints raise.
---@param b suture.bytes
---@param fn function  or what can be called
---@param ... any
---@return boolean ok
---@return any ...  what the function returned, or its error
function attempt.attempt(b, fn, ...)
  if not is_callable(fn) then
    core.raise("argument", ("bad argument #1 to 'attempt' (a function expected, got %s)"):format(
      fn == nil and "nothing" or type(fn)))
  end
  local savepoint <const> = b:savepoint()
  return finish(b, savepoint, pcall(fn, ...))
end

return attempt
