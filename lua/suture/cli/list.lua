--- suture list: the recipes that can be had by name, or what each of them finds in a file.

local argument <const> = require "suture.argument"
local catalogue <const> = require "suture.library.catalogue"
local core <const> = require "suture.core"
local json <const> = require "suture.json"
local library <const> = require "suture.library"
local listing <const> = require "suture.library.listing"
local matching <const> = require "suture.library.matching"
local output <const> = require "suture.output"
local printable <const> = require "suture.printable"

local list = { summary = "List recipes by category, or what each of them finds in a file." }

-- Enough for a machine that is busy, and short for a person who waits.
local default_timeout <const> = 5

---@param parser table
function list.configure(parser)
  parser:argument("word", "Only those with it in their name, summary or categories."):args("?"):argname("WORD")
  parser:option("--for", "The verdict of each recipe on this file."):target("target"):argname("FILE")
  parser:flag("--json", "Print one JSON object a line for each recipe.")
  parser:flag("-v --verbose", "Tell of recipes that are hidden by others too, and of those that do not know FILE.")
  parser:option("--timeout", "Seconds that one recipe may take; by default 5."):argname("SECONDS")
    :convert(argument.number("--timeout", 1, 3600))
end

local function complain(path, reason)
  io.stderr:write(printable(("suture: %s: %s"):format(path, reason)), "\n")
end

local most_reason <const> = 300

-- What went wrong, in one line, with the recipe that it is about.
local function explain(entry, failure)
  local text <const> = failure.text:match("^[^\n]*")
  local reason <const> = text:sub(1, #entry.path + 2) == entry.path .. ": " and text:sub(#entry.path + 3) or text
  complain(entry.path, #reason > most_reason and reason:sub(1, most_reason) .. "..." or reason)
end

local function is_wanted(entry, word)
  local about <const> = entry.about
  local texts <const> = { entry.name, about.summary or "", table.unpack(about.categories) }
  for _, text in ipairs(texts) do
    if text:lower():find(word:lower(), 1, true) then
      return true
    end
  end
  return false
end

local function visible(entries, verbose)
  local result <const> = {}
  for _, entry in ipairs(entries) do
    if not entry.hidden_by then
      result[#result + 1] = entry
    elseif verbose then
      complain(entry.path, "hidden by " .. entry.hidden_by)
    end
  end
  return result
end

-- Those that can be loaded and have the word. Each file is read, since what a recipe says is in it.
local function read(arguments)
  local result <const> = {}
  local entries <const> = visible(library.recipes(nil, complain), arguments.verbose)
  catalogue.read(entries, arguments.timeout or default_timeout)
  for _, entry in ipairs(entries) do
    if entry.failure then
      explain(entry, entry.failure)
    elseif is_wanted(entry, arguments.word or "") then
      result[#result + 1] = entry
    end
  end
  return result
end

local function print_all(lines)
  for _, line in ipairs(lines) do
    output.add(line .. "\n")
  end
end

local function print_entries(entries, as_json)
  if not as_json then
    return print_all(listing.lines(entries))
  end
  for _, entry in ipairs(entries) do
    output.add(listing.json(listing.object(entry)) .. "\n")
  end
end

local order <const> = { "applicable", "applied", "partial", "parameters", "targets", "failed", "foreign" }
local titles <const> = { parameters = "needs parameters", targets = "needs several targets" }

local function said(entry)
  local match <const> = entry.match
  return match.needs and table.concat(match.wanted, ", ") or match.reason or entry.about.summary
end

local function print_group(name, entries, width)
  output.add((titles[name] or name) .. "\n")
  for _, entry in ipairs(entries) do
    output.add(listing.line(entry.name, said(entry), width) .. "\n")
  end
end

local function print_matches(entries, verbose)
  local groups <const>, width <const> = {}, listing.width(entries)
  for _, entry in ipairs(entries) do
    local name <const> = entry.match.needs or entry.match.verdict or "failed"
    groups[name] = groups[name] or {}
    table.insert(groups[name], entry)
  end
  for _, name in ipairs(order) do
    local group <const> = groups[name]
    if group and name == "foreign" and not verbose then
      output.add(("foreign: %d recipe%s\n"):format(#group, #group == 1 and "" or "s"))
    elseif group then
      print_group(name, group, width)
    end
  end
end

local function match_object(entry, target)
  local object <const>, match <const> = listing.object(entry), entry.match
  object.target = json.text(target)
  object.verdict, object.status = json.text(match.verdict), json.text(match.status)
  object.needs = match.needs and { [match.needs] = json.list(match.wanted, json.text) } or json.null
  object.reason = json.text(match.reason)
  return object
end

local function size_of(target)
  local b <const>, err <const> = core.open(target, "read")
  if not b then
    error(err, 0)
  end
  local size <const> = #b
  b:close()
  return size
end

local function ask(entries, arguments)
  local target <const> = arguments.target
  matching.ask(entries, target, size_of(target), arguments.timeout or default_timeout)
  if not arguments.json then
    return print_matches(entries, arguments.verbose)
  end
  for _, entry in ipairs(entries) do
    output.add(listing.json(match_object(entry, target)) .. "\n")
  end
end

---@param arguments table
---@return integer status  1 where there is no recipe with the word
function list.run(arguments)
  if arguments.target then
    size_of(arguments.target) -- a file that cannot be read is told before anything else is done
  end
  local entries <const> = read(arguments)
  if arguments.target then
    ask(entries, arguments)
  else
    print_entries(entries, arguments.json)
  end
  output.write ""
  return #entries == 0 and arguments.word and 1 or 0
end

return list
