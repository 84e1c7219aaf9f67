-- scripts/elf/exec-stack-off, judged by readelf.

local driver = require "spec.scripts.driver"
local elf = require "spec.scripts.elf"
local support = require "spec.support"
local world = require "spec.support.world"

local NAME <const> = "elf/exec-stack-off"

local function stack_flags(path)
  return elf.readelf("-lW", path):match "GNU_STACK[%s%xx]- (R?W?E?) +0x%x+\n"
end

local function judged(before, after)
  return function(path)
    assert.equal(before, stack_flags(path))
  end, function(path)
    assert.equal(after, stack_flags(path))
    elf.lint(path)
  end
end

local cases = elf.cases(function(variant)
  local before, after = judged("RWE", "RW")
  return {
    input = elf.sample(variant, { stack = 7, relro = true }), output = elf.sample(variant, { stack = 6, relro = true }),
    before = before, after = after,
  }
end)

local before <const>, after <const> = judged("RWE", "RW")
cases["a compiled program, which runs on"] = {
  input = function() return elf.compiled "-z execstack" end,
  before = before,
  after = function(path)
    after(path)
    local status, stdout = support.run(path)
    assert.same({ 0, "alive\n" }, { status, stdout })
  end,
}

local little <const>, big <const> = elf.variants["32 bits, little endian"], elf.variants["64 bits, big endian"]

local function renamed(cases_of, title)
  local list = {}
  for label, case in pairs(cases_of) do
    list[label .. title] = case
  end
  return list
end

-- The interpreter's header becomes a second one.
local twice <const> = world.patched(elf.sample(big, { interp = "/ld.so", stack = 7 }), 64,
  string.pack(">I4I4", 0x6474e551, 7))
cases["two headers"] = {
  input = twice, output = world.patched(world.patched(twice, 68, "\0\0\0\6"), 64 + 56 + 4, "\0\0\0\6"),
}

driver.proves(NAME, {
  cases = cases,
  refused = elf.merged(
    renamed(elf.damage(little, elf.sample(little, { stack = 7 })), " (32 bits)"),
    renamed(elf.damage(big, elf.sample(big, { stack = 7 })), " (64 bits)"),
    { ["a file without the header"] = { input = elf.sample(big, { relro = true }), message = "no PT_GNU_STACK" } }
  ),
})
