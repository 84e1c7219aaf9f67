-- scripts/pe/large-address-aware, judged by pefile.

local driver = require "spec.scripts.driver"
local pe = require "spec.scripts.pe"
local recipe = require "spec.support.recipe"
local support = require "spec.support"

local NAME <const> = "pe/large-address-aware"
local FLAGS <const>, AWARE <const> = 0x102, 0x20

local function judged(aware, valid)
  return function(path)
    local told = pe.judged(path)
    assert.same({ aware, valid }, { told.aware, told.valid })
  end
end

local cases = {}
for name, variant in pairs(pe.variants) do
  for tail = 0, 3 do
    cases[("%s with %d bytes behind it"):format(name, tail)] = {
      input = pe.sample(variant, { flags = FLAGS, checksum = 0x12345678, tail = ("\xfe\x01\xff\x80"):sub(1, tail) }),
      after = judged(true, true),
    }
  end
  cases[name .. " that is signed"] = {
    input = pe.sample(variant, { flags = FLAGS, signed = true }), after = judged(true, true),
    log = "the file is signed (Authenticode), and its signature is no longer valid",
  }
end
cases["a program made by binutils"] = {
  input = function()
    local data = pe.linked()
    local characteristics = data:byte(0x80 + 23)
    return data:sub(1, 0x80 + 22) .. string.char(characteristics & ~AWARE) .. data:sub(0x80 + 24)
  end,
  before = judged(false, false), after = judged(true, true),
}

local plain <const> = pe.sample(pe.variants["PE32"], { flags = FLAGS })

driver.proves(NAME, { cases = cases, refused = pe.damage(plain) })

describe("pe/large-address-aware", function()
  for name, variant in pairs(pe.variants) do
    it("leaves one that has the flag as it is: " .. name, function()
      local before = pe.sample(variant, { flags = FLAGS | AWARE, checksum = 7 })
      local path = support.write("aware.exe", before)
      assert.equal("applied", recipe.verdict(NAME, path))
      assert.equal(0, (recipe.run("run", NAME, path)))
      assert.equal(before, support.read(path))
    end)
  end
end)
