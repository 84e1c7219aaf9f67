--- What a recipe's functions are told beside the target and the parameters.

local core <const> = require "suture.core"

local context = {}

---@class suture.context
---@field params table        the parameters
---@field target string?      the name of the target that is patched; nil where there are several
---@field label string?       which of the target's versions it is; nil where there are several targets
---@field targets table<string, suture.bytes>  by name
---@field labels table<string, string>         by the target's name, where the version is known
---@field checking boolean    whether nothing will be written whatever happens
---@field refuse fun(reason: string)    ends the recipe: this target is foreign
---@field already fun(reason: string)   says that a target on which nothing was written has it already
---@field log fun(text: string)         a line for people
---@field progress fun(done: number, total: number)
---@field asset fun(name: string): suture.bytes   a file of the recipe's own folder, read-only

local names <const> = {
  "already", "asset", "checking", "label", "labels", "log", "params", "progress", "refuse", "target", "targets",
}
local known <const> = {}
for _, name in ipairs(names) do
  known[name] = true
end

--- What the recipe said through its context.
---@class suture.statements
---@field refused string?
---@field already string?

local function need_text(value, where)
  if type(value) ~= "string" then
    core.raise("argument", ("%s needs a string, not a %s"):format(where, type(value)))
  end
  return value
end

local function not_inside(name)
  core.raise("argument", ("the asset '%s' is not in the recipe's folder"):format(name))
end

local function check_name(name)
  need_text(name, "context.asset")
  local plain <const> = name ~= "" and not name:find("^/") and not name:find("\0", 1, true)
  if not plain or ("/" .. name .. "/"):find("/%.%./") then
    not_inside(name)
  end
end

-- Symbolic links are followed first: what they lead to must lie in the folder too.
local function asset_path(folder, name, identify)
  check_name(name)
  local home <const> = identify(folder == "" and "." or folder).path:gsub("/$", "") .. "/"
  local path <const> = identify(folder .. name).path
  if path:sub(1, #home) ~= home then
    not_inside(name)
  end
  return path
end

-- Only whole per cents are worth a message.
local function progress_reporter(tell)
  local last
  return function(done, total)
    if type(done) ~= "number" or type(total) ~= "number" or total <= 0 or total ~= total then
      core.raise("argument", "context.progress needs two numbers, the second above 0")
    end
    local percent <const> = math.floor(math.max(0, math.min(1, done / total)) * 100)
    if percent ~= last then
      last = percent
      tell("progress", percent)
    end
  end
end

local function unknown_field(_, name)
  if not known[name] then
    core.raise("argument", core.unknown("field of context", tostring(name), names))
  end
end

--- Makes the context of one run.
---@param fields table  params, target, label, targets, labels, checking
---@param folder string  the recipe's own, with a closing slash, or ""
---@param tell fun(what: "log"|"progress", value: any)
---@param open fun(path: string): suture.bytes  opens a file to read
---@param identify fun(path: string): table  as core.identify, but raises
---@return suture.context
---@return suture.statements  filled while the recipe runs
function context.new(fields, folder, tell, open, identify)
  local said <const> = {}
  fields.refuse = function(reason)
    said.refused = need_text(reason, "context.refuse")
    core.raise("foreign", reason)
  end
  fields.already = function(reason)
    said.already = need_text(reason, "context.already")
  end
  fields.log = function(text)
    tell("log", need_text(text, "context.log"))
  end
  fields.progress = progress_reporter(tell)
  fields.asset = function(name)
    return open(asset_path(folder, name, identify))
  end
  return setmetatable(fields, { __index = unknown_field }), said
end

return context
