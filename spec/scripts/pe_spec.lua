-- The recipes pe/checksum, pe/subsystem and pe/timestamp, judged by pefile.

local driver = require "spec.scripts.driver"
local pe = require "spec.scripts.pe"
local recipe = require "spec.support.recipe"
local support = require "spec.support"
local world = require "spec.support.world"

local OPTIONAL <const> = 0x80 + 24 -- in samples
local SIGNED <const> = "its signature is no longer valid"

local function merged(cases, more)
  for label, case in pairs(more) do
    cases[label] = case
  end
  return cases
end

-- One case for each class, and one for a program that binutils made.
local function cases(make)
  local list = { ["a program made by binutils"] = make(pe.linked) }
  for name, variant in pairs(pe.variants) do
    list[name] = make(pe.sample(variant, { time = 0x5f5e1000, exports = true, debug = 3, checksum = 0x1234 }))
  end
  return list
end

local function judged(wanted)
  return function(path)
    local told = pe.judged(path)
    for name, value in pairs(wanted) do
      assert.same(value, told[name], name)
    end
    pe.lint(path)
  end
end

local plain <const> = pe.sample(pe.variants["PE32+"], { time = 7, exports = true, debug = 1 })

local function zeroed(data)
  return world.patched(data, OPTIONAL + 64, "\0\0\0\1")
end

driver.proves("pe/checksum", {
  cases = merged(cases(function(input)
    return {
      input = function() return zeroed(type(input) == "function" and input() or input) end,
      before = judged { valid = false }, after = judged { valid = true },
    }
  end), {
    ["a file of odd size"] = { input = plain .. "\xff", after = judged { valid = true } },
    ["a sum that carries"] = { input = plain .. ("\xff"):rep(4099), after = judged { valid = true } },
  }),
  refused = pe.damage(plain),
})

driver.proves("pe/subsystem", {
  params = { subsystem = "windows" },
  cases = merged(cases(function(input)
    return { input = input, after = judged { valid = true, subsystem = "IMAGE_SUBSYSTEM_WINDOWS_GUI" } }
  end), {
    ["an EFI program"] = {
      input = pe.sample(pe.variants["PE32+"], { subsystem = 10 }), params = { subsystem = "efi-boot-driver" },
      after = judged { valid = true, subsystem = "IMAGE_SUBSYSTEM_EFI_BOOT_SERVICE_DRIVER" },
    },
    ["a signed program"] = {
      input = pe.sample(pe.variants["PE32"], { signed = true }), log = SIGNED, after = judged { valid = true },
    },
  }),
  refused = pe.damage(plain),
})

-- A sample with a data directory, from 1, put elsewhere.
local function with_directory(number, address, size)
  return world.patched(plain, OPTIONAL + 112 + (number - 1) * 8, string.pack("<I4I4", address, size))
end

driver.proves("pe/timestamp", {
  params = { time = 1700000000 },
  cases = merged(cases(function(input)
    return {
      input = input,
      after = function(path)
        judged { valid = true }(path)
        for _, time in ipairs(pe.judged(path).times) do
          assert.equal(1700000000, time)
        end
      end,
    }
  end), {
    ["all places that tell a time"] = {
      input = pe.sample(pe.variants["PE32"], { time = 5, exports = true, debug = 2 }), params = { time = 0xffffffff },
      before = judged { times = { 5, 5, 5, 5 } }, after = judged { times = { -1 >> 32, -1 >> 32, -1 >> 32, -1 >> 32 } },
    },
    ["a time of its header alone"] = {
      input = pe.sample(pe.variants["PE32"], { time = 5 }), before = judged { times = { 5 } },
      after = judged { times = { 1700000000 } },
    },
    ["a signed program"] = { input = pe.sample(pe.variants["PE32"], { time = 5, signed = true }), log = SIGNED },
  }),
  refused = merged(pe.damage(plain), {
    ["exports that are in no section"] = {
      input = with_directory(1, 0x7ffffff0, 40), message = "the bytes of the export directory",
    },
    ["exports behind their section"] = with_directory(1, 0x11fc, 40),
    ["exports at the highest address"] = with_directory(1, 0xfffffffc, 40),
    ["a debug directory longer than its section"] = {
      input = with_directory(7, 0x1000, 0xfffffff0), message = "the bytes of the debug directory",
    },
    ["more directories than there is room for"] = world.patched(plain, OPTIONAL + 108, "\x11"),
    ["a section that the end cuts"] = { input = plain:sub(1, 0x47f), message = "pass the end of the file" },
  }),
})

describe("pe/timestamp", function()
  it("makes two builds the same", function()
    local digests = {}
    for number, time in ipairs { 1, 0x60000000 } do
      local built = pe.sample(pe.variants["PE32"], { time = time, exports = true, debug = 1 })
      local path = support.write("build.exe", built)
      assert.equal(0, (recipe.run("run", "pe/timestamp", path, "-p time=1234")))
      digests[number] = support.sha256(path)
    end
    assert.equal(digests[1], digests[2])
  end)
end)
