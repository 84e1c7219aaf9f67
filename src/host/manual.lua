-- Makes the manual page: the text that is given, with the verbs told from their parsers in place of the line VERBS.
--
--   suture src/host/manual.lua docs/suture.1.in > suture.1

local cli <const> = require "suture.cli"
local host <const> = require "suture.host"

local WIDTH <const> = 78

-- A line as mdoc takes it: a backslash begins an escape, a dot or an apostrophe in front a request.
local function escaped(line)
  return (line:gsub("\\", "\\e"):gsub("%-", "\\-"):gsub("^[.']", "\\&%0"))
end

-- Each sentence begins a line, as mdoc wants it, and no line is long.
local function prose(text)
  local lines <const>, line = {}, ""
  for word in text:gmatch "%S+" do
    if line ~= "" and (#line + 1 + #word > WIDTH or line:find "[.!?]$" and word:find "^%u") then
      lines[#lines + 1], line = escaped(line), word
    else
      line = line == "" and word or line .. " " .. word
    end
  end
  lines[#lines + 1] = escaped(line)
  return table.concat(lines, "\n")
end

local function argument_name(element)
  local name <const> = element._argname or element._name or element:_get_default_argname()
  return type(name) == "table" and table.concat(name, " ") or name
end

-- The parts of "[OPTION...] RECIPE TARGET..." behind the name of the verb.
local function usage_of(parser)
  local words <const> = {}
  for _, argument in ipairs(parser._arguments) do
    local name <const> = argument_name(argument):gsub("%.%.%.$", "")
    local many <const> = argument._maxargs > 1 and " ..." or ""
    words[#words + 1] = argument._minargs == 0 and ("Op Ar %s%s"):format(name, many) or ("Ar %s%s"):format(name, many)
  end
  return table.concat(words, " ")
end

local function flags_of(option)
  local flags <const> = {}
  for index, alias in ipairs(option._aliases) do
    flags[index] = "Fl " .. alias:sub(2)
  end
  local value <const> = option._maxargs > 0 and " Ar " .. argument_name(option) or ""
  return table.concat(flags, " , ") .. value
end

-- Every verb has --help: that is told once.
local function options_of(parser)
  local lines <const> = {}
  for _, option in ipairs(parser._options) do
    if not option._hidden and option._aliases[1] ~= "-h" then
      lines[#lines + 1] = ".It " .. flags_of(option)
      lines[#lines + 1] = prose(option._description or "")
    end
  end
  return lines
end

local function add_all(lines, more)
  table.move(more, 1, #more, #lines + 1, lines)
end

local function verb_of(name)
  local parser <const> = cli.parser(name)
  local usage <const> = usage_of(parser)
  local lines <const> = { ".It Cm " .. name .. (usage ~= "" and " " .. usage or ""), prose(cli.verb(name).summary) }
  if parser._epilog then
    add_all(lines, { ".Pp", prose(parser._epilog) })
  end
  local options <const> = options_of(parser)
  if #options > 0 then
    add_all(lines, { ".Bl -tag -width Ds" })
    add_all(lines, options)
    add_all(lines, { ".El" })
  end
  return table.concat(lines, "\n")
end

local function verbs()
  local lines <const> = { ".Bl -tag -width Ds" }
  for _, name in ipairs(host.verbs) do
    lines[#lines + 1] = verb_of(name)
  end
  lines[#lines + 1] = ".El"
  return table.concat(lines, "\n")
end

local file <const> = assert(io.open(arg[1]))
io.write((file:read "a":gsub("\nVERBS\n", function()
  return "\n" .. verbs() .. "\n"
end)))
