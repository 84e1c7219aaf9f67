--- The files with which a recipe begins: one that patches its own example, with what a first author needs to know,
--- and a spec for what examples cannot say.

local scaffold = {}

local RECIPE <const> = [==[
-- @NAME@: say here what it patches, and how you know that it is right (a manual, a disassembly, a bug report).
--
--     suture test           checks its examples: run it whenever you have changed something
--     suture check @NAME@ FILE      what it finds in a file, and would change (with this folder on SUTURE_PATH)
--     suture run @NAME@ FILE        patches it; suture revert FILE takes that back
--
-- The file returns a table. It runs in a cell: no files, no network, only the bytes that it is given.

local suture <const> = require "suture"
local hex <const>, pattern <const> = suture.hex, suture.pattern

-- The files that it is for. Whatever this does not know is refused and stays untouched, so look closely.
local function match(b)
  return b:read(0, 4) == "FIRM"
end

return {
  name = "@NAME@",
  summary = "Say in one line what it does",
  description = [[
Say what changes for the user, which files it is for and what it does not do.]],
  version = "0.1.0",
  license = "MIT",
  authors = { "Your Name" },
  categories = { "@CATEGORY@" },

  -- What the user can choose: suture run @NAME@ FILE -p seconds=120. Types: boolean integer string enum bytes.
  params = {
    seconds = { type = "integer", default = 90, min = 1, max = 255, help = "how long it waits" },
  },

  targets = { { name = "image", match = match } },

  -- Each edit is a guarded change: where, the old bytes, the new ones. `??` is any byte. A signature must be found
  -- exactly once; it is found in a patched file, too, so that a second run knows that there is nothing to do.
  edits = {
    {
      find = pattern "c7 05 ?? ?? ?? ?? 3c 00 00 00", skip = 6,
      old = hex "3c 00 00 00",
      new = function(params) return string.pack("<I4", params.seconds) end,
      note = "seconds until it bites",
    },
    -- A change at an offset that is known: { at = 0x1234, old = hex "75 0a", new = hex "90 90" }
  },

  -- For what edits cannot say (checksums, tables, texts): apply = function(b, params, context) ... end

  -- Small inputs with what must come out. `suture test` checks for each: the verdicts before and after, that a second
  -- run touches nothing, that it can be taken back, and that damaged input is refused.
  examples = {
    {
      input = "FIRM" .. hex "90 c7 05 10 20 00 00 3c 00 00 00 c3",
      output = "FIRM" .. hex "90 c7 05 10 20 00 00 5a 00 00 00 c3",
    },
    {
      input = "FIRM" .. hex "90 c7 05 10 20 00 00 3c 00 00 00 c3",
      params = { seconds = 255 },
      changes = { { 0x0b, hex "ff" } }, -- where input and output differ, instead of the whole output
    },
  },
}
]==]

local SPEC <const> = [==[
-- What the examples of @NAME@ cannot say. `suture test` runs it with busted, under suture.

local suture = require "suture"

local RECIPE <const> = "recipes/@NAME@.lua"

-- Checks the recipe on a file of that content.
local function check(content)
  local path = os.tmpname()
  suture.buffer(content):save(path)
  local reports = suture.recipe.check(RECIPE, path)
  os.remove(path)
  return reports[1]
end

describe("@NAME@", function()
  it("refuses firmware without the instruction", function()
    assert.equal("foreign", check(("FIRM"):rep(16)).verdict)
  end)
end)
]==]

local function fill(text, name)
  local values <const> = { NAME = name, CATEGORY = name:match("^([^/]+)/") or "other" }
  return (text:gsub("@(%u+)@", values))
end

--- The files of a recipe, by their paths in a library.
---@param name string  of the recipe
---@return { path: string, text: string }[]
function scaffold.files(name)
  return {
    { path = ("recipes/%s.lua"):format(name), text = fill(RECIPE, name) },
    { path = ("spec/%s_spec.lua"):format(name), text = fill(SPEC, name) },
  }
end

return scaffold
