--- What a recipe finds in targets as they read now, what is pending in them included. The recipe runs confined, on
--- copies of what is not in the files yet.

local host <const> = require "suture.host"
local recipe <const> = require "suture.recipe"

local rehearsal <const> = {}

-- The path under which a target can be read as it is: its own, or that of a copy in the folder.
local function readable(target, folder)
  if not target.bytes:pending() then
    return target.path
  end
  local path <const> = ("%s/%s.bin"):format(folder, target.name)
  target.bytes:save(path)
  return path
end

local function remove(folder, targets)
  for _, target in ipairs(targets) do
    os.remove(("%s/%s.bin"):format(folder, target.name))
  end
  os.remove(folder)
end

-- Reports name the targets as the session knows them.
local function renamed(reports, paths, targets)
  for _, report in ipairs(reports) do
    for index, path in ipairs(paths) do
      if report.target == path then
        report.target = targets[index].path
        report.held = targets[index]
      end
      if report.error then
        local from <const> = path:gsub("%p", "%%%0")
        report.error.text = report.error.text:gsub(from, (targets[index].path:gsub("%%", "%%%%")))
      end
    end
  end
  return reports
end

--- Has a recipe look at targets. Raises what `suture.recipe.check` raises.
---@param path string                    of the recipe
---@param targets suture.repl.target[]   one set
---@param options suture.recipe.options
---@return suture.report[] reports       each with its target in `held`
---@return integer code
function rehearsal.check(path, targets, options)
  local folder <const> = assert(host.make_folder())
  local results <const> = table.pack(pcall(function()
    local paths <const> = {}
    for index, target in ipairs(targets) do
      paths[index] = readable(target, folder)
    end
    local reports <const>, code <const> = recipe.check(path, paths, options)
    return renamed(reports, paths, targets), code
  end))
  remove(folder, targets)
  if not results[1] then
    error(results[2], 0)
  end
  return results[2], results[3]
end

return rehearsal
