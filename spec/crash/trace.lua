--- What strace wrote, as a list of system calls. Made for the options that `trace.OPTIONS` names: every
--- string and path is in hex, so that no data can look like punctuation.

local trace <const> = {}

trace.OPTIONS = "-f -y -xx -v -s 1048576"

---@class call
---@field name string
---@field nth integer         this is the nth call of its name, as strace's `when=` counts
---@field args string[]       as strace prints them
---@field result integer|nil  nil where there is none (exit_group) or it is an address
---@field opened string|nil   the path behind a resulting descriptor
---@field failed boolean

local function unescape(text)
  return (text:gsub("\\x(%x%x)", function(digits)
    return string.char(tonumber(digits, 16))
  end))
end

--- The bytes of a string argument, or nil when the argument is no string.
---@param arg string|nil
---@return string|nil
function trace.string(arg)
  local text <const> = arg and arg:match '^"(.*)"$'
  assert(text or not arg or not arg:find '^"', "strace cut a string short")
  return text and unescape(text)
end

--- The bytes as a string argument.
---@param bytes string
---@return string
function trace.quote(bytes)
  return '"' .. bytes:gsub(".", function(byte) return ("\\x%02x"):format(byte:byte()) end) .. '"'
end

--- Number and path of a descriptor argument such as `3</tmp/x>` or `AT_FDCWD</tmp>`, or nil.
---@param arg string|nil
---@return integer|nil number
---@return string|nil path
function trace.descriptor(arg)
  if not arg then
    return nil
  end
  local number <const>, path <const> = arg:match "^(%w[%w_]*)<([^>]*)>%S*$" -- "(deleted)" may follow
  if not number then
    return math.tointeger(tonumber(arg)), nil
  end
  return math.tointeger(tonumber(number)), unescape(path)
end

local DEPTH <const> = { ["("] = 1, ["["] = 1, ["{"] = 1, [")"] = -1, ["]"] = -1, ["}"] = -1 }

-- Splits at the commas that stand outside of all brackets; strings hold none, being in hex.
local function split(text)
  local args <const> = {}
  local depth, from = 0, 1
  for at, mark in text:gmatch "()([%(%)%[%]{},])" do
    if DEPTH[mark] then
      depth = depth + DEPTH[mark]
    elseif depth == 0 then
      args[#args + 1] = text:sub(from, at - 1)
      from = at + 2
    end
  end
  if #text > 0 then
    args[#args + 1] = text:sub(from)
  end
  return args
end

local function parse_line(line)
  local name <const>, args <const>, rest <const> = line:match "^%d+%s+([%w_]+)%((.*)%)%s+= (.*)$"
  if not name then
    assert(line:find "^%d+%s+[-+][-+][-+] ", "not understood: " .. line:sub(1, 200))
    return nil
  end
  local number <const>, path <const> = rest:match "^(%-?%d+)<([^>]*)>"
  return {
    name = name,
    args = split(args),
    result = math.tointeger(tonumber(number or rest:match "^(%-?%d+)")),
    opened = path and unescape(path),
    failed = rest:find "^%-1 " ~= nil,
  }
end

--- Parses a whole log. Raises when more than one process is in it: whose call came first would be a guess.
---@param text string
---@return call[]
function trace.parse(text)
  local calls <const>, counts <const> = {}, {}
  local process
  for line in text:gmatch "[^\n]+" do
    local id <const> = line:match "^%d+"
    process = process or id
    assert(id == process, "the trace holds more than one process")
    local call <const> = parse_line(line)
    if call then
      counts[call.name] = (counts[call.name] or 0) + 1
      call.nth = counts[call.name]
      calls[#calls + 1] = call
    end
  end
  return calls
end

--- What a call wrote to standard output, or nil.
---@param call call
---@return string|nil
function trace.printed(call)
  if call.name == "write" and trace.descriptor(call.args[1]) == 1 then
    return trace.string(call.args[2])
  end
end

return trace
