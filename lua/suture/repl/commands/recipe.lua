--- .recipe NAME: what a recipe finds in the targets; what it would change becomes pending.

local change <const> = require "suture.change"
local core <const> = require "suture.core"
local library <const> = require "suture.library"
local recipes <const> = require "suture.recipe"
local rehearsal <const> = require "suture.repl.rehearsal"
local report <const> = require "suture.recipe.report"
local printable <const> = require "suture.printable"
local words <const> = require "suture.repl.words"

local recipe <const> = {
  usage = ".recipe [check] NAME [KEY=VALUE...]",
  summary = "Run a recipe; what it changes is pending (check: only look).",
  words = "recipe",
  help = [[
  NAME is a name on the recipe path or the path of a file; a target in front of it (.recipe b2 NAME) is the one
  to run on, else the first. A recipe that declares several targets gets all, in order. It runs confined, in a
  process of its own, and sees what is pending.
]],
}

-- The parameters behind the name, as texts.
local function texts_of(list)
  local texts <const> = {}
  for index = 2, #list do
    local key <const>, text <const> = list[index]:match "^([%a_][%w_%-]*)=(.*)$"
    if not key then
      core.raise("argument", ("'%s' is no KEY=VALUE; usage: %s"):format(list[index], recipe.usage))
    end
    texts[key] = text
  end
  return texts
end

-- One target, or all of them where the recipe declares several. What cannot be described tells why when it is checked.
local function set_of(session, target, path)
  local about <const> = recipes.describe(path)
  if about and #(about.targets or {}) > 1 then
    return session.targets:open_ones()
  end
  return { target }
end

local function tell(session, reports)
  local failed
  for _, result in ipairs(reports) do
    for _, line in ipairs(report.check_lines(result, #reports == 1)) do
      session.say(line .. "\n")
    end
    failed = failed or report.error_line(result)
  end
  if failed then
    error((failed:gsub("^suture: ", "")), 0)
  end
end

local function apply(session, label, reports)
  session.timeline:begin(label)
  for _, result in ipairs(reports) do
    for _, entry in ipairs(result.changes) do
      change.apply(result.held.bytes, entry.offset, entry.old, entry.new)
    end
  end
  if session.timeline:finish() then
    session.say "pending now: .undo takes it back, .flush writes it\n"
  end
end

---@param session suture.repl.session
---@param text string
function recipe.run(session, text)
  local list <const> = words.split(text)
  local only_looks <const> = list[1] == "check" and #list > 1
  if only_looks then
    table.remove(list, 1)
  end
  local target <const> = words.target(session, list)
  if not list[1] then
    core.raise("argument", "usage: " .. recipe.usage)
  end
  local path <const> = library.find(list[1])
  local reports <const> = rehearsal.check(path, set_of(session, target, path), {
    texts = texts_of(list),
    log = function(line)
      session.say(printable(line) .. "\n")
    end,
  })
  tell(session, reports)
  if not only_looks then
    apply(session, ".recipe " .. text, reports)
  end
end

return recipe
