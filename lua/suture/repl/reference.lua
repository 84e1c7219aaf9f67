--- The reference: what is said about functions and methods in their annotations, which the executable carries.
---
--- Names are those of docs/api.md: `b:read`, `c:seek`, `p:matches`, `sp:release`, `set:flush`, `layout:at`,
--- `suture.open`, `suture.format.elf.read`.

local annotations <const> = require "suture.repl.reference.annotations"
local core <const> = require "suture.core"

local reference <const> = {}

-- Which objects the functions of an owner are methods of, by module; false for functions that are no part.
local OBJECTS <const> = {
  ["meta.suture.bytes"] = { bytes = "b:" },
  ["meta.suture.numbers"] = { bytes = "b:" },
  ["meta.suture.cursor"] = { cursor = "c:" },
  ["meta.suture.pattern"] = { pattern = "p:" },
  ["meta.suture.savepoint"] = { savepoint = "sp:" },
  ["suture"] = { fields = "suture." },
  ["suture.cursor"] = { methods = "c:", cursor = false },
  ["suture.transaction"] = { methods = "set:" },
  ["suture.struct"] = { methods = "layout:" },
}

-- The modules that `suture` gives under a name, as its own text tells.
local function given_names(source)
  local names <const> = { suture = true }
  for name in source("suture"):gmatch '= "(suture%.[%l_.]+)"' do
    names[name] = true
  end
  return names
end

-- What stands before a function's own name; nil for what is no part of the reference.
local function prefix_of(module, owner)
  local objects <const> = OBJECTS[module]
  if objects and objects[owner] ~= nil then
    return objects[owner]
  elseif owner == "return" then
    return module
  end
  local last <const> = module:match "[^.]+$"
  return owner == last and module .. "." or nil
end

local function add(index, module, text)
  for _, entry in ipairs(annotations.read(text)) do
    local prefix <const> = prefix_of(module, entry.owner)
    if prefix and not entry.name:find "^__" then
      index[prefix .. entry.name] = entry
    end
  end
end

local function is_part(module, given)
  return OBJECTS[module] or given[module] or module:find "^suture%.format%.%w+$" or module:find "^suture%.patch%.%w+$"
end

--- The reference that the texts of modules make.
---@param modules string[]                  their names
---@param source fun(name: string): string  the text of one
---@return table<string, suture.repl.described>
function reference.index(modules, source)
  local index <const>, given <const> = {}, given_names(source)
  for _, module in ipairs(modules) do
    if is_part(module, given) then
      add(index, module, source(module))
    end
  end
  return index
end

local known

-- Read once, when it is first asked for; empty where the executable is not there to carry it.
local function all()
  if not known then
    local ok <const>, host <const> = pcall(require, "suture.host")
    known = ok and reference.index(host.modules, host.source) or {}
  end
  return known
end

-- "off, len [, stride]": what may be left out stands in brackets.
local function parameters_of(entry)
  local text, depth = "", 0
  for index, parameter in ipairs(entry.parameters) do
    local comma <const> = index > 1 and ", " or ""
    if parameter.optional then
      text = text .. (index > 1 and " [" or "[") .. comma .. parameter.name
      depth = depth + 1
    else
      text = text .. comma .. parameter.name
    end
  end
  return text .. ("]"):rep(depth)
end

local function results_of(entry)
  local names <const> = {}
  for index, result in ipairs(entry.returns) do
    names[index] = result.name
  end
  return #names > 0 and " -> " .. table.concat(names, ", ") or ""
end

local function signature(name, entry)
  return ("%s(%s)%s"):format(name, parameters_of(entry), results_of(entry))
end

--- How a function is called: "b:read(off, len [, stride]) -> string".
---@param name string  such as "b:read"
---@return string?     nil where the reference has no such name
function reference.signature(name)
  local entry <const> = all()[name]
  return entry and signature(name, entry)
end

-- Lines of words, none wider than `columns`, after what each line begins with.
local function wrapped(text, first, rest, columns)
  local lines <const>, line = {}, first
  local is_empty = true
  for word in text:gmatch "%S+" do
    if not is_empty and #line + 1 + #word > columns then
      lines[#lines + 1] = line
      line, is_empty = rest, true
    end
    line = line .. (is_empty and "" or " ") .. word
    is_empty = false
  end
  lines[#lines + 1] = line
  return table.concat(lines, "\n")
end

local function add_list(parts, list, columns)
  for _, item in ipairs(list) do
    parts[#parts + 1] = wrapped(item.text, ("  %-10s "):format(item.name), (" "):rep(13), columns)
  end
end

--- All that is said about a function, in lines.
---@param name string
---@param columns integer?  80 if absent
---@return string?          nil where the reference has no such name
function reference.text(name, columns)
  local entry <const> = all()[name]
  if not entry then
    return nil
  end
  local parts <const> = { signature(name, entry) }
  for paragraph in (entry.text .. "\n\n"):gmatch "(.-)\n\n" do
    parts[#parts + 1] = wrapped(paragraph, "  ", "  ", columns or 80)
  end
  add_list(parts, entry.parameters, columns or 80)
  return table.concat(parts, "\n")
end

--- The names in the reference, sorted.
---@return string[]
function reference.names()
  local names <const> = {}
  for name in pairs(all()) do
    names[#names + 1] = name
  end
  table.sort(names)
  return names
end

--- The names that a word means: itself, or all whose last part it is.
---@param word string
---@return string[]     empty where there is none
---@return string? hint  the nearest name then
function reference.find(word)
  if all()[word] then
    return { word }
  end
  local found <const>, near <const>, last <const> = {}, {}, word:match "[%w_]+$" or word
  local is_short <const> = last == word
  for _, name in ipairs(reference.names()) do
    local short <const> = name:match "[%w_]+$"
    if short == last and (is_short or name:gsub(":", ".") == word:gsub(":", ".")) then
      found[#found + 1] = name
    end
    near[#near + 1] = is_short and short or name
  end
  return found, #found == 0 and core.suggest(word, near) or nil
end

return reference
