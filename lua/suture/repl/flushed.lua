--- What a session has flushed into a file so far, as one list of changes of the file that it opened.

local compose <const> = require "suture.repl.compose"

---@class suture.repl.flushed
---@field changes suture.change[]?  nil where it is not known any more: too much, or a part of the pending bytes only
local Flushed <const> = {}
Flushed.__index = Flushed

-- More bytes than these are not remembered.
local MOST <const> = 16 << 20

---@class suture.change   at an offset, counted where all earlier changes of the list are made, `new` stands for `old`
---@field offset integer
---@field old string
---@field new string

--- What is pending in an object, as a list.
---@param b suture.bytes
---@return suture.change[]?  nil where it is too much
local function pending(b)
  local bytes <const> = b:pending()
  if bytes and bytes > MOST then
    return nil
  end
  local list <const> = {}
  for off, old, new in b:changes() do
    list[#list + 1] = { offset = off, old = old, new = new }
  end
  return list
end

--- All changes from the file that was opened to the bytes as they read now.
---@param b suture.bytes
---@return suture.change[]?  nil where they are not known
function Flushed:with_pending(b)
  local list <const> = pending(b)
  return self.changes and list and compose(self.changes, list)
end

--- Those changes are in the file now.
---@param changes suture.change[]?
function Flushed:take(changes)
  self.changes = changes
end

local flushed <const> = {}

--- Nothing was flushed yet.
---@return suture.repl.flushed
function flushed.new()
  return setmetatable({ changes = {} }, Flushed)
end

return flushed
