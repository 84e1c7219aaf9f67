-- The annotations of a Lua file: its functions with the comment before them, its classes.

local support = require "spec.support"

local annotations = {}

local function words(text)
  local list = {}
  for word in text:gmatch "[%w_.]+" do
    list[#list + 1] = word
  end
  return list
end

-- What a comment says: parameters in order, whether there is a return, the words.
local function read_comment(lines)
  local comment = { parameters = {}, returns = {}, text = "", classes = {} }
  for _, line in ipairs(lines) do
    local tag, rest = line:match "^%-%-%-@(%l+)%s*(.*)$"
    if tag == "param" then
      local name, optional = rest:match "^([%w_.]+)(%??)"
      table.insert(comment.parameters, { name = name, optional = optional == "?" })
    elseif tag == "return" then
      table.insert(comment.returns, rest)
    elseif not tag then
      comment.text = comment.text .. line:sub(4) .. "\n"
    end
  end
  return comment
end

-- Whether a function whose body is not indented further than one step gives a value back.
local function gives_value(lines, from)
  for number = from + 1, #lines do
    if lines[number]:find "^end" then
      return false
    elseif lines[number]:find "^  return%s+%S" then
      return true
    end
  end
  return false
end

--- Functions that begin at the left margin, each with `owner`, `name`, `parameters` (names), `comment`, `line`,
--- `gives_value`; `owner` is the table that the function goes into, "return" where the module is the function.
function annotations.functions(path)
  local lines, list, comment = {}, {}, {}
  for line in support.read("./" .. path):gmatch "([^\n]*)\n" do
    lines[#lines + 1] = line
  end
  for number, line in ipairs(lines) do
    local owner, name, parameters = line:match "^function ([%w_]+)[.:]([%w_]+)%((.-)%)"
    if not owner and line:find "^return function%(" then
      owner, name, parameters = "return", "", line:match "^return function%((.-)%)"
    end
    if owner then
      list[#list + 1] = {
        owner = owner, name = name, parameters = words(parameters), comment = read_comment(comment), line = number,
        gives_value = gives_value(lines, number),
      }
    end
    comment = line:find "^%-%-%-" and table.move({ line }, 1, 1, #comment + 1, comment) or {}
  end
  return list
end

--- The tables that have a class, as a set of their names in the file.
function annotations.classed(path)
  local set, is_class = {}, false
  for line in support.read("./" .. path):gmatch "([^\n]*)\n" do
    local name = line:match "^local ([%w_]+)"
    if is_class and name then
      set[name] = true
    end
    is_class = line:find "^%-%-%-@class" ~= nil or is_class and line:find "^%-%-%-" ~= nil
  end
  return set
end

--- The tables whose functions others can call: those with a class, and what the module returns.
function annotations.public(path)
  local set = annotations.classed(path)
  local returned = support.read("./" .. path):match "\nreturn ([%w_]+)\n$"
  if returned then
    set[returned] = true
  end
  set["return"] = true
  return set
end

--- Names of the classes and aliases that a file defines, and of those that its annotations use.
function annotations.classes(path)
  local defined, used = {}, {}
  for line in support.read("./" .. path):gmatch "[^\n]+" do
    local name = line:match "^%-%-%-@class ([%w_.]+)" or line:match "^%-%-%-@alias ([%w_.]+)"
    if name then
      defined[name] = true
    elseif line:find "^%s*%-%-%-@" then
      for word in line:gmatch "%f[%w_.](suture%.[%l_.]*%l)" do
        used[word] = path
      end
    end
  end
  return defined, used
end

--- All Lua files of the product and of the meta folder.
function annotations.files(where)
  local list = {}
  local _, found = support.run(("find %s -name '*.lua' | sort"):format(where))
  for path in found:gmatch "[^\n]+" do
    list[#list + 1] = path
  end
  return list
end

return annotations
