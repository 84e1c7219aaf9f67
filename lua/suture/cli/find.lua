--- suture find: where a pattern or a text is in files.

local argument <const> = require "suture.argument"
local core <const> = require "suture.core"
local failure <const> = require "suture.recipe.failure"
local hexdump <const> = require "suture.hexdump"
local json <const> = require "suture.json"
local meter <const> = require "suture.meter"
local output <const> = require "suture.output"
local printable <const> = require "suture.printable"
local terminal <const> = require "suture.terminal"

local find = { summary = "Tell where a pattern of bytes or a text is in files." }

local FOUND <const>, NOTHING <const> = 0, 1

-- Matches that begin in so many bytes are looked for at a time, so that progress can be told and Ctrl-C is heard.
local PIECE <const> = 0x4000000

-- So many bytes of a match are shown on a line.
local SHOWN <const> = 16

---@param parser table
function find.configure(parser)
  parser:usage("Usage: suture find [OPTION...] PATTERN FILE...\n       suture find [OPTION...] --text STRING FILE...")
  parser:argument("words", "A pattern such as '48 8b ?? 4? e8', and files or block devices.")
    :args("*"):argname("PATTERN FILE...")
  parser:option("-t --text", "Look for this text instead of a pattern."):argname("STRING")
  parser:mutex(
    parser:flag("-c --count", "Print only how many matches each file has."),
    parser:flag("-l --files", "Print only the names of files with a match."))
  parser:option("-n --max", "At most so many matches of a file."):argname("N")
    :convert(argument.number("--max", 1))
  parser:option("--from", "Look at the bytes from this offset on."):argname("OFF"):convert(argument.offset)
  parser:option("--to", "Look at the bytes before this offset."):argname("OFF"):convert(argument.offset)
  parser:flag("--json", "Print one JSON object a line for each match, or for each file with -c or -l.")
  parser:epilog("A match is one line: FILE: 0xOFFSET: bytes. Overlapping matches are told too. The status is 0 where "
    .. "something was found, 1 where nothing was, 4 where a file cannot be read.")
end

local function usage(message, ...)
  core.raise("argument", ("find: %s (see suture help find)"):format(message:format(...)))
end

local function pattern_of(text)
  local ok <const>, result <const> = pcall(core.pattern, text)
  if not ok then
    usage("'%s': %s", text, core.is_error(result) and result.message or result)
  end
  return result
end

-- What to look for, and the files.
local function wanted(arguments)
  local words <const>, text <const> = arguments.words, arguments.text
  local first <const> = text and 1 or 2
  if text == "" then
    usage "the text is empty"
  elseif not words[1] and not text then
    usage "no PATTERN is given"
  elseif not text and not words[1]:find "%S" then
    usage "the pattern is empty"
  elseif not words[first] then
    usage "no FILE is given"
  elseif arguments.from and arguments.to and arguments.from > arguments.to then
    usage("--from 0x%x is behind --to 0x%x", arguments.from, arguments.to)
  end
  return text or pattern_of(words[1]), table.move(words, first, #words, 1, {})
end

---@class suture.find.job   one file to be searched
---@field b suture.bytes
---@field path string
---@field what string|suture.pattern
---@field length integer    of a match
---@field arguments table
---@field meter suture.meter

-- Bounds of pieces: a match that begins in a piece lies in one pair of bounds, and no other does.
local function each_piece(job)
  local from <const> = math.min(job.arguments.from or 0, #job.b)
  local to <const> = math.min(job.arguments.to or #job.b, #job.b)
  local at = from
  return function()
    if job.length > to - at then
      return nil
    end
    if to - from > PIECE then
      job.meter:show((at - from) * 100 // (to - from))
    end
    local first <const> = at
    at = math.min(at + PIECE, to)
    return first, math.min(at + (job.length - 1), to)
  end
end

local function add(job, line)
  job.meter:wipe()
  return output.add(line)
end

local function quoted(path)
  return json.line(json.text(path), {})
end

local function object_of(job)
  local head <const> = ('{"schema":1,"target":%s,"offset":'):format(quoted(job.path))
  return function(off)
    return ('%s%d,"bytes":"%s"}\n'):format(head, off, core.digits(job.b, off, job.length))
  end
end

local function line_of(job)
  local name <const> = printable(job.path)
  local shown <const> = math.min(job.length, SHOWN)
  local rest <const> = job.length > shown and " ..." or ""
  return function(off)
    return ("%s: 0x%x: %s%s\n"):format(name, off, core.digits(job.b, off, shown, true), rest)
  end
end

-- For a terminal: a match and what follows it, as a line of a hexdump that begins with it.
local function coloured_line_of(job)
  local name <const> = printable(job.path)
  return function(off)
    local columns <const> = utf8.len(name) + #(": 0x%x:"):format(off)
    local width <const> = terminal.width(columns)
    local shown <const> = math.min(job.length, width)
    local dump <const> = core.hexdump(job.b, off, math.min(width, #job.b - off), width, true, "colour", off, shown)
    local row <const> = hexdump.join(dump):match("^%x+ (.-)\n")
    return ("\27[35m%s\27[0m: \27[32m0x%x\27[0m:%s%s\n"):format(name, off, row, shown < job.length and " ..." or "")
  end
end

local function tell_matches(job)
  local style <const> = job.arguments.json and object_of or terminal.is_coloured() and coloured_line_of or line_of
  local line_at <const>, most <const> = style(job), job.arguments.max or math.maxinteger
  local count = 0
  for from, to in each_piece(job) do
    for off in job.b:matches(job.what, from, to) do
      count = count + 1
      if not add(job, line_at(off)) or count == most then
        return true
      end
    end
    output.write ""
  end
  return count > 0
end

local function tell_count(job)
  local most <const> = job.arguments.max or math.maxinteger
  local count = 0
  for from, to in each_piece(job) do
    count = math.min(most, count + job.b:count(job.what, from, to))
    if count == most then
      break
    end
  end
  local line <const> = job.arguments.json
    and ('{"schema":1,"target":%s,"count":%d}\n'):format(quoted(job.path), count)
    or printable(("%s: %d"):format(job.path, count)) .. "\n"
  add(job, line)
  return count > 0
end

local function tell_name(job)
  for from, to in each_piece(job) do
    if job.b:find(job.what, from, to) then
      add(job, job.arguments.json and ('{"schema":1,"target":%s}\n'):format(quoted(job.path))
        or printable(job.path) .. "\n")
      return true
    end
  end
  return false
end

local function search(job)
  local b <close>, err = core.open(job.path, { mode = "read", block = true })
  if not b then
    error(err, 0)
  end
  job.b = b
  local tell <const> = job.arguments.count and tell_count or job.arguments.files and tell_name or tell_matches
  return tell(job)
end

-- Whether something was found, and whether the file could be read: others are searched all the same.
local function try(job)
  local ok <const>, result <const> = pcall(search, job)
  job.meter:wipe()
  output.write ""
  if ok then
    return result, true
  elseif not core.is_error(result) or result.kind == "interrupted" or result.kind == "argument" then
    error(result, 0)
  end
  io.stderr:write(printable("suture: " .. result), "\n")
  return false, false
end

---@param arguments table
---@return integer status
function find.run(arguments)
  local what <const>, files <const> = wanted(arguments)
  local any, all_read = false, true
  for _, path in ipairs(files) do
    local found <const>, read <const> = try {
      path = path, what = what, length = #what, arguments = arguments, meter = meter(path),
    }
    any, all_read = any or found, all_read and read
    if output.failure() then
      break
    end
  end
  return not all_read and failure.IO or any and FOUND or NOTHING
end

return find
