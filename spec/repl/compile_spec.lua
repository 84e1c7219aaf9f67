-- Chunks whose locals outlive them.

local evaluate = require "suture.repl.evaluate"

describe("evaluator", function()
  local evaluator, closed

  before_each(function()
    closed = {}
    local env = setmetatable({}, { __index = _G })
    evaluator = evaluate.new(env)
    function env.closing(name)
      return setmetatable({}, { __close = function(_, err) closed[#closed + 1] = { name, tostring(err) } end })
    end
  end)

  local line

  before_each(function()
    line = 1
  end)

  local function outcome_of(text)
    local outcome = evaluator:run(text, line)
    line = line + 1 + select(2, text:gsub("\n", ""))
    return outcome
  end

  -- The values of the last of some chunks, all of which must end well.
  local function values(...)
    local outcome
    for _, text in ipairs { ... } do
      outcome = outcome_of(text)
      assert(outcome.ok, outcome.err)
    end
    return table.unpack(outcome.values, 1, outcome.values.n)
  end

  local function complaint(...)
    local list = { ... }
    local last = table.remove(list)
    for _, text in ipairs(list) do
      values(text)
    end
    local outcome = outcome_of(last)
    assert(not outcome.ok, "nothing was raised")
    return outcome.err, outcome.trace
  end

  describe("text", function()
    it("is an expression, with or without a sign of equality, or statements", function()
      assert.same({ 1, 2 }, { values "1, 2" })
      assert.same({ 3 }, { values " = 3 -- three" })
      assert.same({ 5 }, { values("x = 5", "x") })
      assert.same({ 7 }, { values "return 7" })
      assert.same(0, select("#", values "x = 1"))
      assert.same(1, select("#", values "nil"))
    end)

    it("is told to be wrong with its line", function()
      assert.same("stdin:3: unexpected symbol near ')'", (complaint("x = 1", "y = 2", "x = )")))
      assert.same("stdin:5: unexpected symbol near ')'", (complaint "a = 1\nb = )"))
      assert.matches("^stdin:6: ", (complaint "= x x"))
    end)

    it("cannot end the function that it is put into", function()
      assert.matches("near 'end'", (complaint "end x = 1 do"))
      assert.matches("^stdin:2: ", (complaint "1 end, function() return 2"))
      assert.same({ 5 }, { values "5;" })
    end)

    it("has no arguments", function()
      assert.same({ 0 }, { values "select('#', ...)" })
    end)
  end)

  describe("locals", function()
    it("last, and can be changed", function()
      assert.same({ 1, nil, 3 }, { values("local a, b, c = 1, nil, 3", "a, b, c") })
      assert.same({ 6 }, { values("a = a + 5", "a") })
      assert.is_nil(evaluator.env.a)
    end)

    it("hide earlier ones, which functions keep", function()
      assert.same({ 2, 1 }, { values("local x = 1", "function old() return x end", "local x = x + 1", "x, old()") })
      assert.same({ 9, 1 }, { values("x = 9", "x, old()") })
    end)

    it("are shared with functions", function()
      assert.same({ 3 }, { values("local n = 0", "local function up() n = n + 1 end", "up() up() up()", "n") })
    end)

    it("hide a global and leave it as it is", function()
      assert.same({ 2, 1 }, { values("g = 1", "local g = 2", "g, _ENV.g") })
    end)

    it("of functions can call themselves", function()
      assert.same({ 120 }, { values("local function f(n) return n < 2 and 1 or n * f(n - 1) end", "f(5)") })
    end)

    it("that are constant stay so", function()
      assert.same({ 7, "t" }, { values("local k <const>, t <const> = 7, 't'", "k, t") })
      assert.matches("attempt to assign to const variable 'k'", (complaint "k = 8"))
      assert.same({ 8 }, { values("local k = 8", "k = k", "k") })
    end)

    it("of blocks, loops and functions end with them", function()
      assert.same(0, select("#", values [[
        do local a = 1 end
        for a = 1, 2 do local b = a end
        for a in next, {} do end
        while false do local a end
        repeat local a = 1 until a
        if true then local a elseif false then local a else local a end
        local function f(a) local b = a return b end]]))
      assert.same({ nil, nil, "function" }, { values "a, b, type(f)" })
    end)

    it("last where the chunk returns early", function()
      assert.same({ "early" }, { values "local a = 1 if a then local b return 'early' end local c = 2" })
      assert.same({ 1, nil, nil }, { values "a, b, c" })
    end)

    it("that a return's block hides are not taken for those of the top level", function()
      values "local a = 1 do local a = 2 return end"
      assert.same({ nil }, { values "a" })
    end)

    it("do not last where the chunk raises", function()
      complaint "local late = 1 error 'x'"
      assert.same({ nil }, { values "late" })
    end)

    it("are found behind strings and comments that look like code", function()
      values('local a = "local x = 1 --[[" local b = [==[ local y ]] return ]==] -- local z',
        "local c = '\\'' --[[ return ]]")
      assert.same({ "'", nil, nil, nil }, { values "c, x, y, z" })
    end)

    it("may be many", function()
      local names = {}
      for index = 1, 150 do
        names[index] = "v" .. index
      end
      values("local " .. table.concat(names, ", ") .. " = 1")
      for index = 151, 450 do
        values(("local v%d = %d"):format(index, index))
      end
      assert.same({ 1, 300, 450 }, { values "v1, v300, v450" })
    end)

    it("do not keep a chunk from running that jumps over them", function()
      assert.same(0, select("#", values "goto done; local g = 1; ::done::"))
      assert.same({ nil }, { values "g" })
    end)
  end)

  describe("variables that are to be closed", function()
    it("stay open until the end, and are closed backwards", function()
      assert.same({ "table" }, { values("local a <close> = closing 'a'", "local b <close> = closing 'b'", "type(a)") })
      assert.same({}, closed)
      assert.same({}, evaluator:close())
      assert.same({ "b", "a" }, { closed[1][1], closed[2][1] })
    end)

    it("are constant", function()
      assert.matches("const variable 'a'", (complaint("local a <close> = closing 'a'", "a = 1")))
    end)

    it("are closed by an error of their chunk, and where it returns", function()
      assert.matches("oops$", (complaint "local a <close> = closing 'a' error 'oops'"))
      assert.matches("oops$", closed[1][2])
      assert.same({ "left" }, { values "local b <close> = closing 'b' return 'left'" })
      assert.same({ "b", "nil" }, closed[2])
    end)

    it("do not hide a yield outside of coroutines", function()
      assert.same("attempt to yield from outside a coroutine",
        (complaint "local a <close> = closing 'a' coroutine.yield(1)"))
      assert.same("a", closed[1][1])
    end)
  end)

  describe("results", function()
    it("have names", function()
      values("10", "20, 30", "x = 1")
      assert.same({ 20, 10, 20, 30 }, { values "_, _1, _2, _3" })
    end)

    it("are forgotten after a thousand", function()
      for index = 1, 1001 do
        values(tostring(index))
      end
      assert.same({ nil, 2, 1001 }, { values "_1, _2, _1001" })
    end)
  end)

  describe("errors", function()
    it("come with a traceback that ends at the line", function()
      local err, trace = complaint("function f() error 'deep' end", "f()")
      assert.same("stdin:1: deep", err)
      assert.matches("stdin:1: in global 'f'", trace)
      assert.matches("stdin:2: in the line$", trace)
    end)

    it("are whatever was raised", function()
      local value = {}
      evaluator.env.value = value
      assert.equal(value, (complaint "error(value)"))
      assert.is_nil((complaint "error(nil)"))
    end)
  end)
end)
