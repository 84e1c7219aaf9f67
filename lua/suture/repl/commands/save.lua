--- .save FILE.lua: the session's changes as a recipe.

local core <const> = require "suture.core"
local printable <const> = require "suture.printable"
local save <const> = require "suture.repl.save"
local source <const> = require "suture.repl.save.source"
local words <const> = require "suture.repl.words"

local command <const> = {
  usage = ".save [TARGET] FILE.lua",
  summary = "Save what the session changed as a recipe.",
  words = "file",
  help = [[
  All changes since the files were opened are in it, flushed ones too. Each is found by what surrounds it, as far as
  that takes; where nothing tells a place apart, the recipe knows the file by its size and SHA-256. Where several
  targets were changed it has several targets, b, b2 ... A file of that name is replaced only if it was saved so.
]],
}

local function name_of(path)
  local base <const> = path:match "([^/]*)$":gsub("%.lua$", ""):lower()
  local name <const> = base:gsub("%W+", "-"):gsub("^%-", ""):gsub("%-$", "")
  return name == "" and "session" or name
end

-- What somebody wrote by hand is not written over.
local function check_free(path)
  local file <close> = io.open(path, "rb")
  local first <const> = file and (file:read "l" or "")
  if first and first:sub(1, #source.MARK) ~= source.MARK then
    core.raise("argument", "is there already and was not saved by .save", { path = path })
  end
end

local function told(plans)
  local count, is_exact = 0, false
  for _, plan in ipairs(plans) do
    count, is_exact = count + #plan.hunks, is_exact or plan.original ~= nil
  end
  local noun <const> = count == 1 and "1 change" or ("%d changes"):format(count)
  if not is_exact then
    return noun .. ", found by signatures"
  end
  return noun .. ", for this very file: its size and SHA-256"
end

---@param session suture.repl.session
---@param text string
function command.run(session, text)
  local list <const> = words.split(text)
  local chosen = session.targets:open_ones()
  if #list > 1 then
    chosen = { words.target(session, list) }
  end
  words.check(list, 1, 1, command.usage)
  check_free(list[1])
  local recipe <const>, plans <const> = save.recipe(chosen, name_of(list[1]))
  core.buffer(recipe):save(list[1])
  session.say(printable(("%s: %s"):format(list[1], told(plans))) .. "\n")
end

return command
