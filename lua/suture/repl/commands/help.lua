--- .help: what commands there are, and the reference of a command, a method or a function.

local commands <const> = require "suture.repl.commands"
local core <const> = require "suture.core"
local reference <const> = require "suture.repl.reference"

local help <const> = { usage = ".help [NAME]", summary = "List the commands, or explain one, a method or a function." }

local INTRODUCTION <const> = [[
A line is Lua: an expression shows its values (_ is the last one), statements run, locals last.
Nothing is written before .flush; each line can be taken back.
]]

local function overview(session)
  session.say(INTRODUCTION .. "\n")
  for _, name in ipairs(commands.names()) do
    local command <const> = commands.find(name)
    session.say(("  %-34s %s\n"):format(command.usage, command.summary))
  end
  session.say "\n.help b lists the methods, .help NAME explains b:read, c:read (of a cursor), suture.open ...\n"
end

local function explain_command(session, name)
  local command <const> = commands.find(name)
  session.say(("%s\n  %s\n"):format(command.usage, command.summary))
  if command.help then
    session.say(command.help)
  end
end

-- The names of an object's methods, as many on a line as fit.
local function list_methods(session, prefix)
  local line = " "
  for _, name in ipairs(reference.names()) do
    local short <const> = name:sub(1, #prefix) == prefix and name:sub(#prefix + 1)
    if short and #line + 1 + #short > session.style.columns then
      session.say(line .. "\n")
      line = " "
    end
    line = short and line .. " " .. short or line
  end
  session.say(line .. "\n")
end

local objects <const> = { b = true, c = true, p = true, sp = true, set = true, layout = true }

local function explain(session, word)
  local names <const>, hint <const> = reference.find(word)
  if #names == 0 then
    core.raise("argument", ("nothing is known of '%s'%s"):format(word, hint and ("; did you mean '%s'?"):format(hint)
      or ""))
  end
  for index, name in ipairs(names) do
    session.say((index > 1 and "\n" or "") .. reference.text(name, session.style.columns) .. "\n")
  end
end

local function is_command(word)
  for _, name in ipairs(commands.names()) do
    if name == word then
      return true
    end
  end
  return false
end

---@param session suture.repl.session
---@param text string
function help.run(session, text)
  local word <const> = text:gsub("%(.*$", "")
  if word == "" then
    return overview(session)
  elseif word:find "^%." then
    return explain_command(session, word:sub(2))
  elseif objects[word] then
    return list_methods(session, word .. ":")
  elseif word == "suture" then
    return list_methods(session, "suture.")
  end
  local is_name <const> = is_command(word)
  if is_name then
    explain_command(session, word)
  end
  if not is_name or #reference.find(word) > 0 then
    explain(session, word)
  end
end

return help
