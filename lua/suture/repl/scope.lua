--- The locals of a chunk: which its top level declares, and where it returns. The text is Lua that compiles.

local read_tokens <const> = require "suture.repl.tokens"

local scope <const> = {}

-- Without comments, which may stand anywhere.
local function tokens(text)
  local list <const> = {}
  for _, token in ipairs(read_tokens(text)) do
    list[#list + 1] = token.kind ~= "comment" and token or nil
  end
  return list
end

local function is_name(token)
  return token ~= nil and token.kind == "name"
end

---@class suture.repl.reading
---@field list suture.repl.token[]
---@field at integer         the token that is looked at
---@field blocks table[]     the open ones, the top level first: { is_function, declared = { name, ... } }
---@field coming string[]    the names of a loop whose block comes next
---@field functions integer  open ones
---@field result suture.repl.scope

local function declare(state, name, attribute)
  local block <const> = state.blocks[#state.blocks]
  table.insert(block.declared, { name = name, attribute = attribute })
end

local function open(state, is_function)
  state.functions = state.functions + (is_function and 1 or 0)
  table.insert(state.blocks, { is_function = is_function, declared = state.coming })
  state.coming = {}
end

local function close(state)
  local block <const> = table.remove(state.blocks)
  state.functions = state.functions - (block.is_function and 1 or 0)
end

local readers <const> = {}

readers["do"], readers["then"], readers["repeat"] = open, open, open
readers["end"], readers["until"], readers["elseif"] = close, close, close

readers["function"] = function(state)
  open(state, true)
end

readers["else"] = function(state)
  close(state)
  open(state)
end

readers["for"] = function(state)
  local coming <const> = {}
  while is_name(state.list[state.at + 1]) do
    coming[#coming + 1] = { name = state.list[state.at + 1].text }
    state.at = state.at + 2
  end
  state.coming = coming
end

local function read_attribute(state)
  local list <const>, at <const> = state.list, state.at
  if list[at + 1] and list[at + 1].text == "<" then
    state.at = at + 3
    return list[at + 2].text
  end
end

readers["local"] = function(state)
  local list <const> = state.list
  if list[state.at + 1].text == "function" then
    declare(state, list[state.at + 2].text)
    return
  end
  repeat
    state.at = state.at + 1
    local name <const> = list[state.at].text
    declare(state, name, read_attribute(state))
    local following <const> = list[state.at + 1]
    state.at = state.at + 1
  until not following or following.text ~= ","
  state.at = state.at - 1
end

local function hidden(state, name)
  for index = 2, #state.blocks do
    for _, inner in ipairs(state.blocks[index].declared) do
      if inner.name == name then
        return true
      end
    end
  end
  return false
end

-- The top level's names that can be seen here, each once. `_ENV` is not one: it ends with its chunk.
local function visible(state)
  local names <const>, seen <const> = {}, { _ENV = true }
  for _, outer in ipairs(state.blocks[1].declared) do
    if not seen[outer.name] and not hidden(state, outer.name) then
      seen[outer.name] = true
      names[#names + 1] = outer.name
    end
  end
  return names
end

readers["return"] = function(state)
  if state.functions == 0 then
    table.insert(state.result.leaves, { at = state.list[state.at].first, names = visible(state) })
  end
end

local function finish(state, text)
  local result <const> = state.result
  local last <const> = result.leaves[#result.leaves]
  if #state.blocks == 1 and not (last and result.returns) then
    table.insert(result.leaves, { at = #text + 1, names = visible(state) })
  end
  for _, declared in ipairs(state.blocks[1].declared) do
    result.attributes[declared.name] = declared.attribute
    result.closes = result.closes or declared.attribute == "close"
  end
end

---@class suture.repl.scope
---@field words table<string, boolean>         all names in the text
---@field leaves { at: integer, names: string[] }[]  where the chunk's own code returns, or ends, in the order of the
--- text, and which names of the top level can be seen there
---@field attributes table<string, string>     "const" or "close", by name
---@field closes boolean                       whether the top level declares a variable that is to be closed
---@field returns boolean                      whether the top level ends with a return

--- Reads a chunk.
---@param text string
---@return suture.repl.scope
function scope.read(text)
  local result <const> = { words = {}, leaves = {}, attributes = {}, closes = false, returns = false }
  local state <const> = {
    list = tokens(text), at = 1, blocks = { { declared = {} } }, coming = {}, functions = 0, result = result,
  }
  while state.list[state.at] do
    local token <const> = state.list[state.at]
    local reader <const> = token.kind == "keyword" and readers[token.text]
    if is_name(token) then
      result.words[token.text] = true
    elseif token.text == "return" and #state.blocks == 1 then
      result.returns = true
    end
    if reader then
      reader(state)
    end
    state.at = state.at + 1
  end
  finish(state, text)
  return result
end

return scope
