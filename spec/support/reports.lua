-- suture.recipe.run and check in the executable, which alone has the worker that runs a recipe's Lua; what they return
-- comes back as it was.

local support = require "spec.support"

local reports = {}

local SCRIPT <const> = [[
local suture = require "suture"
local function spell(value)
  if type(value) ~= "table" then
    return ("%%q"):format(value)
  end
  local parts = {}
  for key, inner in pairs(value) do
    parts[#parts + 1] = ("[%%q]=%%s"):format(key, spell(inner))
  end
  return "{" .. table.concat(parts, ",") .. "}"
end
local options = %s
%s
local results, code = suture.recipe.%s(%s, %s, options)
io.write(spell { reports = results, code = code })
]]

local function spell(value)
  if type(value) ~= "table" then
    return ("%q"):format(value)
  end
  local parts = {}
  for key, inner in pairs(value) do
    parts[#parts + 1] = ("[%q]=%s"):format(key, spell(inner))
  end
  return "{" .. table.concat(parts, ",") .. "}"
end

--- Calls suture.recipe.run or check. `more` is Lua code that sees the options; `before` stands in front of the
-- command. Returns the reports, the code, and stderr; for a run that raises its status, nil, and stderr.
function reports.of(verb, recipes, targets, options, more, before)
  local path = support.write("reports.lua", SCRIPT:format(spell(options or {}), more or "", verb, spell(recipes),
    spell(targets)))
  local status, stdout, stderr = support.run(("%s %s %s"):format(before or "", support.suture, path))
  if status ~= 0 then
    return status, nil, stderr
  end
  local result = assert(load("return " .. stdout))()
  return result.reports, result.code, stderr
end

--- Writes a recipe; a name with slashes lies in folders. Returns its path.
function reports.recipe(name, text)
  local path = support.path(name .. ".lua")
  support.run("mkdir -p " .. support.quote(path:match "^.*/"))
  return support.write(path, text)
end

return reports
