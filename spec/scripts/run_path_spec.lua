-- scripts/elf/run-path, judged by readelf, eu-elflint and by running what was patched.

local driver = require "spec.scripts.driver"
local elf = require "spec.scripts.elf"
local support = require "spec.support"
local world = require "spec.support.world"

local NAME <const> = "elf/run-path"

local function sample(variant, path, more)
  local made = { dynamic = { { "needed", "libz.so" }, { "runpath", path } }, symbols = { "open" }, spare = 1 }
  for key, value in pairs(more or {}) do
    made[key] = value
  end
  return elf.sample(variant, made)
end

local function judged(path, wanted)
  assert.matches(("Library runpath: [%s]"):format(wanted), elf.readelf("-dW", path), 1, true)
end

local cases = elf.cases(function(variant)
  return {
    input = sample(variant, "/opt/lib"), params = { path = "/usr/lib" }, output = sample(variant, "/usr/lib"),
    before = function(path) judged(path, "/opt/lib") end,
    after = function(path)
      judged(path, "/usr/lib")
      elf.lint(path)
    end,
  }
end)

local variant <const> = elf.variants["64 bits, little endian"]

cases["a shorter path"] = {
  input = sample(variant, "/opt/lib"), params = { path = "$ORIGIN" },
  after = function(path) judged(path, "$ORIGIN") end,
}
cases["the path that is expected"] = { input = sample(variant, "/opt/lib"), params = { path = "/x", old = "/opt/lib" } }
cases["an old DT_RPATH"] = {
  input = sample(variant, "", { dynamic = { { "rpath", "/opt/lib" } } }), params = { path = "/x" },
  after = function(path) assert.matches("Library rpath: [/x]", elf.readelf("-dW", path), 1, true) end,
}
cases["both entries, which share their string"] = {
  input = sample(variant, "", { dynamic = { { "rpath", "/opt/lib" }, { "runpath", "/opt/lib" } } }),
  params = { path = "/x" },
  after = function(path) judged(path, "/x") end,
}

-- A program, and a library that it found where it lies no more.
local NEW <const> = support.path "new"

local function moved()
  local old = world.folder "old-folder"
  local source = support.write("answer.c", "int answer(void) { return 42; }\n")
  world.must(("gcc -shared -fPIC -o %s/libanswer.so %s"):format(old, source))
  local data = elf.compiled(("-Wl,-rpath,%s -L%s -Wl,--no-as-needed -lanswer"):format(old, old))
  world.must(("rm -rf %s && mv %s %s"):format(NEW, old, NEW))
  return data
end

cases["a program that finds its library again"] = {
  input = moved, params = { path = NEW },
  before = function(path) assert.equal(127, (support.run(path))) end,
  after = function(path)
    judged(path, NEW)
    elf.lint(path)
    local status, stdout = support.run(path)
    assert.same({ 0, "alive\n" }, { status, stdout })
  end,
}

local function linked(path)
  return function() return elf.compiled("-Wl,-rpath," .. path) end
end

local function unused(made)
  return sample(variant, "", made)
end

driver.proves(NAME, {
  params = { path = "/x" },
  cases = cases,
  partial = {
    ["one of two entries"] = {
      input = unused { dynamic = { { "rpath", "/opt/lib" }, { "runpath", "/x" } } },
      after = function(path) judged(path, "/x") end,
    },
  },
  refused = elf.merged(elf.damage(variant, sample(variant, "/opt/lib")), {
    ["a path that is too long"] = {
      input = sample(variant, "/opt/lib"), params = { path = "/opt/libs" },
      message = "0x101: the new path of 9 bytes does not fit into the 8 bytes of DT_RUNPATH \"/opt/lib\"",
    },
    ["another path than expected"] = {
      input = sample(variant, "/opt/lib"), params = { path = "/x", old = "/opt/bin" }, message = "not \"/opt/bin\"",
    },
    ["a program without a run path"] = {
      input = unused { dynamic = { { "needed", "libz.so" } } }, message = "no run path",
    },
    ["a static program"] = { input = elf.sample(variant, { stack = 6 }), message = "no run path" },
    ["a tail that a library's name shares"] = {
      input = unused { dynamic = { { "runpath", "/opt/libz.so" }, { "needed", "libz.so" } } },
      message = "shares its bytes with DT_NEEDED (\"libz.so\")",
    },
    ["a path that is the tail of a name"] = {
      input = unused { dynamic = { { "soname", "/opt/lib" }, { "runpath", "/lib" } } },
      message = "shares its bytes with DT_SONAME (\"/opt/lib\")",
    },
    ["a tail that a symbol shares"] = {
      input = unused { dynamic = { { "runpath", "/opt/puts" } }, symbols = { "open", "puts" } },
      message = "shares its bytes with a symbol (\"puts\")",
    },
    ["a compiled program whose library shares the tail"] = {
      input = linked "/opt/libc.so.6", message = "shares its bytes with DT_NEEDED (\"libc.so.6\")",
    },
    ["a compiled program whose symbol shares the tail"] = {
      input = linked "/opt/puts", message = "shares its bytes with a symbol (\"puts\")",
    },
    ["a compiled program whose version shares the tail"] = {
      input = linked "/opt/GLIBC_2.2.5", message = "shares its bytes with a version (\"GLIBC_2.2.5\")",
    },
    ["strings that are in no segment"] = {
      input = unused { dynamic = { { 5, 0x7fffff00 }, { "runpath", "/opt/lib" } } }, message = "in no loaded segment",
    },
    ["strings that are longer than the file"] = {
      input = unused { dynamic = { { 10, 0x7fffff00 }, { "runpath", "/opt/lib" } } }, message = "in no loaded segment",
    },
    ["a path behind the strings"] = {
      input = unused { dynamic = { { 29, 0x1000 } } }, message = "not in the dynamic strings",
    },
    ["a path before the strings"] = {
      input = unused { dynamic = { { 29, -1 } } }, message = "not in the dynamic strings",
    },
    ["symbols that are in no segment"] = {
      input = unused { dynamic = { { 6, 0 }, { "runpath", "/opt/lib" } } }, message = "in no loaded segment",
    },
    ["versions that are in no segment"] = {
      input = unused { dynamic = { { "runpath", "/opt/lib" }, { 0x6ffffffe, 8 }, { 0x6fffffff, 1 } } },
      message = "in no loaded segment",
    },
  }),
})
