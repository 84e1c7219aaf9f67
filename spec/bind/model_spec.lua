-- Random sequences of everything that changes a bytes object, against a plain string that is told the same.
--
-- After each step the content, the size, the changes and their counts must be those of the model. A failure
-- names its seed and step. SUTURE_MODEL_STEPS=20000 runs longer sequences, SUTURE_MODEL_SEED another one.

local suture = require "suture"
local support = require "spec.support"

local STEPS <const> = tonumber(os.getenv("SUTURE_MODEL_STEPS")) or 250
local SEED <const> = tonumber(os.getenv("SUTURE_MODEL_SEED"))
local MOST <const> = 40000 -- an object grows no further

local random = math.random

local function random_string(len)
  local list = {}
  for i = 1, len do
    list[i] = string.char(random(0, 255))
  end
  return table.concat(list)
end

-- Mostly short, sometimes over several pages.
local function random_length(most)
  local limit = ({ 1, 3, 20, 20, 300, 5000 })[random(6)]
  return random(0, math.min(limit, most))
end

-- Mostly anywhere, often at a border.
local function random_offset(size)
  local border = random(8)
  if border == 1 then
    return 0
  elseif border == 2 then
    return size
  elseif border == 3 then
    return math.min(size, random(0, 3) * 4096)
  end
  return random(0, size)
end

local function random_range(size)
  local off = random_offset(size)
  return off, random_length(size - off)
end

-- The model: content is what the object must read, base what the file holds, saves the savepoints with
-- what they must bring back, steps what redo must bring back. A state is a number for each content that
-- was written, 0 for the base.
local function new_model(b, content)
  return { b = b, content = content, base = content, state = 0, states = 0, saves = {}, steps = {} }
end

local function wrote(model, content)
  model.content = content
  model.states = model.states + 1
  model.state = model.states
  model.steps = {}
end

local function go_back(model, content, state)
  if state ~= model.state then
    table.insert(model.steps, { model.content, model.state })
  end
  model.content, model.state = content, state
end

local function push_save(model, savepoint)
  local save = { savepoint, model.content, model.state }
  table.insert(model.saves, save)
  return save
end

local function index_of(model, save)
  for i, other in ipairs(model.saves) do
    if other == save then
      return i
    end
  end
end

local function back_to(model, save)
  go_back(model, save[2], save[3])
  for _ = index_of(model, save) + 1, #model.saves do
    table.remove(model.saves)
  end
end

local function replaced(content, off, old_len, new)
  return content:sub(1, off) .. new .. content:sub(off + old_len + 1)
end

local steps = {}

