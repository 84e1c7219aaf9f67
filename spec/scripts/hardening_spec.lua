-- scripts/elf/hardening, judged by readelf, eu-elflint and by running what was patched.

local driver = require "spec.scripts.driver"
local elf = require "spec.scripts.elf"
local recipe = require "spec.support.recipe"
local support = require "spec.support"

local NAME <const> = "elf/hardening"
local DT_BIND_NOW <const>, DT_FLAGS <const>, DT_FLAGS_1 <const> = 24, 30, 0x6ffffffb
local PIE <const> = 0x08000000

local function sample(variant, dynamic, more)
  local made = { interp = "/lib/ld.so", stack = 7, relro = true, dynamic = dynamic }
  for key, value in pairs(more or {}) do
    made[key] = value
  end
  return elf.sample(variant, made)
end

-- What the recipe is to tell before and after, and what readelf says then.
local function case(input, log, wanted)
  return {
    input = input, log = log,
    after = function(path)
      local words = elf.readelf("-dlW", path)
      for _, pattern in ipairs(wanted) do
        assert.matches(pattern, words)
      end
      assert.not_matches("GNU_STACK[%s%xx]- RWE", words)
      elf.lint(path)
    end,
  }
end

local cases = elf.cases(function(variant)
  return case(sample(variant, { { DT_FLAGS, 1 }, { DT_FLAGS_1, PIE } }),
    "PIE yes, RELRO partial, NOW no, stack executable", { "%(FLAGS%) +ORIGIN BIND_NOW", "%(FLAGS_1%) +Flags: NOW PIE" })
end)

local variant <const> = elf.variants["64 bits, little endian"]

cases["flags of the old kind alone"] = case(sample(variant, { { DT_FLAGS, 0 } }), "NOW no", { "%(FLAGS%) +BIND_NOW" })
cases["flags of the new kind alone"] =
  case(sample(variant, { { DT_FLAGS_1, PIE } }), "NOW no", { "%(FLAGS_1%) +Flags: NOW PIE" })
cases["a free entry where there are no flags"] =
  case(sample(variant, {}, { spare = 1 }), "NOW no", { "%(FLAGS%) +BIND_NOW", "contains 7 entries" })
cases["a stack alone, of a program that is bound already"] =
  case(sample(variant, { { DT_BIND_NOW, 0 } }), "RELRO full, NOW yes", { "%(BIND_NOW%)" })
cases["a stack alone, of a static program"] =
  case(sample(variant, nil, { type = 2, interp = false }), "PIE no, RELRO full, NOW static", { "GNU_STACK" })

cases["a program of old, which runs on"] = {
  input = function() return elf.compiled "-no-pie -z lazy -z execstack -z norelro" end,
  log = "PIE no, RELRO no, NOW no, stack executable, IBT ",
  after = function(path)
    assert.matches("BIND_NOW", elf.readelf("-dW", path), 1, true)
    elf.lint(path)
    local status, stdout = support.run("LD_DEBUG=bindings " .. path .. " 2>&1")
    assert.equal(0, status)
    local bound, said = stdout:find "symbol `puts'", stdout:find "transferring control"
    assert(bound and (not said or bound < said), "puts is bound too late")
  end,
}
cases["a program of today, which runs on"] = {
  input = function() return elf.compiled "-fcf-protection=full -fpie -pie -z lazy -z relro" end,
  log = "PIE yes, RELRO partial, NOW no, stack no-exec, IBT ",
  after = function(path)
    assert.matches("%(FLAGS_1%) +Flags: NOW PIE", elf.readelf("-dW", path))
    local status, stdout = support.run(path)
    assert.same({ 0, "alive\n" }, { status, stdout })
  end,
}

-- A note of processor features. Its parts are packed by hand.
local function note(property, bits, more)
  return string.pack("<I4I4I4c4I4I4I4I4", 4, 16, 5, "GNU\0", property, 4, bits, 0) .. (more or "")
end

