-- What a check of a recipe tells of each hunk, as a script gets it, in lines.

local support = require "spec.support"

local SCRIPT <const> = [[
  for _, report in ipairs(require "suture".recipe.check(...)) do
    for _, hunk in ipairs(report.hunks) do
      print(hunk.state, hunk.offset or "-", hunk.length, hunk.note or "", hunk.problem or "")
      for _, near in ipairs(hunk.nearest or {}) do
        local parts = {}
        for index, one in ipairs(near.differences) do
          parts[index] = ("0x%x %s->%s"):format(one.offset, one.wanted, one.found)
        end
        print(("  0x%x"):format(near.offset), near.pattern, near.matches, table.concat(parts, ", "))
      end
    end
  end
]]

--- A line for each hunk: state, offset, length, note, problem. Below it one for each place that comes next: offset,
--- pattern, how often that matches, the bytes that differ.
return function(recipe, target)
  local command = { support.suture, support.write("hunks.script.lua", SCRIPT), recipe, target }
  local status, stdout, stderr = support.run(table.concat(command, " "))
  assert(status == 0 and stderr == "", stderr)
  return stdout
end
