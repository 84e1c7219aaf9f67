-- Recipes: what may stand in one. Running them is in cli_spec.

local raised = require "spec.support.raised"
local recipe = require "suture.recipe"
local support = require "spec.support"

local function load_text(text)
  return recipe.load(support.write("recipe.lua", text))
end

local function load_table(fields)
  return load_text("return { apply = function() end, " .. fields .. " }")
end

local function cannot_load(kind, words, text)
  local err = raised(kind, load_text, text)
  assert.matches(words, tostring(err), 1, true)
end

describe("recipe", function()
  describe(".load", function()
    it("returns the table", function()
      assert.equal("a/b-c.d", load_table("name = 'a/b-c.d', version = '1.0.0-rc1'").name)
    end)

    it("takes every key of the contract", function()
      load_table [[ name = "acme/router/timeout", summary = "s", description = "d", version = "1.0.0", license = "MIT",
        authors = { "A" }, categories = { "firmware" }, requires = { suture = ">= 0.1, < 9" },
        depends = { "acme/router/unlock" }, conflicts = { "acme/other" }, params = {
          seconds = { type = "integer", default = 90, min = 1, max = 255, help = "h" } },
        targets = { { name = "image", match = function() end, only = true,
          versions = { { label = "1.0", size = 5, sha256 = ("0aF9"):rep(16) } } } },
        edits = { { target = "image", label = "1.0", at = 0, old = "a", new = "b", note = "n" },
          { find = "aa", skip = 1, old = "a", new = function() return "b" end },
          { any = { { at = 1 }, { find = "a", new = function() return "c" end } }, old = "a", new = "b" } },
        verify = function() end, examples = { { input = "a", params = {}, output = "b" } } ]]
    end)

    it("takes edits at one place for different versions or targets", function()
      load_table [[ targets = { { name = "t", versions = { { label = "a", size = 1 }, { label = "b", size = 2 } } } },
        edits = { { at = 0, label = "a", old = "a", new = "b" }, { at = 0, label = "b", old = "a", new = "c" } } ]]
    end)

    it("gives each recipe globals of its own", function()
      load_text "leak = 1; return { apply = function() end }"
      assert.is_nil(rawget(_G, "leak"))
    end)

    it("passes over a first line for the system", function()
      load_text "#!/usr/bin/env -S suture run\nreturn { apply = function() end }"
    end)

    it("raises what the file raises", function()
      assert.matches("recipe.lua:1: boom", tostring(select(2, pcall(load_text, "error 'boom'"))), 1, true)
    end)

    it("raises io for a missing file", function()
      raised("io", recipe.load, support.path "missing.lua")
    end)

    local function edit(fields)
      return "return { edits = { { " .. fields .. " } } }"
    end

    local wrong <const> = {
      ["a syntax error"] = { "return {", "recipe.lua:1:" },
      ["bytecode"] = { string.dump(function() return {} end), "binary chunk" },
      ["no result"] = { "local x = 1", "returns nothing and not a table" },
      ["a number as result"] = { "return 5", "returns a number and not a table" },
      ["an empty table"] = { "return {}", "neither edits nor apply" },
      ["empty edits"] = { "return { edits = {} }", "neither edits nor apply" },
      ["a misspelt key"] = { "return { sumary = '' }", "did you mean 'summary'?" },
      ["a key that is no string"] = { "return { 'a' }", "unknown key '1'" },
      ["a name that is a number"] = { "return { name = 5 }", "name must be a string, not a number" },
      ["a name with a space"] = { "return { name = 'a b' }", "name must be words joined by '/'" },
      ["a name that leaves its folder"] = { "return { name = '../a' }", "name must be words" },
      ["a name that leaves it later"] = { "return { name = 'a/../../b' }", "name must be words" },
      ["a version of words"] = { "return { version = 'new' }", "version must be like 1.0.0" },
      ["a version with a hole"] = { "return { version = '1..0' }", "version must be like 1.0.0" },
      ["a version that ends in a dot"] = { "return { version = '1.' }", "version must be like 1.0.0" },
      ["authors that are text"] = { "return { authors = 'me' }", "authors must be a list" },
      ["an author that is a number"] = { "return { authors = { 1 } }", "authors[1] must be a string" },
      ["categories with names"] = { "return { categories = { a = 'b' } }", "must be a list, and has the key 'a'" },
      ["requirements that are text"] = { "return { requires = '>= 1' }", "requires must be a table" },
      ["a requirement of something else"] = { "return { requires = { sutur = '1' } }", "did you mean 'suture'?" },
      ["a requirement without a sign"] = { "return { requires = { suture = '1' } }", "must be like '>= 0.1'" },
      ["apply that is a string"] = { "return { apply = 'x' }", "apply must be a function" },
      ["verify that is a table"] = { "return { verify = {} }", "verify must be a function" },
      ["targets that are a string"] = { "return { targets = 'x' }", "targets must be a list" },
      ["a target that is a string"] = { "return { targets = { 'x' } }", "targets[1] must be a table" },
      ["a misspelt key of a target"] = { "return { targets = { { mach = 1 } } }", "did you mean 'match'?" },
      ["match that is a pattern"] = {
        "return { targets = { { match = 'x' } } }",
        "targets[1].match must be a function",
      },
      ["a version without a size"] = {
        "return { targets = { { versions = { { label = 'x' } } } } }",
        "a label and a size",
      },
      ["a size in words"] = {
        "return { targets = { { versions = { { label = 'x', size = '1' } } } } }",
        "a size in bytes",
      },
      ["only without versions"] = { "return { targets = { { only = true } } }", "only needs versions" },
      ["edits that are a function"] = { "return { edits = function() end }", "edits must be a list" },
      ["one edit instead of a list"] = { "return { edits = { at = 1 } }", "edits must be a list" },
      ["an edit that is a string"] = { "return { edits = { 'x' } }", "edits[1] must be a table" },
      ["a misspelt key of an edit"] = {
        edit "att = 0, old = 'a', new = 'b'",
        "edits[1]: unknown key 'att'; did you mean",
      },
      ["an edit without old"] = { edit "at = 0, new = 'b'", "edits[1]: old is missing" },
      ["an edit without new"] = { edit "at = 0, old = 'b'", "edits[1]: new is missing" },
      ["an edit of unequal sides"] = { edit "at = 0, old = 'a', new = 'bb'", "old has 1 byte and new has 2" },
      ["an edit nowhere"] = { edit "old = 'a', new = 'b'", "edits[1]: exactly one of at, find and any" },
      ["a label in an alternative"] = {
        edit "any = { { at = 0, label = 'x' } }, old = 'a', new = 'b'",
        "unknown key 'label'",
      },
      ["an edit of an unknown target"] = { edit "target = 'x', at = 0, old = 'a', new = 'b'", "unknown target 'x'" },
      ["an edit of an unknown label"] = { edit "label = 'x', at = 0, old = 'a', new = 'b'", "unknown label 'x'" },
      ["edits at places that overlap"] = {
        "return { edits = { { at = 4, old = 'ab', new = 'xy', note = 'n' },"
          .. "{ at = 0, base = 5, old = 'b', new = 'z' } } }",
        "edits[1] (n) and edits[2] overlap at 0x5",
      },
      ["an edit past all offsets"] = {
        edit "at = math.maxinteger, base = 1, old = 'a', new = 'b'",
        "edits[1]: base and at are too far together",
      },
      ["two targets without names"] = { "return { targets = { { name = 'a' }, {} } }", "targets[2] needs a name" },
      ["two targets of one name"] = {
        "return { targets = { { name = 'a' }, { name = 'a' } } }",
        "targets[2]: the name 'a' is there twice",
      },
      ["too many targets"] = {
        "local t = {} for i = 1, 17 do t[i] = { name = 't' .. i } end return { targets = t }",
        "at most 16, not 17",
      },
      ["an edit of no target in particular"] = {
        "return { targets = { { name = 'a' }, { name = 'b' } }, edits = { { at = 0, old = 'a', new = 'b' } } }",
        "edits[1] needs a target: one of a, b",
      },
      ["an edit of a misspelt target"] = {
        "return { targets = { { name = 'kernel' }, { name = 'b' } }, edits = { { target = 'kernal', at = 0, "
          .. "old = 'a', new = 'b' } } }",
        "edits[1]: unknown target 'kernal'; did you mean 'kernel'?",
      },
      ["a label of another target"] = {
        "return { targets = { { name = 'a', versions = { { label = 'x', size = 1 } } }, { name = 'b' } }, "
          .. "edits = { { target = 'b', label = 'x', at = 0, old = 'a', new = 'b' } } }",
        "edits[1]: unknown label 'x'",
      },
      ["depends that is a word"] = { "return { depends = 'a' }", "depends must be a list" },
      ["a dependency that leaves its folder"] = {
        "return { depends = { '../a' } }",
        "depends[1] must be words joined by '/'",
      },
      ["a conflict that is a number"] = { "return { conflicts = { 1 } }", "conflicts[1] must be a string" },
      ["a digest that is too short"] = {
        "return { targets = { { versions = { { label = 'x', size = 1, sha256 = 'ab' } } } } }",
        "targets[1].versions[1].sha256 must be the 64 hex digits of a SHA-256, not 'ab'",
      },
      ["a digest that is no hex"] = {
        "return { targets = { { versions = { { label = 'x', size = 1, sha256 = ('x'):rep(64) } } } } }",
        "must be the 64 hex digits",
      },
      ["a default of a file"] = {
        "return { params = { f = { type = 'file', default = '/etc/passwd' } } }",
        "params.f: a file has no default",
      },
      ["examples that are text"] = { "return { examples = 'x' }", "examples must be a list" },
      ["a misspelt key of an example"] = { "return { examples = { { inptu = '' } } }", "did you mean 'input'?" },
      ["a lone nibble in a pattern"] = { "return { x = require 'suture'.pattern '4' }", "4" },
    }
    for name, case in pairs(wrong) do
      it("raises argument for " .. name, function()
        cannot_load("argument", case[2], case[1])
      end)
    end

    local not_here <const> = {
      ["a newer suture"] = { "return { requires = { suture = '>= 99' } }", "the recipe needs suture >= 99" },
      ["an older suture"] = { "return { requires = { suture = '< 0.0.1' } }", "the recipe needs suture < 0.0.1" },
    }
    for name, case in pairs(not_here) do
      it("raises unsupported for " .. name, function()
        local err = raised("unsupported", load_text, case[1])
        assert.matches(case[2]:match("^[^%[]*"), tostring(err), 1, true)
      end)
    end
  end)

  describe(".run and .check", function()
    it("raise unsupported under stock lua5.4", function()
      local target = support.write("target", "abc")
      local path = support.write("recipe.lua", "return { edits = { { at = 0, old = 'a', new = 'b' } } }")
      for _, act in ipairs { "run", "check" } do
        local script = support.write("script.lua", ("require 'suture'.recipe.%s(%q, %q)"):format(act, path, target))
        local status, _, stderr = support.run("lua5.4 " .. script)
        assert.equal(1, status)
        assert.matches("recipes run only inside the suture executable", stderr, 1, true)
      end
      assert.equal("abc", support.read(target))
    end)
  end)
end)
