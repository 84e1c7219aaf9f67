--- The specs of a library: busted runs them, under this executable, with the library's lua/ on the path. They are
--- programs of the user's: nothing confines them.

local core <const> = require "suture.core"
local dkjson <const> = require "dkjson"
local roots <const> = require "suture.library.roots"
local shell <const> = require "suture.shell"

local specs = {}

-- Whether a folder has a spec at any depth.
local function has_spec(folder, depth)
  for _, entry in ipairs(depth > 0 and roots.host().entries(folder) or {}) do
    local path <const> = folder .. "/" .. entry.name
    if entry.kind == "file" and entry.name:find("_spec%.lua$")
      or entry.kind == "folder" and not entry.is_link and has_spec(path, depth - 1) then
      return true
    end
  end
  return false
end

local most_depth <const> = 16

--- Whether a library has specs.
---@param library string
---@return boolean
function specs.are_there(library)
  return has_spec(library .. "/spec", most_depth)
end

--- The path of busted; nil where it is not installed.
---@return string?
function specs.busted()
  local pipe <close> = assert(io.popen("command -v busted 2>/dev/null"))
  local path <const> = pipe:read("l")
  return path ~= "" and path or nil
end

local function command(library, busted, results)
  local others <const> = os.getenv "SUTURE_PATH"
  local path <const> = library .. (others and ":" .. others or "")
  return ("cd %s && SUTURE_SPEC_RESULTS=%s SUTURE_PATH=%s LUA_PATH='lua/?.lua;lua/?/init.lua;./?.lua;;' exec %s %s "
    .. "--output=suture.library.results --pattern=_spec spec </dev/null >&2"):format(shell.quote(library),
    shell.quote(results), shell.quote(path), shell.quote(roots.host().executable()), shell.quote(busted))
end

local SIGINT <const> = 2

local function execute(text)
  local passed <const>, how <const>, code <const> = os.execute("exec sh -c " .. shell.quote(text))
  if how == "signal" and code == SIGINT or how == "exit" and code == 128 + SIGINT then
    core.raise("interrupted", "interrupted")
  end
  return passed, how, code
end

local function one_line(text)
  return text and (text:gsub("^%s+", ""):gsub("%s*\n%s*", " "))
end

local function tell(result, emit)
  emit {
    check = result.name, ok = result.status == "success" or result.status == "pending",
    reason = result.status ~= "success" and result.status ~= "pending" and one_line(result.message) or nil,
    skipped = result.status == "pending" and "pending" or nil,
  }
  return result.status ~= "success" and result.status ~= "pending"
end

-- Returns how many there were, and how many failed.
local function tell_all(path, emit)
  local count, failed = 0, 0
  local file <close> = io.open(path, "rb")
  for line in file and file:lines() or function() end do
    local result <const> = dkjson.decode(line, 1, nil, nil)
    count = count + 1
    failed = failed + (tell(result, emit) and 1 or 0)
  end
  return count, failed
end

--- Runs the specs of a library.
---@param library string
---@param busted string   its path
---@param results string  a path for a file of this function's
---@param emit fun(result: { check: string, ok: boolean, reason: string?, skipped: string? })
function specs.run(library, busted, results, emit)
  local place <const>, err <const> = core.identify(library)
  if not place then
    error(err, 0)
  end
  local passed <const>, how <const>, code <const> = execute(command(place.path, busted, results))
  local count <const>, failed <const> = tell_all(results, emit)
  if count == 0 or not passed and failed == 0 then
    emit { check = "the specs run to their end", ok = false, reason = ("busted ended with %s %d"):format(
      how == "signal" and "signal" or "status", code) }
  end
end

return specs
