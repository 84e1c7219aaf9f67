--- What may stand in place of the word before the cursor.

local expression <const> = require "suture.repl.expression"
local members <const> = require "suture.repl.members"
local tokens_of <const> = require "suture.repl.tokens"

---@class suture.repl.environment
---@field globals any        what variables are looked up in; its metamethods are asked where they are suture's own
---@field commands table<string, string|boolean>?  the commands without their dot, and what their words are: "file",
---                          "recipe", or anything else for Lua
---@field files (fun(folder: string): string[])?  the names in a folder, those of folders with a slash behind
---@field recipes (fun(): string[])?  the names of recipes

---@class suture.repl.candidates
---@field start integer  bytes before the word; the list has the words that may replace it, sorted

local KEYWORDS <const> = {
  "and", "break", "do", "else", "elseif", "end", "false", "for", "function", "goto", "if", "in", "local", "nil", "not",
  "or", "repeat", "return", "then", "true", "until", "while",
}

local function begins(text, word)
  return text:sub(1, #word) == word
end

-- Names with a leading underscore are shown to who types one.
local function fitting(names, word, start)
  local list <const> = { start = start }
  for name in pairs(names) do
    if begins(name, word) and (word ~= "" or not begins(name, "_")) then
      list[#list + 1] = name
    end
  end
  table.sort(list)
  return list
end

local function set_of(list)
  local set <const> = {}
  for _, name in ipairs(list) do
    set[name] = true
  end
  return set
end

local function file_names(env, path, pos)
  local folder <const>, last <const> = path:match "^(.*/)([^/]*)$"
  local word <const> = last or path
  local names <const> = env.files and env.files(folder or "./") or {}
  return fitting(set_of(names), word, pos - #word)
end

local function recipe_names(env, word, pos)
  local names <const> = env.recipes and env.recipes() or {}
  return fitting(set_of(names), word, pos - #word)
end

-- The words of a command; nil where they are Lua, or the line is no command.
local function command_words(before, env, pos)
  local typed <const> = before:match "^%s*%.([%w_-]*)$"
  if typed then
    local known <const> = {}
    for name in pairs(env.commands or {}) do
      known["." .. name] = true
    end
    return fitting(known, "." .. typed, pos - #typed - 1)
  end
  local command <const>, word <const> = before:match "^%s*%.([%w_-]+)%s.-(%S*)$"
  local kind <const> = command and (env.commands or {})[command]
  if kind == "file" then
    return file_names(env, word, pos)
  elseif kind == "recipe" then
    return recipe_names(env, word, pos)
  end
end

-- The names that the text itself has, but the one that is being typed.
local function add_words(names, tokens, chain)
  for index, token in ipairs(tokens) do
    local before <const> = tokens[index - 1]
    if token.kind == "name" and token.first ~= chain.first and not (before and before.text:find "^[.:]$") then
      names[token.text] = true
    end
  end
end

local function variables(tokens, chain, env)
  local names <const> = members.names(env.globals)
  for _, keyword in ipairs(KEYWORDS) do
    names[keyword] = true
  end
  add_words(names, tokens, chain)
  return names
end

local function fields(chain, env)
  local value <const> = expression.value(chain.names, env.globals)
  local names <const> = value ~= nil and members.names(value) or {}
  for name in pairs(names) do
    local is_wanted <const> = chain.separator == "." or type(members.get(value, name)) == "function"
    names[name] = is_wanted and name:find "^[%a_][%w_]*$" and true or nil
  end
  return names
end

local function names_at(tokens, pos, env)
  local chain <const> = expression.chain(tokens, #tokens, pos)
  if not chain then
    return { start = pos }
  elseif chain.separator then
    return fitting(fields(chain, env), chain.word, chain.first - 1)
  end
  return fitting(chain.word ~= "" and variables(tokens, chain, env) or {}, chain.word, chain.first - 1)
end

--- The words that may replace the one before the cursor: variables, keywords, fields, methods, commands, files inside
--- quotes, recipes. No code of anyone else runs. Nothing is said about an empty word that could be any variable.
---@param line string
---@param pos integer  bytes before the cursor
---@param env suture.repl.environment
---@return suture.repl.candidates
return function(line, pos, env)
  local before <const> = line:sub(1, pos)
  local words <const> = command_words(before, env, pos)
  if words then
    return words
  end
  local tokens <const> = tokens_of(before)
  local last <const> = tokens[#tokens]
  if last and last.is_open then
    local path <const> = last.kind == "string" and last.text:match "^['\"](.*)$"
    return path and file_names(env, path, pos) or { start = pos }
  elseif last and last.last == pos and (last.kind == "number" or last.kind == "string") then
    return { start = pos }
  end
  return names_at(tokens, pos, env)
end
