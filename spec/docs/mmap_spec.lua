-- docs/mmap.md: both columns of its tables are run, and do what the third one says.

local suture = require "suture"
local support = require "spec.support"

local text <const> = support.read "./docs/mmap.md"

local function block(language)
  return assert(text:match("\n```" .. language .. "\n(.-)```\n"))
end

-- The rows of tables with three columns of which two hold code.
local function rows()
  local list = {}
  for line in text:gmatch "[^\n]+" do
    local left, right, note = line:match "^| `([^`]+)` | `([^`]+)` | (.*)|$"
    if left then
      list[#list + 1] = { left = left, right = right, note = note }
    end
  end
  return list
end

local ROWS <const> = rows()

-- Says what came of each row of the left column: a value in hex or decimal, a list, or the exception.
local PYTHON <const> = [[
import ast, os, sys
def show(value):
    if value is None: return "nil"
    if isinstance(value, bool): return str(value).lower()
    if isinstance(value, int): return str(value)
    if isinstance(value, (bytes, bytearray)): return "x" + bytes(value).hex()
    if isinstance(value, list): return ",".join(map(show, value))
    return "object"
def run(code, names):
    tree = ast.parse(code)
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, "left", "exec"), names)
    return eval(compile(ast.Expression(last.value), "left", "eval"), names) if last else None
for code in sys.stdin.read().splitlines():
    names = {}
    exec(preamble, names)
    try: print("value", show(run(code, names)))
    except Exception as problem: print("error", type(problem).__name__)
    names.clear()
]]

local function show(value)
  if type(value) == "string" then
    local digits = value:gsub(".", function(byte) return ("%02x"):format(byte:byte()) end)
    return "x" .. digits
  elseif type(value) == "table" then
    return table.concat(value, ",")
  elseif type(value) == "userdata" then
    return "object"
  end
  return tostring(value)
end

-- The last statement is an expression, if it can be one.
local function compile(code, names)
  local before, last = code:match "^(.*); (.-)$"
  local chunk = load("return " .. code, "=right", "t", names)
    or before and load(("%s; return %s"):format(before, last), "=right", "t", names)
  return chunk or assert(load(code, "=right", "t", names))
end

local function lua_outcome(code)
  local preamble = block "lua":gsub('"(%l+%.bin)"', function(name) return ("%q"):format(support.path(name)) end)
  local names = setmetatable({}, { __index = _G })
  assert(load(preamble, "=preamble", "t", names))()
  local here = code:gsub('"(%l+%.bin)"', function(name) return ("%q"):format(support.path(name)) end)
  local ok, value = pcall(compile(here, names))
  for _, object in pairs(names) do
    if type(object) == "userdata" then
      pcall(object.cancel, object)
    end
  end
  if not ok then
    assert(type(value) == "table", tostring(value))
    return "error " .. value.kind
  end
  return "value " .. show(value)
end

local function python_outcomes()
  local lines = {}
  for index, row in ipairs(ROWS) do
    lines[index] = row.left
  end
  local script = support.write("left.py", ("preamble = r'''%s'''\n"):format(block "python") .. PYTHON)
  local status, stdout, stderr = support.run(("cd %s && python3 %s"):format(support.tempdir(), script),
    table.concat(lines, "\n"))
  assert(status == 0, stderr)
  local list = {}
  for line in stdout:gmatch "[^\n]+" do
    list[#list + 1] = line
  end
  assert(#list == #ROWS, stdout)
  return list
end

local function names_of(expression)
  local status, stdout, stderr = support.run(('python3 -c "import mmap; print(*sorted(%s))"'):format(expression))
  assert(status == 0, stderr)
  local list = {}
  for name in stdout:gmatch "%S+" do
    list[#list + 1] = name
  end
  return list
end

describe("docs/mmap.md", function()
  local outcomes

  setup(function()
    outcomes = python_outcomes()
  end)

  it("has many rows", function()
    assert.is_true(#ROWS > 70)
  end)

  for index, row in ipairs(ROWS) do
    it(("is right about %s"):format(row.left), function()
      local left, right = outcomes[index], lua_outcome(row.right)
      local exception, kind = row.note:match "^%*raises%* `(%w+)`, `(%l+)`"
      if exception then
        assert.same({ "error " .. exception, "error " .. kind }, { left, right })
      elseif row.note:find "^%*differs%*" then
        assert.are_not.equal(left, right)
      else
        assert.equal(left, right)
      end
    end)
  end

  it("has every method and attribute of Python's", function()
    for _, name in ipairs(names_of "set(dir(mmap.mmap)) - set(dir(object)) - {'__module__'}") do
      assert(text:find("%f[%w_]" .. name .. "%f[^%w_]"), "nothing of " .. name)
    end
  end)

  it("has every name of Python's module", function()
    for _, name in ipairs(names_of "n for n in dir(mmap) if n[0] != '_'") do
      assert(text:find("[`.]" .. name .. "%f[^%w_]"), "nothing of " .. name)
    end
  end)

  it("is right about a file that is cut short", function()
    local path = support.write("cut.bin", ("x"):rep(8192))
    local status = support.run(([[python3 -c "
import mmap, os
f = open('%s', 'r+b')
m = mmap.mmap(f.fileno(), 0)
os.truncate('%s', 100)
m[5000]"]]):format(path, path))
    assert.equal(128 + 7, status)
    support.write("cut.bin", ("x"):rep(8192))
    local b <close> = assert(suture.open(path, "read"))
    support.run("truncate -s 100 " .. path)
    local ok, err = pcall(b.read, b, 5000, 1)
    assert.is_false(ok)
    assert.equal("truncated", err.kind)
  end)
end)