function steps.write(model)
  local off, len = random_range(#model.content)
  local data = random_string(len)
  model.b:write(off, data)
  if len > 0 then
    wrote(model, replaced(model.content, off, len, data))
  end
end

-- One byte by assignment: the path that leaves the pages alone while they are hot.
function steps.assign(model)
  if #model.content == 0 then
    return
  end
  local off = random(0, #model.content - 1)
  for at = off, math.min(off + random(0, 3), #model.content - 1) do
    local byte = random(0, 255)
    model.b[at] = byte
    wrote(model, replaced(model.content, at, 1, string.char(byte)))
  end
end

-- What is there already is written again.
function steps.rewrite(model)
  local off, len = random_range(#model.content)
  model.b:write(off, model.content:sub(off + 1, off + len))
  if len > 0 then
    wrote(model, model.content)
  end
end

function steps.fill(model)
  local off, len = random_range(#model.content)
  local byte = random(0, 255)
  model.b:fill(off, len, byte)
  if len > 0 then
    wrote(model, replaced(model.content, off, len, string.char(byte):rep(len)))
  end
end

function steps.move(model)
  local src, len = random_range(#model.content)
  local dst = random(0, #model.content - len)
  model.b:move(dst, src, len)
  if len > 0 then
    wrote(model, replaced(model.content, dst, len, model.content:sub(src + 1, src + len)))
  end
end

function steps.insert(model)
  local off, data = random_offset(#model.content), random_string(random_length(math.max(0, MOST - #model.content)))
  model.b:insert(off, data)
  if #data > 0 then
    wrote(model, replaced(model.content, off, 0, data))
  end
end

function steps.append(model)
  local data = random_string(random_length(math.max(0, MOST - #model.content)))
  model.b:insert(#model.content, data)
  if #data > 0 then
    wrote(model, model.content .. data)
  end
end

function steps.delete(model)
  local off, len = random_range(#model.content)
  model.b:delete(off, len)
  if len > 0 then
    wrote(model, replaced(model.content, off, len, ""))
  end
end

function steps.resize(model)
  local size = math.max(0, math.min(MOST, #model.content + random_length(6000) - random_length(6000)))
  local byte = random(0, 2)
  if byte == 0 and random(2) == 1 then
    model.b:resize(size)
  else
    model.b:resize(size, byte)
  end
  local grown = string.char(byte):rep(size - #model.content)
  if size ~= #model.content then
    wrote(model, model.content:sub(1, size) .. grown)
  end
end

-- Deletes and puts back what was there: nothing has moved afterwards.
function steps.undo(model)
  local off, len = random_range(#model.content)
  local data = model.content:sub(off + 1, off + len)
  model.b:delete(off, len)
  model.b:insert(off, data)
  if len > 0 then
    wrote(model, model.content)
  end
end

function steps.savepoint(model)
  if #model.saves < 12 then
    push_save(model, model.b:savepoint())
  end
end

function steps.release(model)
  if #model.saves > (model.floor or 0) then
    table.remove(model.saves, random((model.floor or 0) + 1, #model.saves))[1]:release()
  end
end

-- Nobody holds the savepoint any more; the collector releases it.
function steps.forget(model)
  if #model.saves > (model.floor or 0) then
    table.remove(model.saves, random((model.floor or 0) + 1, #model.saves))
    collectgarbage()
  end
end

function steps.rollback_to(model)
  if #model.saves > (model.floor or 0) then
    local save = model.saves[random((model.floor or 0) + 1, #model.saves)]
    model.b:rollback(save[1])
    back_to(model, save)
  end
end

function steps.redo(model)
  for _ = 1, random(3) do
    local step = table.remove(model.steps)
    assert.equal(step ~= nil, model.b:redo())
    if step then
      model.content, model.state = step[1], step[2]
    end
  end
end

function steps.rollback(model)
  if not model.floor and random(4) == 1 then
    model.b:rollback()
    go_back(model, model.base, 0)
    model.saves = {}
  end
end

local function check(model)
  local b, content, base = model.b, model.content, model.base
  assert.equal(#content, #b)
  assert(content == b:read(0, #b), "the content differs")
  local result, size, at, runs, count = {}, 0, 1, 0, 0
  for off, old, new in b:changes() do
    local kept = off - size
    assert(kept >= (runs == 0 and 0 or 1), "two changes touch")
    assert(old ~= new, "a change without a difference")
    assert(base:sub(at + kept, at + kept + #old - 1) == old, "the old bytes of a change differ")
    result[#result + 1] = base:sub(at, at + kept - 1)
    result[#result + 1] = new
    at, size = at + kept + #old, off + #new
    runs, count = runs + 1, count + math.max(#old, #new)
  end
  result[#result + 1] = base:sub(at)
  assert(table.concat(result) == content, "the changes do not make the content")
  local pending, pending_runs = b:pending()
  assert.equal(runs > 0 and count, pending)
  assert.equal(runs > 0 and runs or nil, pending_runs)
end

local function step(model, names)
  local name = names[random(#names)]
  model.name = name
  steps[name](model, names)
  check(model)
end

-- A function that does some steps and then, half of the time, raises.
function steps.attempt(model, names)
  if model.floor then
    return
  end
  local fails = random(2) == 1
  local save
  local function body(...)
    assert.same({ "argument", n = 1 }, table.pack(...))
    save = push_save(model, nil)
    model.floor = #model.saves
    for _ = 1, random(0, 6) do
      step(model, names)
    end
    if fails then
      error("on purpose")
    end
    return "result", nil
  end
  local results = table.pack(model.b:attempt(body, "argument"))
  model.floor = nil
  if fails then
    assert(results[1] == false and tostring(results[2]):find("on purpose", 1, true), tostring(results[2]))
    back_to(model, save)
  else
    assert.same({ true, "result", n = 3 }, results)
  end
  table.remove(model.saves, index_of(model, save))
end

-- All pending bytes, or those of a range, which ends savepoints all the same.
function steps.flush(model)
  if model.floor then
    return
  end
  local off, len = random_range(#model.content)
  if random(2) == 1 then
    off, len = 0, #model.content
    model.b:flush()
  else
    model.b:flush { offset = off, length = len }
  end
  model.base = replaced(model.base, off, len, model.content:sub(off + 1, off + len))
  assert.equal(model.base, support.read(model.b.path))
  model.saves, model.steps = {}, {}
  if model.base == model.content then
    model.state = 0
  end
end

local IN_PLACE <const> = {
  "write", "write", "assign", "assign", "rewrite", "fill", "move", "savepoint", "savepoint", "release", "forget",
  "rollback_to", "rollback_to", "redo", "redo", "rollback", "attempt",
}
local FLUSHED <const> = { "flush", table.unpack(IN_PLACE) }
local STRUCTURE <const> = {
  "insert", "insert", "append", "append", "delete", "delete", "resize", "resize", "undo", table.unpack(IN_PLACE),
}

local function run(seed, names, open)
  math.randomseed(seed)
  local size = ({ 0, 1, 50, 4096, 9000, 3 * 4096 })[random(6)]
  local content = random_string(size)
  local b <close> = open(content)
  local model = new_model(b, content)
  for number = 1, STEPS do
    local ok, err = xpcall(step, debug.traceback, model, names)
    if not ok then
      b:rollback()
      error(("seed %d, step %d (%s): %s"):format(seed, number, model.name, tostring(err)), 0)
    end
  end
  b:rollback()
  assert(b:read(0, #b) == model.base, "the rollback at the end")
end

local function open_as(mode)
  return function(content)
    return assert(suture.open(support.write("model.bin", content), mode))
  end
end

local suites <const> = {
  { "a file in patch mode, in place, with flushes", FLUSHED, open_as "patch" },
  { "a file in patch mode, with changes of size", STRUCTURE, open_as "patch" },
  { "a file in copy mode", STRUCTURE, open_as "copy" },
  { "a buffer", STRUCTURE, suture.buffer },
}

describe("bytes as a plain string", function()
  for number, suite in ipairs(suites) do
    for seed = number * 100, number * 100 + 3 do
      it(("%s, seed %d"):format(suite[1], SEED or seed), function()
        run(SEED or seed, suite[2], suite[3])
      end)
    end
  end
end)
