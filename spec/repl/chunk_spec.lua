-- Chunks as they are typed: which are whole, and what they load as.

local chunk = require "suture.repl.chunk"

describe("chunk", function()
  local unfinished = {
    ["a block without its end"] = "for i = 1, 2 do",
    ["a function without its end"] = "function f(a)\n  return a",
    ["an expression that ends in an operator"] = "1 +",
    ["an expression behind = that ends in an operator"] = "= 1 +",
    ["an open call"] = "f(1,",
    ["an open table"] = "{ 1,\n2",
    ["an assignment without a value"] = "x =",
    ["a long string"] = "[==[ one\n]]",
    ["a long comment"] = "--[[ one",
    ["a string that goes on with a backslash"] = "'one\\",
    ["a field without its name"] = "b.",
    ["a method without its call"] = "b:read",
  }
  local whole = {
    ["nothing"] = "",
    ["a comment"] = "-- one",
    ["an expression"] = "1 + 2",
    ["an expression behind ="] = "= 1 + 2",
    ["two values"] = "1, 2",
    ["a statement"] = "x = 1",
    ["statements on two lines"] = "x = 1\ny = 2",
    ["a block with its end"] = "for i = 1, 2 do\nend",
    ["a string that nobody closed"] = "print('one",
    ["an end too many"] = "end",
    ["what is wrong in the middle"] = "x x (",
    ["a long string with its end"] = "[==[ one\n]==]",
    ["a word that ends as the mark does"] = "x x '<eof>'",
  }
  describe("is unfinished:", function()
    for name, text in pairs(unfinished) do
      it(name, function() assert.is_true(chunk.is_unfinished(text)) end)
    end
  end)
  describe("is not unfinished:", function()
    for name, text in pairs(whole) do
      it(name, function() assert.is_false(chunk.is_unfinished(text)) end)
    end
  end)

  describe("load", function()
    it("prefers the expression", function()
      assert.same({ 1, 2 }, { assert(chunk.load("1, 2", "=x"))() })
    end)

    it("passes over = in front of an expression", function()
      assert.same(3, assert(chunk.load(" = 1 + 2", "=x"))())
    end)

    it("takes the globals that it is given", function()
      local env = {}
      assert(chunk.load("x = 1", "=x", env))()
      assert.same({ x = 1 }, env)
    end)

    it("tells what is wrong with the statement", function()
      assert.same({ nil, "x:1: syntax error near 'x'" }, { chunk.load("x x", "=x") })
    end)

    it("takes no bytecode", function()
      assert.is_nil((chunk.load(string.dump(function() end), "=x")))
    end)
  end)
end)
