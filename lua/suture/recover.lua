--- `suture.recover(path)`: settles what an interrupted flush has left.

local core <const> = require "suture.core"

local choices <const> = { auto = true, old = true, new = true, forget = true }
local options_known <const> = { "choice", "journal" }

local function check(options)
  if type(options) ~= "table" then
    core.raise("argument", ("bad argument #2 to 'recover' (options must be a table, got %s)"):format(type(options)))
  end
  for name in pairs(options) do
    if name ~= "choice" and name ~= "journal" then
      core.raise("argument", "bad argument #2 to 'recover' ("
        .. core.unknown("option", tostring(name), options_known) .. ")")
    end
  end
  local choice <const>, journal <const> = options.choice, options.journal
  if choice ~= nil and not choices[choice] then
    core.raise("argument", ("bad argument #2 to 'recover' (choice must be \"auto\", \"old\", \"new\" "
      .. "or \"forget\", got %s)"):format(tostring(choice)))
  elseif journal ~= nil and type(journal) ~= "string" then
    core.raise("argument", ("bad argument #2 to 'recover' (journal must be a path, got %s)"):format(type(journal)))
  end
end

--- Settles an interrupted flush of a file, and with it the other files of its transaction: they are wholly
--- new or wholly old afterwards. `choice` decides where bytes alone do not: "old", "new", or "forget", which
--- leaves the files as they are; "auto" is as without one. `journal` names a journal that is not found by itself.
--- Raises `io`, `locked`, and `indeterminate` where it cannot be settled.
---@param path string
---@param ... { choice: "auto"|"old"|"new"|"forget"|nil, journal: string? }
---@return "clean"|"finished"|"undone"
return function(path, ...)
  if select("#", ...) == 0 then
    return core.recover(path)
  end
  local options <const> = ...
  check(options)
  return core.recover(path, options.choice or "auto", options.journal)
end
