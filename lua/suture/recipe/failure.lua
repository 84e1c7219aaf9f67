--- What an error in a recipe means: whose fault it is, and so the exit status.

local core <const> = require "suture.core"

local failure = {}

--- The exit statuses: wrong use, or a recipe that cannot be loaded; a foreign target; input or output failed; the
--- recipe failed; decided but not finished.
failure.USAGE, failure.FOREIGN, failure.IO, failure.RECIPE, failure.INDETERMINATE = 2, 3, 4, 5, 6

--- An error that crosses from the worker to its parent.
---@class suture.failure
---@field code integer      the exit status
---@field kind string       an error kind; "recipe" for what is no error object of ours
---@field message string    the bare reason
---@field text string       a line for people, with path and offset where known
---@field path string?      of the file that it is about
---@field target integer?    the number of the target that it is about
---@field recipe string?     the name of the recipe that failed, where a run has several
---@field offset integer?   in the file
---@field where string?     "recipe.lua:12"

local of_the_file <const> = { io = true, locked = true, changed = true, truncated = true }
local foreign <const> = { mismatch = true, notunique = true, format = true, foreign = true }

--- Whether the error is about the file itself rather than its contents.
---@param err any
---@return boolean
function failure.is_of_the_file(err)
  return core.is_error(err) and of_the_file[err.kind] or false
end

-- A read that leaves the file tells of another file than the recipe knows, a write that leaves it of a slip in the
-- recipe. The message begins with what was tried.
local writers <const> = {
  write = true, fill = true, pack = true, insert = true, delete = true, move = true, xor = true, translate = true,
  swap = true, size = true,
}

local function is_read_past_end(err)
  return err.kind == "range" and not writers[err.message:match("^%a*")] and not err.message:find("^copy to")
end

--- The status for an error that `apply` or an edit raised.
---@param err any
---@return integer
function failure.code(err)
  if not core.is_error(err) then
    return failure.RECIPE
  elseif of_the_file[err.kind] or err.kind == "readonly" then
    return failure.IO
  elseif foreign[err.kind] or is_read_past_end(err) then
    return failure.FOREIGN
  end
  return failure.RECIPE
end

-- The words in which Lua says it.
local OUT_OF_MEMORY <const> = "not enough memory"

--- Whether the error says that memory ran out.
---@param err any
---@return boolean
function failure.is_out_of_memory(err)
  return err == OUT_OF_MEMORY or core.is_error(err) and err.kind == "limit"
end

local function words(value)
  if type(value) == "string" then
    return value
  end
  local ok <const>, text <const> = pcall(tostring, value)
  local printable <const> = ok and type(text) == "string"
  return ("error object is a %s value%s"):format(type(value), printable and (" (" .. text .. ")") or "")
end

-- A line of suture's own says nothing to who wrote a recipe.
local function place_in_recipe(where)
  return where and not where:find("^%[suture%]") and where or nil
end

--- Describes an error of any type for the way to the parent.
---@param err any
---@param code integer
---@return suture.failure
function failure.describe(err, code)
  if err == OUT_OF_MEMORY then
    return { code = code, kind = "limit", message = err, text = err }
  elseif not core.is_error(err) then
    local text <const> = words(err)
    return { code = code, kind = "recipe", message = text, text = text }
  end
  return {
    code = code, kind = err.kind, message = err.message, text = tostring(err), path = err.path,
    offset = err.file_offset or err.offset, where = place_in_recipe(err.where),
  }
end

return failure
