--- What may stand for the last word of a command line: verbs, options, names of recipes, parameters, files. The
--- shells ask it at each Tab (suture.cli.completion). Nothing here prints or runs what is completed.

local completion = {}

--- What the words are completed from.
---@class suture.completion.sources
---@field verbs string[]
---@field summary fun(verb: string): string
---@field parser fun(verb: string): table                an argparse parser
---@field recipes fun(): { name: string, help: string? }[]
---@field params fun(recipe: string): table<string, table>?  declarations of parameters; nil where they cannot be had

---@class suture.completion.candidate
---@field text string
---@field help string?

-- What takes a path is named so in usages.
local paths <const> = {}
for name in ("TARGET FILE FILE... OLD NEW OUT PATH DIRECTORY FOLDER LIBRARY"):gmatch "%S+" do
  paths[name] = true
end

--- A verb's line up to its last word.
---@class suture.completion.state
---@field options table<string, table>   by each of their spellings
---@field values table<string, string[]> what was given, by the target of the option
---@field positional string[]
---@field open table?                    the option whose value comes next
---@field ended boolean                  after a `--`

local function options_of(parser)
  local known <const> = {}
  for _, option in ipairs(parser._options) do
    for _, alias in ipairs(option._aliases) do
      known[alias] = option
    end
  end
  return known
end

local function takes_value(option)
  return option._minargs > 0
end

local function keep(state, option, value)
  local values <const>, target <const> = state.values, option._target or option:_get_default_target()
  values[target] = values[target] or {}
  table.insert(values[target], value)
end

local function take_option(state, word)
  local name <const>, value <const> = word:match("^(%-%-[^=]+)=(.*)$")
  local option <const> = state.options[name or word] or state.options[word:sub(1, 2)]
  if not option then
    return
  elseif name then
    keep(state, option, value)
  elseif state.options[word] and takes_value(option) then
    state.open = option
  elseif not state.options[word] then
    keep(state, option, word:sub(3))
  end
end

local function take(state, word)
  if state.open then
    keep(state, state.open, word)
    state.open = nil
  elseif word == "--" and not state.ended then
    state.ended = true
  elseif word:find("^%-.") and not state.ended then
    take_option(state, word)
  else
    table.insert(state.positional, word)
  end
end

local function read(parser, words)
  local state <const> = { options = options_of(parser), values = {}, positional = {}, ended = false }
  for index = 2, #words - 1 do
    take(state, words[index])
  end
  return state
end

--- The answer while it is made.
---@class suture.completion.answer
---@field list suture.completion.candidate[]
---@field files boolean  whether names of files may stand there too

local function add(answer, prefix, text, help)
  if text:sub(1, #prefix) == prefix then
    answer.list[#answer.list + 1] = { text = text, help = help }
  end
end

local function add_recipes(answer, word, sources)
  for _, recipe in ipairs(sources.recipes()) do
    add(answer, word, recipe.name, recipe.help)
  end
  answer.files = true
end

local booleans <const> = { "true", "false" }

local function values_of(declared)
  return declared.type == "enum" and declared.values or declared.type == "boolean" and booleans or {}
end

local function add_values(answer, word, declared)
  local key <const> = word:match("^[^=]*=")
  for _, value in ipairs(values_of(declared)) do
    add(answer, word, key .. value)
  end
  answer.files = declared.type == "file"
end

local function sorted_names(map)
  local list <const> = {}
  for name in pairs(map) do
    list[#list + 1] = name
  end
  table.sort(list)
  return list
end

local function recipes_given(state)
  return state.values.recipes or { state.positional[1] }
end

local function add_params(answer, word, state, sources)
  for _, recipe in ipairs(recipes_given(state)) do
    local declared <const> = sources.params(recipe) or {}
    local key <const> = word:match("^([^=]*)=")
    if key and declared[key] then
      add_values(answer, word, declared[key])
    elseif not key then
      for _, name in ipairs(sorted_names(declared)) do
        add(answer, word, name .. "=", declared[name].help)
      end
    end
  end
end

local function argname_of(element)
  local name <const> = element._argname or element._name or ""
  return type(name) == "table" and name[1] or name
end

local function add_choices(answer, word, choices)
  for _, choice in ipairs(choices) do
    add(answer, word, choice)
  end
end

-- What may stand where an option or an argument wants a value.
local function add_value(answer, word, element, state, sources)
  local name <const> = argname_of(element)
  if element._choices then
    add_choices(answer, word, element._choices)
  elseif element._target == "params" then
    add_params(answer, word, state, sources)
  elseif name == "RECIPE" then
    add_recipes(answer, word, sources)
  elseif name == "VERB" then
    add_choices(answer, word, sources.verbs)
  else
    answer.files = paths[name] or false
  end
end

-- A short spelling only where it can be the one that is meant.
local function is_offered(alias, word)
  return #alias > 2 or #word <= 2
end

local function add_options(answer, word, parser)
  for _, option in ipairs(parser._options) do
    local help <const> = (option._description or ""):gsub("%s+", " ")
    for _, alias in ipairs(option._hidden and {} or option._public_aliases or option._aliases) do
      if is_offered(alias, word) then
        add(answer, word, alias, help)
      end
    end
  end
end

-- The last argument of a verb may stand again and again. One that begins with a pattern has files behind it.
local function add_positional(answer, word, parser, state, sources)
  local arguments <const> = parser._arguments
  local number <const> = #state.positional + 1
  local argument <const> = arguments[math.min(number, #arguments)]
  if not argument or number > #arguments and argument._maxargs <= 1 then
    return
  elseif argname_of(argument):find("^PATTERN") then
    answer.files = number > 1 or state.values.text ~= nil
  elseif state.values.recipes then
    answer.files = true
  else
    add_value(answer, word, argument, state, sources)
  end
end

local function prefixed(answer, prefix)
  for _, candidate in ipairs(answer.list) do
    candidate.text = prefix .. candidate.text
  end
end

local function complete_verb(answer, words, sources)
  local parser <const>, word <const> = sources.parser(words[1]), words[#words]
  local state <const> = read(parser, words)
  local name <const>, value <const> = word:match("^(%-%-[^=]+)=(.*)$")
  if state.open then
    add_value(answer, word, state.open, state, sources)
  elseif name and state.options[name] and not state.ended then
    add_value(answer, value, state.options[name], state, sources)
    prefixed(answer, name .. "=")
  elseif word:find("^%-") and not state.ended then
    add_options(answer, word, parser)
  else
    add_positional(answer, word, parser, state, sources)
  end
end

local function is_verb(word, sources)
  for _, verb in ipairs(sources.verbs) do
    if verb == word then
      return true
    end
  end
  return false
end

--- What may stand for the last of the words, which is "" where it has not begun. A script's name and its arguments
--- are files.
---@param words string[]  behind `suture`; at least one
---@param sources suture.completion.sources
---@return suture.completion.candidate[]
---@return boolean files  whether names of files may stand there too
function completion.candidates(words, sources)
  local answer <const> = { list = {}, files = false }
  if #words == 1 then
    for _, verb in ipairs(sources.verbs) do
      add(answer, words[1], verb, sources.summary(verb))
    end
    answer.files = true
  elseif is_verb(words[1], sources) then
    complete_verb(answer, words, sources)
  else
    answer.files = true
  end
  return answer.list, answer.files
end

return completion
