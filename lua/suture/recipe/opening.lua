--- Opens the targets of a run and closes them.

local core <const> = require "suture.core"
local failure <const> = require "suture.recipe.failure"

local opening = {}

-- Only who writes can leave something undecided: to a check it is one more file that cannot be read.
local function code_of(err, checking)
  return err.kind == "indeterminate" and not checking and failure.INDETERMINATE or failure.IO
end

-- A missing file is told when it is opened.
local function key_of(path)
  local file <const> = core.identify(path)
  return file and ("%d:%d"):format(file.device, file.inode) or path
end

local function twice(targets)
  local seen <const> = {}
  for _, target in ipairs(targets) do
    local key <const> = key_of(target.path)
    if seen[key] then
      local text <const> = ("%s and %s are one file: a set needs different ones"):format(seen[key], target.path)
      return failure.describe(core.error("argument", text), failure.USAGE)
    end
    seen[key] = target.path
  end
end

--- Closes what is open and drops what is pending.
---@param list suture.bytes[]
function opening.close(list)
  for _, b in ipairs(list) do
    pcall(b.rollback, b)
    pcall(b.close, b)
  end
end

--- Opens all targets, files or block devices, or none.
---@param targets suture.recipe.target[]
---@param mode "copy"|"patch"
---@param checking boolean
---@return suture.bytes[]?
---@return suture.failure? problem  with the number of its target
function opening.open(targets, mode, checking)
  local problem = #targets > 1 and twice(targets) or nil
  if problem then
    return nil, problem
  end
  local list <const> = {}
  for number, target in ipairs(targets) do
    local b <const>, err <const> = core.open(target.path, { mode = mode, block = true })
    if not b then
      opening.close(list)
      problem = failure.describe(err, code_of(err, checking))
      problem.target = number
      return nil, problem
    end
    list[number] = b
  end
  return list
end

--- What an error of ours means that comes after the recipes are done: it is about a file, which holds its old bytes
--- unless it is indeterminate. Raises what is no such error: `interrupted`, and what is not ours.
---@param err any
---@param checking boolean
---@return suture.failure
function opening.explain(err, checking)
  if not core.is_error(err) or err.kind == "interrupted" then
    error(err, 0)
  elseif err.kind == "mismatch" then
    err = core.error("changed", "the file changed while the recipe ran", { path = err.path, offset = err.offset })
  end
  return failure.describe(err, code_of(err, checking))
end

return opening
