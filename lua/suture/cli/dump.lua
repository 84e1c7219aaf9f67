--- suture dump: the bytes of a file in hex.

local core <const> = require "suture.core"
local output <const> = require "suture.output"

local dump = { summary = "Print bytes of a file in hex." }

-- So much at a time, that a file of any size takes little memory.
local piece <const> = 0x100000

local function number(text)
  local value <const> = (text:find("^%d+$") or text:find("^0[xX]%x+$")) and math.tointeger(tonumber(text))
  if not value or value < 0 then
    return nil, ("'%s' is no offset or length (decimal, or hex with 0x)"):format(text)
  end
  return value
end

---@param parser table
function dump.configure(parser)
  parser:argument("target", "A file."):argname("TARGET")
  parser:argument("offset", "Where to begin."):args("?"):argname("OFF"):convert(number)
  parser:argument("length", "How many bytes."):args("?"):argname("LEN"):convert(number)
end

local function range(b, arguments)
  local offset <const> = arguments.offset or 0
  if offset > #b then
    core.raise("argument", ("offset 0x%x is past the end (size 0x%x)"):format(offset, #b), { path = b.path })
  end
  local length <const> = arguments.length or #b - offset
  if length > #b - offset then
    local reason <const> = ("0x%x bytes pass the end (size 0x%x)"):format(length, #b)
    core.raise("argument", reason, { path = b.path, offset = offset })
  end
  return offset, length
end

-- The last line of a dump tells only where it ends.
local function without_end(text)
  return (text:gsub("%x+\n$", ""))
end

---@param arguments table
---@return integer status
function dump.run(arguments)
  local b <const>, err <const> = core.open(arguments.target, "read")
  if not b then
    error(err, 0)
  end
  local offset, left = range(b, arguments)
  while left > 0 do
    local length <const> = math.min(left, piece)
    local text <const> = b:hexdump(offset, length)
    if not output.write(length < left and without_end(text) or text) then
      break
    end
    offset, left = offset + length, left - length
  end
  b:close()
  return 0
end

return dump
