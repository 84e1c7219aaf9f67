-- Every recipe that ships, on its own examples with bytes of them changed: whatever a header says, the file is
-- patched or refused. Under sanitizers this is the run that would see a read past the end.
--
-- The same mutants every time. MUTANTS=100000 asks for that many of each example instead of a few.

local core = require "suture.core"
local driver = require "spec.scripts.driver"
local elf = require "spec.scripts.elf"
local failure = require "suture.recipe.failure"
local parameters = require "suture.recipe.parameters"
local sealed = require "spec.scripts.sealed"
local support = require "spec.support"
local suture = require "suture"

local MUTANTS <const> = tonumber(os.getenv "MUTANTS") or 500
local STEPS <const> = 50000000 -- instructions of a mutant, after which it hangs

-- A context that says nothing to anyone.
local function context_of(params, b)
  local function ignore() end
  return {
    params = params, target = "target", targets = { target = b }, checking = false,
    refuse = function(reason) core.raise("foreign", reason) end, already = ignore, log = ignore, progress = ignore,
  }
end

local function patch(recipe, params, b)
  for _, target in ipairs(recipe.targets or {}) do
    if target.match and not target.match(b) then
      core.raise("foreign", "no match")
    end
  end
  for _, edit in ipairs(recipe.edits or {}) do
    b:hunk(edit)
  end
  local context = context_of(params, b)
  if recipe.apply then
    recipe.apply(b, params, context)
  end
  assert(not recipe.verify or recipe.verify(b, params, context) ~= false, "verify does not accept the result")
end

-- Calls it within a number of instructions. In `match` any error means another file, so nothing is lost by a status.
local function judge(recipe, params, data)
  debug.sethook(function() error("it hangs", 0) end, "", STEPS)
  local ok, err = pcall(patch, recipe, params, suture.buffer(data))
  debug.sethook()
  return ok and 0 or failure.code(err), err
end

-- Numbers that headers are wrong with.
local lengths <const> = { 1, 2, 4, 8 }

local function hostile_number(size)
  local choices <const> = { 0, 1, -1, size, size - 1, size + 1, math.maxinteger, math.mininteger, 0x7fffffff,
    -0x80000000, math.random(0, 255), math.random(0, size), math.random(math.mininteger, math.maxinteger) }
  return choices[math.random(#choices)]
end

local function overwritten(data)
  local width <const> = lengths[math.random(#lengths)]
  if #data < width then
    return data
  end
  local number <const> = hostile_number(#data) & (width == 8 and -1 or (1 << 8 * width) - 1)
  local reach <const> = math.random(2) == 1 and math.min(#data, 512) or #data
  local off <const> = math.random(0, math.max(reach - width, 0))
  local bytes <const> = (math.random(2) == 1 and "<I" or ">I") .. width
  return data:sub(1, off) .. bytes:pack(number) .. data:sub(off + width + 1)
end

local function flipped(data)
  local at <const> = math.random(math.max(#data, 1))
  local byte <const> = data:byte(at)
  return byte and data:sub(1, at - 1) .. string.char(byte ~ (1 << math.random(0, 7))) .. data:sub(at + 1) or data
end

local function cut(data)
  return data:sub(1, math.random(0, #data))
end

local function moved(data)
  local from <const>, to <const> = math.random(0, #data), math.random(0, #data)
  return data:sub(1, to) .. data:sub(from + 1, from + math.random(0, 64)) .. data:sub(to + 1)
end

local ways <const> = { overwritten, overwritten, overwritten, flipped, flipped, cut, moved }

-- Every other one is sealed, where the recipe looks at checksums.
local function mutant(data, seal)
  for _ = 1, math.random(3) do
    data = ways[math.random(#ways)](data)
  end
  return seal and math.random(2) == 1 and seal(data) or data
end

-- What a recipe is tried on: its examples, and for ELF files a program as it comes from the linker.
local function inputs_of(name, recipe)
  local list = {}
  for _, example in ipairs(recipe.examples or {}) do
    list[#list + 1] = { data = (driver.example(example)), params = example.params }
  end
  if name:find "^elf/" then
    list[#list + 1] = { data = elf.compiled "-Wl,-rpath,/opt/lib -z execstack", params = list[1].params }
  end
  return list
end

-- Judges mutants of one input; counts them by status.
local function try(recipe, params, input, seal, seen)
  for count = 1, MUTANTS do
    local data = mutant(input, seal)
    local code, err = judge(recipe, params, data)
    if code ~= 0 and code ~= failure.FOREIGN then
      local path = support.write("/tmp/suture-mutant.bin", data)
      error(("mutant %d (%s): %s"):format(count, path, tostring(err)), 0)
    end
    seen[code] = (seen[code] or 0) + 1
  end
end

describe("mutants of the examples", function()
  for number, name in ipairs(driver.names()) do
    it("are patched or refused by " .. name, function()
      local recipe = driver.load(name)
      local inputs = inputs_of(name, recipe)
      assert.is_true(#inputs > 0, "no examples")
      math.randomseed(number, 20240229)
      local seen = {}
      for _, input in ipairs(inputs) do
        try(recipe, parameters.resolve(recipe.params or {}, input.params or {}), input.data, sealed(name), seen)
      end
      assert(seen[0] and seen[failure.FOREIGN], "the mutants are all of one kind")
    end)
  end
end)