local function told(made, options)
  local path = support.write("told.elf", sample(variant, {}, made))
  local status, _, stderr = recipe.run("check", NAME, path, options or "-p now=false -p stack=false")
  assert.equal(0, status, stderr)
  return stderr:match ", (stack [^\n]*)"
end

describe("elf/hardening", function()
  it("tells the processor's features", function()
    local property = 0xc0000002
    assert.equal("stack no-exec, IBT no, SHSTK no", told { stack = 6 })
    assert.equal("stack no-exec, IBT yes, SHSTK no", told { stack = 6, note = note(property, 1) })
    assert.equal("stack executable, IBT no, SHSTK yes", told { note = note(property, 2) })
    local other = string.pack("<I4I4I4c4I4I4", 4, 4, 1, "GNU\0", 0, 0)
    assert.equal("stack no-exec, IBT yes, SHSTK yes", told { stack = 6, note = other .. note(property, 3) })
    assert.equal("stack unsaid, BTI yes, PAC no", told { stack = false, machine = 183, note = note(0xc0000000, 1) })
    assert.equal("stack no-exec", told { stack = 6, machine = 243, note = note(property, 3) })
  end)

  it("agrees with readelf about a compiled program", function()
    local path = support.write("features", elf.compiled "-fcf-protection=full")
    local _, _, stderr = recipe.run("check", NAME, path)
    local properties = elf.readelf("-nW", path):match "x86 feature: ([^\n]*)" or ""
    assert.matches("IBT " .. (properties:find "IBT" and "yes" or "no"), stderr, 1, true)
    assert.matches("SHSTK " .. (properties:find "SHSTK" and "yes" or "no"), stderr, 1, true)
  end)

  it("tells a full RELRO from a partial one", function()
    for options, words in pairs {
      ["-z lazy -z relro"] = "RELRO partial, NOW no", ["-z now -z relro"] = "RELRO full, NOW yes",
      ["-z now -z norelro"] = "RELRO no, NOW yes",
    } do
      local path = support.write("relro", elf.compiled(options))
      local _, _, stderr = recipe.run("run", NAME, path)
      assert.matches(words, stderr, 1, true)
      _, _, stderr = recipe.run("check", NAME, path)
      assert.matches(words:gsub("NOW no", "NOW yes"), stderr, 1, true)
    end
  end)

  it("leaves what it is told to leave", function()
    local path = support.write("kept.elf", sample(variant, { { DT_FLAGS, 0 } }))
    assert.equal(0, (recipe.run("run", NAME, path, "-p now=false")))
    local words = elf.readelf("-dlW", path)
    assert.not_matches("BIND_NOW", words)
    assert.matches("GNU_STACK[%s%xx]- RW ", words)
    assert.equal(0, (recipe.run("run", NAME, path, "-p stack=false")))
    assert.matches("BIND_NOW", elf.readelf("-dW", path), 1, true)
  end)
end)

driver.proves(NAME, {
  cases = cases,
  refused = elf.merged(elf.damage(variant, sample(variant, { { DT_FLAGS, 0 } })), {
    ["no room for the flags"] = { input = sample(variant, {}), message = "neither flags nor a free entry" },
    ["no word about the stack"] = {
      input = sample(variant, { { DT_FLAGS, 0 } }, { stack = false }), message = "no PT_GNU_STACK",
    },
    ["a dynamic section without end"] = {
      input = sample(variant, { { DT_FLAGS, 0 } }, { spare = -1 }), message = "no end (DT_NULL)",
    },
    ["a note beyond its segment"] = {
      input = sample(variant, { { DT_FLAGS, 0 } }, { note = string.pack("<I4I4I4c4", 4, 4, 5, "GNU\0") }),
      message = "a note passes the end of its segment",
    },
    ["a note with a name beyond its segment"] = {
      input = sample(variant, { { DT_FLAGS, 0 } }, { note = string.pack("<I4I4I4c4", 0xffffffff, 0, 5, "GNU\0") }),
      message = "a note passes the end of its segment",
    },
  }),
})
