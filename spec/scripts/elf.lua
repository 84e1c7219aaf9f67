-- What the specs of ELF recipes share: files of each class and byte order, damage that all of them refuse, compiled
-- programs, and readelf's and eu-elflint's word.

local sample = require "suture.format.elf.sample"
local support = require "spec.support"
local world = require "spec.support.world"

local elf = {}

elf.variants = {
  ["32 bits, little endian"] = { class = 32, order = "le", machine = 3 },
  ["32 bits, big endian"] = { class = 32, order = "be", machine = 8 },
  ["64 bits, little endian"] = { class = 64, order = "le", machine = 62 },
  ["64 bits, big endian"] = { class = 64, order = "be", machine = 21 },
}

--- A sample of a variant.
function elf.sample(variant, made)
  return sample(setmetatable(made, { __index = variant }))
end

--- One case for each variant: make(variant) returns the case.
function elf.cases(make)
  local cases = {}
  for label, variant in pairs(elf.variants) do
    cases[label] = make(variant)
  end
  return cases
end

-- Where fields of the ELF header are, by class.
local places <const> = {
  [32] = { phoff = { 0x1c, 4 }, phentsize = { 0x2a, 2 }, phnum = { 0x2c, 2 }, size = 52, entry = 32,
    shoff = { 0x20, 4 }, shentsize = { 0x2e, 2 }, shnum = { 0x30, 2 } },
  [64] = { phoff = { 0x20, 8 }, phentsize = { 0x36, 2 }, phnum = { 0x38, 2 }, size = 64, entry = 56,
    shoff = { 0x28, 8 }, shentsize = { 0x3a, 2 }, shnum = { 0x3c, 2 } },
}

--- The file with a field of its ELF header overwritten.
function elf.with(variant, data, name, value)
  local place = places[variant.class][name]
  local format = (variant.order == "le" and "<I" or ">I") .. place[2]
  if place[2] < 8 then
    value = value & (1 << 8 * place[2]) - 1
  end
  return world.patched(data, place[1], string.pack(format, value))
end

--- Damage that every recipe for ELF files refuses. `data` is a file that it would patch.
---@return table<string, string>
function elf.damage(variant, data)
  local sizes = places[variant.class]
  local cases = {
    ["another magic"] = "\x7fELG" .. data:sub(5),
    ["a class that is none"] = world.patched(data, 4, "\3"),
    ["a byte order that is none"] = world.patched(data, 5, "\0"),
    ["the identification alone"] = data:sub(1, 16),
    ["its header cut"] = data:sub(1, sizes.size - 1),
    ["its program headers cut"] = data:sub(1, sizes.size + sizes.entry - 1),
    ["program headers beyond the end"] = elf.with(variant, data, "phoff", 0x7fffff00),
    ["program headers at the last offset"] = elf.with(variant, data, "phoff", -1),
    ["program headers that are too small"] = elf.with(variant, data, "phentsize", 8),
    ["program headers far apart"] = elf.with(variant, data, "phentsize", 0xffff),
    ["program headers of size 0"] = elf.with(variant, data, "phentsize", 0),
    ["more program headers than bytes"] = elf.with(variant, data, "phnum", 0xfffe),
    ["no program headers"] = elf.with(variant, data, "phnum", 0),
  }
  return cases
end

--- Merges tables of cases.
function elf.merged(...)
  local all = {}
  for _, cases in ipairs { ... } do
    for label, case in pairs(cases) do
      assert(not all[label], "two cases: " .. label)
      all[label] = case
    end
  end
  return all
end

--- Compiles a program with gcc; returns its bytes.
function elf.compiled(options, source)
  local path = support.write("main.c", source or "#include <stdio.h>\nint main(void) { puts(\"alive\"); return 0; }\n")
  local program = support.path "compiled"
  world.must(("gcc %s -o %s %s"):format(options, support.quote(program), support.quote(path)))
  return support.read(program)
end

--- What readelf prints about a file.
function elf.readelf(options, path)
  return world.must(("LC_ALL=C readelf %s %s"):format(options, support.quote(path)))
end

--- Demands that eu-elflint finds no fault.
function elf.lint(path)
  local status, stdout, stderr = support.run("eu-elflint --gnu-ld " .. support.quote(path))
  assert(status == 0, stdout .. stderr)
end

return elf
