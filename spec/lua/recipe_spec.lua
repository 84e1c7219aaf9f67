-- Recipes: what may stand in one. Running them is in cli_spec.

local misfits = require "spec.support.misfits"
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

    for name, case in pairs(misfits) do
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
