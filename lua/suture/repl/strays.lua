--- Objects that lines have opened themselves and that hold something pending: no targets, but nothing to lose unasked.

local core <const> = require "suture.core"
local members <const> = require "suture.repl.members"

local strays <const> = {}

-- A view shows what is pending in the object that it is a view of.
local function holds_pending(value)
  if members.class(value) ~= "suture.bytes" or not pcall(core.state, value) then
    return false
  end
  return value.mode == "patch" and not tostring(value):find "^view" and value:pending() ~= false
end

---@class suture.repl.stray
---@field name string   of the variable
---@field bytes suture.bytes

--- Those in globals and locals of the session, by name.
---@param session suture.repl.session
---@return suture.repl.stray[]
function strays.list(session)
  local list <const>, seen <const> = {}, {}
  for name, value in pairs(session:environment()) do
    local ok <const>, holds <const> = pcall(holds_pending, value)
    if ok and holds and not seen[value] and not session.targets:find(value) then
      seen[value] = true
      list[#list + 1] = { name = tostring(name), bytes = value }
    end
  end
  table.sort(list, function(left, right) return left.name < right.name end)
  return list
end

return strays
