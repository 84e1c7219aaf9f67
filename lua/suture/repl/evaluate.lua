--- Runs chunks: their globals are those of the program, their locals last, their errors come with a traceback.

local compile <const> = require "suture.repl.compile"

local create <const>, resume <const>, status <const> = coroutine.create, coroutine.resume, coroutine.status
local yield <const>, close <const> = coroutine.yield, coroutine.close
local traceback <const> = debug.traceback

---@class suture.repl.evaluator
---@field cells table<string, suture.repl.cell>  the locals that last
---@field env table
---@field count integer        results so far
---@field suspended thread[]   chunks whose variables are still to be closed
local Evaluator <const> = {}
Evaluator.__index = Evaluator

-- So many results can still be named.
local MOST <const> = 1000

-- What a chunk yields that stays suspended at its end.
local ENDED <const> = {}

-- Without the frames below the chunk, which are ours.
local function trimmed(trace)
  local kept <const> = {}
  for line in trace:gmatch "[^\n]+" do
    if line:find "suture%]?/repl/" then
      break
    end
    kept[#kept + 1] = line
  end
  while kept[#kept] and kept[#kept]:find "%[C%]: in function 'x?pcall'" do
    kept[#kept] = nil
  end
  return (table.concat(kept, "\n"):gsub("in function <stdin:%d+>$", "in the line"))
end

-- The handler leaves the error as it is: `load` calls it too, for what it returns, and out of memory nothing does.
local function run_whole(fn)
  local trace
  local results <const> = table.pack(xpcall(fn, function(err)
    trace = trimmed(traceback("", 2))
    return err
  end))
  if not results[1] then
    return { ok = false, err = results[2], trace = trace }
  end
  return { ok = true, values = table.pack(table.unpack(results, 2, results.n)) }
end

-- Why a chunk's thread has stopped before its end.
local function broken(thread, problem)
  local trace <const> = trimmed(traceback(thread))
  local _, raised <const> = close(thread)
  return { ok = false, err = problem == nil and raised or problem, trace = trace }
end

-- A chunk that holds variables to be closed: at its end it is suspended with them, by an error or a return it is over.
local function run_suspended(self, fn)
  local thread <const> = create(fn)
  local results <const> = table.pack(resume(thread))
  if not results[1] then
    return broken(thread)
  elseif status(thread) ~= "suspended" then
    return { ok = true, values = table.pack(table.unpack(results, 2, results.n)) }
  elseif results[2] ~= ENDED then
    return broken(thread, "attempt to yield from outside a coroutine")
  end
  table.insert(self.suspended, thread)
  return { ok = true, values = table.pack() }
end

local function suspend()
  yield(ENDED)
end

-- `_` is the first of the last values; each value has a number besides.
local function name_results(self, values)
  if values.n > 0 then
    self.env._ = values[1]
  end
  for index = 1, values.n do
    self.count = self.count + 1
    self.env["_" .. self.count] = values[index]
    self.env["_" .. self.count - MOST] = nil
  end
end

---@class suture.repl.outcome
---@field ok boolean
---@field values table?    packed
---@field first integer?   the number of the first value, as in `_1`
---@field err any          what was raised, or a string that says what is wrong with the text
---@field trace string?    the traceback; absent where the text does not compile

--- Runs a chunk. Nothing is raised; its values are named `_`, `_1`, `_2` ... in the globals.
---@param text string
---@param line integer  the number of its first line
---@return suture.repl.outcome
function Evaluator:run(text, line)
  local fn <const>, message <const>, closes <const> = compile.compile(text, {
    cells = self.cells, env = self.env, name = "=stdin", line = line, suspend = suspend,
  })
  if not fn then
    return { ok = false, err = message }
  end
  local outcome <const> = closes and run_suspended(self, fn) or run_whole(fn)
  if outcome.ok then
    outcome.first = self.count + 1
    name_results(self, outcome.values)
  end
  return outcome
end

--- The value that a name has in the next chunk.
---@param name string
---@return any
function Evaluator:value(name)
  local cell <const> = self.cells[name]
  if cell then
    local _, value <const> = debug.getupvalue(cell.fn, cell.index)
    return value
  end
  return self.env[name]
end

--- Closes what chunks have left to be closed, the last first, as an error does: nothing that is pending is written.
--- Returns what went wrong.
---@return any[] errors
function Evaluator:close()
  local errors <const> = {}
  while #self.suspended > 0 do
    local ok <const>, err <const> = close(table.remove(self.suspended))
    if not ok then
      errors[#errors + 1] = err
    end
  end
  return errors
end

local evaluate <const> = {}

--- Makes an evaluator.
---@param env table  the globals
---@return suture.repl.evaluator
function evaluate.new(env)
  return setmetatable({ cells = {}, env = env, count = 0, suspended = {} }, Evaluator)
end

return evaluate
