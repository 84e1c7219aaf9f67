--- The signature of the function that is being typed.

local expression <const> = require "suture.repl.expression"
local members <const> = require "suture.repl.members"
local tokens_of <const> = require "suture.repl.tokens"

-- How the reference calls the objects of a class.
local OBJECTS <const> = {
  ["suture.bytes"] = "b", ["suture.cursor"] = "c", ["suture.pattern"] = "p", ["suture.savepoint"] = "sp",
  ["suture.transaction"] = "set", ["suture.layout"] = "layout",
}

local OPENING <const>, CLOSING <const> = { ["("] = 1, ["["] = 1, ["{"] = 1 }, { [")"] = 1, ["]"] = 1, ["}"] = 1 }

-- The calls that are open at the end, innermost first: where their brackets are in the list.
local function open_calls(tokens)
  local calls <const>, depth = {}, 0
  for index = #tokens, 1, -1 do
    local text <const> = tokens[index].kind == "operator" and tokens[index].text
    if CLOSING[text] then
      depth = depth + 1
    elseif OPENING[text] and depth > 0 then
      depth = depth - 1
    elseif text == "(" then
      calls[#calls + 1] = index
    end
  end
  return calls
end

-- The chains that may name the function: the one at the cursor, then those of the open calls.
local function chains(tokens, pos)
  local list <const> = { expression.chain(tokens, #tokens, pos) }
  for _, index in ipairs(open_calls(tokens)) do
    local name <const> = tokens[index - 1]
    list[#list + 1] = name and expression.chain(tokens, index - 1, name.last) or nil
  end
  return list
end

local function parameters(fn)
  local info <const> = debug.getinfo(fn, "u")
  local names <const> = {}
  for index = 1, info.nparams do
    names[index] = debug.getlocal(fn, index)
  end
  if info.isvararg then
    names[#names + 1] = "..."
  end
  return names
end

-- The parameters of a Lua function, as it was written, where they tell anything; C functions do not tell.
local function written(fn, chain)
  if type(fn) ~= "function" or debug.getinfo(fn, "S").what == "C" then
    return nil
  end
  local names <const> = parameters(fn)
  if chain.separator == ":" then
    table.remove(names, 1)
  end
  if names[1] == "..." then
    return nil
  end
  return ("%s(%s)"):format(chain.word, table.concat(names, ", "))
end

local function reference_name(chain, object)
  if type(object) == "string" then
    return "string." .. chain.word
  end
  local owner <const> = OBJECTS[members.class(object)]
  if owner and chain.separator then
    return owner .. ":" .. chain.word
  end
  local names <const> = table.concat(chain.names, ".")
  return names == "" and chain.word or names .. "." .. chain.word
end

local function signature(chain, env)
  if chain.word == "" then
    return nil
  end
  local object <const> = expression.value(chain.names, env.globals)
  local fn <const> = object ~= nil and members.get(object, chain.word) or nil
  if type(fn) ~= "function" then
    return nil
  end
  local text <const> = env.signature and env.signature(reference_name(chain, object))
  return text or written(fn, chain)
end

--- The signature of the function whose name is at the cursor, else of the innermost call around it that has one; in
--- a command how it is used. `signature` knows names as in "b:read" and "suture.open", `usage` commands without dot.
---@param line string
---@param pos integer  bytes before the cursor
---@param env { globals: any, signature: (fun(name: string): string?)?, usage: (fun(name: string): string?)? }
---@return string?
return function(line, pos, env)
  local command <const> = line:sub(1, pos):match "^%s*%.(%a[%w_-]*)"
  if command then
    return env.usage and env.usage(command)
  end
  local tokens <const> = tokens_of(line:sub(1, pos))
  local last <const> = tokens[#tokens]
  if not last or last.kind == "comment" and last.is_open then
    return nil
  end
  for _, chain in ipairs(chains(tokens, pos)) do
    local text <const> = signature(chain, env)
    if text then
      return text
    end
  end
end
