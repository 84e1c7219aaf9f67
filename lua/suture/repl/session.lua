--- A session: targets, the chunks that run on them, and what can be taken back. It knows no terminal.

local commands <const> = require "suture.repl.commands"
local complaint <const> = require "suture.repl.complaint"
local core <const> = require "suture.core"
local display <const> = require "suture.repl.display"
local evaluate <const> = require "suture.repl.evaluate"
local targets <const> = require "suture.repl.targets"
local timeline <const> = require "suture.repl.timeline"
local watch <const> = require "suture.repl.watch"

---@class suture.repl.style
---@field colour boolean
---@field columns integer  of a line
---@field width integer?   bytes in a line of a hexdump; as many eights as fit if absent

---@class suture.repl.session
---@field targets suture.repl.targets
---@field timeline suture.repl.timeline
---@field evaluator suture.repl.evaluator
---@field style suture.repl.style
---@field say fun(text: string)       writes results
---@field history { line: integer, text: string }[]
---@field line integer                the number of the next line
---@field trace string?               the traceback of the last error
---@field leaving boolean?            the session is to end
---@field unwatch fun()
local Session <const> = {}
Session.__index = Session

--- Opens a file as the next target and puts it into its variable.
---@param path string
---@return suture.repl.target?
---@return suture.error? err  why there is none, or why it is a private copy
function Session:open(path)
  local target <const>, err <const> = self.targets:open(path)
  if target then
    self.evaluator.env[target.name] = target.bytes
  end
  return target, err
end

--- Flushes all targets as one; nothing before can be taken back then. Raises as `b:flush`, with nothing written.
---@param options suture.flush.options?
---@return { target: suture.repl.target, outcome: suture.outcome }[]
function Session:flush(options)
  local outcomes <const> = self.targets:flush(options)
  self.timeline:flushed()
  return outcomes
end

local function show_values(self, outcome)
  for index = 1, outcome.values.n do
    self.say(display.value(outcome.values[index], self) .. "\n")
  end
end

-- What may raise once the chunk has run: what is shown may be an object of the user's.
local function conclude(self, outcome)
  show_values(self, outcome)
  self.timeline:finish()
end

-- A chunk is called by its first line.
local function label_of(text)
  return (text:gsub("%s*\n.*", " ..."))
end

local function run_lua(self, text, line)
  self.timeline:begin(label_of(text))
  local outcome = self.evaluator:run(text, line)
  if outcome.ok then
    local ok <const>, err <const> = pcall(conclude, self, outcome)
    if ok then
      return true
    end
    outcome = { ok = false, err = err }
  end
  return false, outcome.err, outcome.trace
end

local function run_command(self, text)
  return pcall(commands.run, self, text)
end

-- A line may fail before it runs: a file that was truncated takes no savepoint.
local function attempt(self, text, line)
  local act <const> = commands.is_command(text) and run_command or run_lua
  local results <const> = table.pack(pcall(act, self, text, line))
  if not results[1] then
    return false, results[2]
  end
  return table.unpack(results, 2, results.n)
end

--- Runs what was typed: a chunk or a command. Where it fails, every target is as it was before.
---@param text string
---@return boolean ok
---@return any err
function Session:step(text)
  local line <const> = self.line
  local _, breaks <const> = text:gsub("\n", "")
  self.line = line + breaks + 1
  if not text:find "%S" then
    return true
  end
  table.insert(self.history, { line = line, text = text })
  local ok <const>, err <const>, trace <const> = attempt(self, text, line)
  if ok then
    return true
  end
  self.trace = trace
  self.targets:look_again()
  local back <const>, problem <const> = pcall(self.timeline.abort, self.timeline)
  if not back then
    self.timeline:forget()
    return false, problem
  end
  return false, err
end

--- Runs a chunk for a command, as a line of its own: nothing is shown, and it can be taken back.
---@param text string
---@return table values  packed; raises what the chunk raises
function Session:evaluate(text)
  local outcome <const> = self.evaluator:run(text, self.line - 1)
  if not outcome.ok then
    self.trace = outcome.trace
    error(outcome.err, 0)
  end
  return outcome.values
end

--- The text of an error for people, as many lines as it takes.
---@param err any
---@return string
function Session:complaint(err)
  return complaint.text(err, self)
end

--- The globals and the locals of earlier lines, for what looks names up: reading a field gives a value, pairs all.
---@return table
function Session:environment()
  local evaluator <const> = self.evaluator
  return setmetatable({}, {
    __index = function(_, name)
      return evaluator:value(name)
    end,
    __pairs = function()
      local all <const> = {}
      for name, value in next, evaluator.env do
        all[name] = value
      end
      for name in next, evaluator.cells do
        all[name] = evaluator:value(name)
      end
      return next, all
    end,
  })
end

--- The end: what is pending is dropped, what lines have left open is closed as by an error.
---@return any[] errors  what went wrong
function Session:close()
  local errors <const> = self.evaluator:close()
  self.unwatch()
  self.targets:close()
  return errors
end

local session <const> = {}

--- Makes a session without targets.
---@param options { env: table, style: suture.repl.style, say: fun(text: string) }
---@return suture.repl.session
function session.new(options)
  local files <const> = targets.new()
  local self <const> = setmetatable({
    targets = files, evaluator = evaluate.new(options.env), style = options.style, say = options.say,
    history = {}, line = 1,
    timeline = timeline.new(function()
      return files:objects()
    end),
  }, Session)
  for _, name in ipairs { "hex", "pattern" } do
    options.env[name] = core[name]
  end
  options.env.suture = require "suture"
  self.unwatch = watch.install(self)
  return self
end

return session
