-- scripts/elf/interpreter, judged by readelf, eu-elflint and by running what was patched.

local driver = require "spec.scripts.driver"
local elf = require "spec.scripts.elf"
local support = require "spec.support"
local world = require "spec.support.world"

local NAME <const> = "elf/interpreter"

local function judged(wanted)
  return function(path)
    assert.matches(("[Requesting program interpreter: %s]"):format(wanted), elf.readelf("-lW", path), 1, true)
    elf.lint(path)
  end
end

local function sample(variant, interp, needed)
  return elf.sample(variant, { interp = interp, dynamic = { { "needed", needed or "libc.so" } }, stack = 6 })
end

local cases = elf.cases(function(variant)
  return {
    input = sample(variant, "/lib/ld-linux.so.2"), params = { path = "/opt/ld.so", old = "/lib/ld-linux.so.2" },
    output = sample(variant, "/opt/ld.so" .. ("\0"):rep(8)),
    before = judged "/lib/ld-linux.so.2", after = judged "/opt/ld.so",
  }
end)

local variant <const> = elf.variants["64 bits, little endian"]

cases["a path of the same length"] = {
  input = sample(variant, "/lib/ld.so"), params = { path = "/opt/ld.so" }, output = sample(variant, "/opt/ld.so"),
}
cases["the room that a shorter path has left"] = {
  input = sample(variant, "/ld\0\0\0"), params = { path = "/lib/x" }, output = sample(variant, "/lib/x"),
}

-- The loader of this machine under a name that is short enough.
local LOADER <const> = "/tmp/ld." .. support.tempdir():match "%w+$"

cases["a compiled program, which runs with another loader"] = {
  input = function()
    local data = elf.compiled ""
    local loader = world.must("readelf -lW " .. support.path "compiled"):match "interpreter: ([^%]]+)"
    world.must(("cp -L %s %s"):format(loader, LOADER))
    return data
  end,
  params = { path = LOADER },
  after = function(path)
    judged(LOADER)(path)
    local status, stdout = support.run(path)
    assert.same({ 0, "alive\n" }, { status, stdout })
    os.remove(LOADER)
    assert.not_equal(0, (support.run(path)))
  end,
}

-- The header of the segment is the first one.
local function with_range(off, len, needed)
  local data = sample(variant, needed and "/ld" or "/lib/ld.so", needed)
  return world.patched(world.patched(data, 64 + 8, string.pack("<i8", off)), 64 + 32, string.pack("<i8", len))
end

driver.proves(NAME, {
  params = { path = "/x" },
  cases = cases,
  refused = elf.merged(elf.damage(variant, sample(variant, "/lib/ld.so")), {
    ["a path that is too long"] = {
      input = sample(variant, "/lib/ld.so"), params = { path = "/lib/ld.so.1" },
      message = "the new path of 12 bytes does not fit into 10 bytes (\"/lib/ld.so\")",
    },
    ["another loader than expected"] = {
      input = sample(variant, "/lib/ld.so"), params = { path = "/x", old = "/lib/ld-musl.so" },
      message = "the interpreter is \"/lib/ld.so\", not \"/lib/ld-musl.so\"",
    },
    ["a static program"] = { input = elf.sample(variant, { stack = 6 }), message = "no interpreter" },
    ["a library"] = { input = elf.sample(variant, { dynamic = { { "soname", "x.so" } } }), message = "no interpreter" },
    ["a path that is none"] = { input = sample(variant, "lib/ld.so"), message = "holds no path" },
    ["a path with a line break"] = { input = sample(variant, "/lib\n/ld.so"), message = "holds no path" },
    ["an empty path"] = { input = sample(variant, ""), message = "holds no path" },
    ["bytes behind the path"] = { input = sample(variant, "/lib/ld.so\0x"), message = "holds no path" },
    ["a segment without a byte"] = { input = with_range(0, 0), message = "holds no path" },
    ["a segment in the header"] = { input = with_range(0, 16), message = "holds no path" },
    ["a segment beyond the end"] = { input = with_range(0x7fffff00, 16), message = "pass the end of the file" },
    ["a segment longer than the file"] = { input = with_range(0, math.maxinteger), message = "pass the end" },
    ["a segment at a negative offset"] = { input = with_range(-16, 32), message = "pass the end" },
    ["a path in the dynamic strings"] = {
      input = with_range(sample(variant, "/ld", "/lib/ld.so"):find("/lib/ld.so", 1, true) - 1, 11, "/lib/ld.so"),
      message = "the interpreter's path lies in the dynamic strings",
    },
  }),
})
