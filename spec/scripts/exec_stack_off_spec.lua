-- scripts/elf/exec-stack-off, judged by readelf.

local support = require "spec.support"
local recipe = require "spec.support.recipe"

local NAME <const> = "elf/exec-stack-off"
local PT_LOAD <const>, PT_GNU_STACK <const> = 1, 0x6474e551

local layouts <const> = {
  [32] = { head = "c4 BBB c9 I2I2I4 I4I4I4 I4 I2I2I2I2I2I2", size = 52, entry = 32,
    header = function(kind, flags) return "I4 I4I4I4I4I4 I4 I4", kind, 0, 0, 0, 0, 0, flags, 16 end },
  [64] = { head = "c4 BBB c9 I2I2I4 I8I8I8 I4 I2I2I2I2I2I2", size = 64, entry = 56,
    header = function(kind, flags) return "I4 I4 I8I8I8I8I8 I8", kind, flags, 0, 0, 0, 0, 0, 16 end },
}

-- An ELF file of headers alone: { bits =, order =, machine =, [types =], [flags =], [phoff =, phentsize =, phnum =] }
local function elf(made)
  local layout = layouts[made.bits]
  local order = made.order == "le" and "<" or ">"
  local types = made.types or { PT_LOAD, PT_GNU_STACK }
  local parts = { string.pack(order .. layout.head, "\x7fELF", made.bits // 32, made.order == "le" and 1 or 2, 1, "",
    2, made.machine, 1, 0, made.phoff or layout.size, 0, 0, layout.size, made.phentsize or layout.entry,
    made.phnum or #types, 0, 0, 0) }
  for _, kind in ipairs(types) do
    local fields = table.pack(layout.header(kind, made.flags or 7))
    parts[#parts + 1] = string.pack(order .. fields[1], table.unpack(fields, 2))
  end
  return table.concat(parts)
end

local function stack_flags(path)
  local status, stdout, stderr = support.run("LC_ALL=C readelf -lW " .. support.quote(path))
  assert(status == 0, stderr)
  return stdout:match "GNU_STACK[%s%xx]- (R?W?E?) +0x%x+\n"
end

local variants <const> = {
  { bits = 32, order = "le", machine = 3, name = "i386" },
  { bits = 32, order = "be", machine = 8, name = "MIPS" },
  { bits = 64, order = "le", machine = 62, name = "x86-64" },
  { bits = 64, order = "be", machine = 21, name = "PowerPC 64" },
}

describe("elf/exec-stack-off", function()
  for _, variant in ipairs(variants) do
    local title <const> = ("%d bits, %s (%s)"):format(variant.bits, variant.order, variant.name)

    it("clears the flag and nothing else: " .. title, function()
      local before = elf(variant)
      local path = support.write("stack.elf", before)
      assert.equal("RWE", stack_flags(path))
      assert.equal("applicable", recipe.verdict(NAME, path))
      assert.equal(before, support.read(path))

      assert.equal(0, (recipe.run("run", NAME, path)))
      assert.equal("RW", stack_flags(path))
      local after = support.read(path)
      local changed = 0
      for at = 1, #before do
        changed = changed + (before:byte(at) ~= after:byte(at) and 1 or 0)
      end
      assert.equal(1, changed)
      assert.equal("applied", recipe.verdict(NAME, path))
    end)

    it("finds a cleared one applied: " .. title, function()
      local path = support.write("cleared.elf", elf(setmetatable({ flags = 6 }, { __index = variant })))
      local before = support.read(path)
      assert.equal("applied", recipe.verdict(NAME, path))
      assert.equal(0, (recipe.run("run", NAME, path)))
      assert.equal(before, support.read(path))
    end)

    it("refuses a file without the header: " .. title, function()
      local path = support.write("none.elf", elf(setmetatable({ types = { PT_LOAD } }, { __index = variant })))
      assert.matches("no PT_GNU_STACK", recipe.refused(NAME, path), 1, true)
    end)
  end

  -- Damage is the same for both orders, so each class is damaged in one.
  for _, variant in ipairs { variants[1], variants[4] } do
    local title <const> = ("%d bits, %s"):format(variant.bits, variant.order)

    for label, hostile in pairs {
      ["a table beyond the end"] = { phoff = 0x7fffff00 },
      ["a table at the last possible offset"] = { phoff = variant.bits == 64 and -1 or 0xffffffff },
      ["a table that the end cuts"] = { phnum = 0xffff },
      ["entries that are too small"] = { phentsize = 8 },
      ["entries that are far apart"] = { phentsize = 0xffff },
      ["entries of size 0"] = { phentsize = 0 },
      ["no entries"] = { phnum = 0 },
    } do
      it(("refuses %s: %s"):format(label, title), function()
        local made = setmetatable(hostile, { __index = variant })
        recipe.refused(NAME, support.write("hostile.elf", elf(made)))
      end)
    end

    it("refuses it cut off anywhere: " .. title, function()
      local whole = elf(variant)
      local head = layouts[variant.bits].size
      for _, size in ipairs { 0, 5, head - 1, #whole - 33 } do
        recipe.refused(NAME, support.write("cut.elf", whole:sub(1, size)))
      end
    end)
  end

  it("refuses what is no ELF file", function()
    recipe.refused(NAME, support.write("text.txt", ("no program at all\n"):rep(100)))
    recipe.refused(NAME, support.write("class.elf", "\x7fELF\3\1\1" .. ("\0"):rep(100)))
    recipe.refused(NAME, support.write("order.elf", "\x7fELF\1\3\1" .. ("\0"):rep(100)))
  end)

  it("patches a compiled program, which runs on", function()
    local source = support.write("main.c", "#include <stdio.h>\nint main(void) { puts(\"alive\"); return 0; }\n")
    local path = support.path("program")
    local status, _, complaint = support.run(("gcc -z execstack -o %s %s"):format(path, source))
    assert(status == 0, complaint)
    assert.equal("RWE", stack_flags(path))
    assert.equal(0, (recipe.run("run", NAME, path)))
    assert.equal("RW", stack_flags(path))
    local ran, stdout = support.run(path)
    assert.equal(0, ran)
    assert.equal("alive\n", stdout)
  end)
end)
