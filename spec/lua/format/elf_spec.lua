-- suture.format.elf, on small files of each class and byte order and on hostile ones. The recipes' specs ask readelf.

local elf = require "suture.format.elf"
local features = require "suture.format.elf.features"
local raised = require "spec.support.raised"
local sample = require "suture.format.elf.sample"
local suture = require "suture"

-- With the collector always due, cuts that are far apart will do.
local STEP <const> = debug.gethook() and 97 or 1

local DYNAMIC <const> = {
  { "needed", "libz.so" }, { "runpath", "/opt/lib" }, { "soname", "lib" }, { elf.DT_FLAGS, 8 },
}

local function made(class, order, more)
  local given = { class = class, order = order, interp = "/ld.so", dynamic = DYNAMIC, spare = 2 }
  given.symbols = { "open", "lib" }
  for key, value in pairs(more or {}) do
    given[key] = value
  end
  return suture.buffer(sample(given))
end

local function each(run)
  for _, class in ipairs { 32, 64 } do
    for _, order in ipairs { "le", "be" } do
      run(class, order, (": %d bits, %s"):format(class, order))
    end
  end
end

local function damaged(fn, ...)
  return raised("format", fn, ...).message
end

-- Symbols as a linker packs them, behind a hash table of the GNU kind. Everything in one loaded segment at 0x10000.
local function hashed(count, first, buckets, chains)
  local header = string.pack("<c4BBBc9I2I2I4I8I8I8I4I2I2I2I2I2I2", "\x7fELF", 2, 1, 1, "", 3, 62, 1, 0, 64, 0, 0, 64,
    56, 2, 0, 0, 0)
  local symbols = ("\1\0\0\0" .. ("\0"):rep(20)):rep(count)
  local hash = string.pack("<I4I4I4I4I8", #buckets, first, 1, 0, 0)
  for _, list in ipairs { buckets, chains } do
    for _, word in ipairs(list) do
      hash = hash .. string.pack("<I4", word)
    end
  end
  local body = symbols .. hash .. ("\0"):rep(-#hash % 8) .. "\0name\0\0\0"
  local base = 64 + 2 * 56
  local at = 0x10000 + base
  local dynamic = string.pack("<" .. ("I8I8"):rep(5), elf.DT_STRTAB, at + #body - 8, elf.DT_STRSZ, 8, elf.DT_SYMTAB, at,
    elf.DT_GNU_HASH, at + #symbols, 0, 0)
  local size = base + #body + #dynamic
  local function segment(kind, off, len)
    return string.pack("<I4I4I8I8I8I8I8I8", kind, 6, off, 0x10000 + off, 0, len, len, 8)
  end
  return suture.buffer(header .. segment(1, 0, size) .. segment(2, base + #body, #dynamic) .. body .. dynamic)
end

describe("format.elf", function()
  each(function(class, order, title)
    it("reads headers, addresses and strings" .. title, function()
      local file = elf.read(made(class, order))
      assert.same({ class, order }, { file:class() })
      assert.same({ 3, 62 }, { file.header.type, file.header.machine })
      local off, len = file:range(file:program(elf.PT_INTERP))
      assert.equal("/ld.so\0", file.b:read(off, len))
      assert.equal(off, file:offset(0x10000 + off, len, "it"))
      assert.is_nil(file:program(elf.PT_GNU_STACK))
      assert.equal(8, file:value(elf.DT_FLAGS))
      assert.is_nil(file:value(elf.DT_RPATH))
      local text, at = file:string(file:value(elf.DT_RUNPATH))
      assert.equal("/opt/lib", text)
      assert.equal("/opt/lib\0", file.b:read(at, 9))
      local entries, spare = file:dynamic()
      assert.same({ 9, 3 }, { #entries, #spare })
      assert.equal(0, #file:sections())
    end)

    it("finds who uses a string" .. title, function()
      local users = {}
      for _, user in ipairs(elf.read(made(class, order)):string_users()) do
        users[#users + 1] = ("%s %d"):format(user.what, user.index)
      end
      assert.equal("DT_NEEDED 1, DT_RUNPATH 9, DT_SONAME 14, a symbol 0, a symbol 18, a symbol 14",
        table.concat(users, ", "))
    end)

    it("survives a file that is cut anywhere" .. title, function()
      local whole = made(class, order, { note = "\4\0\0\0", stack = 7 })
      local text = whole:read(0, #whole)
      for size = #text % STEP, #text, STEP do
        local b = suture.buffer(text:sub(1, size))
        local ok, err = pcall(function()
          local file = elf.read(b)
          features(file)
          return file:string_users()
        end)
        assert(ok == (size == #text) or not ok, "a cut file was read whole")
        assert(ok or err.kind == "format" or err.kind == "range", tostring(err))
      end
    end)
  end)

  it("is a field of the module", function()
    assert.equal(elf, suture.format.elf)
    assert.equal("no format 'elv'", raised("argument", function() return suture.format.elv end).message)
  end)

  it("knows what is no ELF file", function()
    for _, text in ipairs { "", "\x7fELF", ("\x7fELF\3\1"):rep(10), ("\x7fELF\2\3"):rep(10), ("MZ"):rep(50) } do
      assert.is_false(elf.is_elf(suture.buffer(text)))
      assert.equal("no ELF file", damaged(elf.read, suture.buffer(text)))
    end
    assert.is_true(elf.is_elf(made(32, "be")))
  end)

  it("reads counts that do not fit into the header from the first section header", function()
    local b = made(64, "le")
    local count, off = b:u16le(0x38), #b
    b:resize(off + 128)
    b:u64le(0x28, off)
    b:u16le(0x3a, 64)
    b:u16le(0x38, 0xffff)
    b:u32le(off + 44, count)
    b:u64le(off + 32, 2)
    local file = elf.read(b)
    assert.same({ count, 2 }, { #file.programs, #file:sections() })
    b:u64le(off + 32, -1)
    assert.matches("more than the file has bytes", damaged(file.sections, file), 1, true)
    b:u16le(0x3c, 3)
    assert.matches("the section headers (0xc0 bytes", damaged(file.sections, file), 1, true)
    b:u64le(0x28, -64)
    assert.matches("pass the end of the file", damaged(elf.read, b), 1, true)
  end)

  it("follows no address out of its segment", function()
    local file = elf.read(made(64, "le"))
    local size = #file.b
    assert.equal(size - 1, file:offset(0x10000 + size - 1, 1, "it"))
    for _, range in ipairs { { 0x10000 + size, 1 }, { 0x10000, size + 1 }, { 0xffff, 1 }, { -1, 1 }, { 0, 0 },
      { 0x10000, math.maxinteger }, { math.mininteger, 1 }, { math.maxinteger, math.maxinteger } } do
      assert.matches("in no loaded segment", damaged(file.offset, file, range[1], range[2], "it"), 1, true)
    end
    assert.equal(0, file:room(0x10000 + size))
    assert.equal(size, file:room(0x10000))
  end)

  describe("symbols", function()
    local function count(b)
      local found = 0
      for _, user in ipairs(elf.read(b):string_users()) do
        found = found + (user.what == "a symbol" and 1 or 0)
      end
      return found
    end

    it("are counted by a hash table of the GNU kind", function()
      assert.equal(4, count(hashed(4, 1, { 2, 1 }, { 1, 0, 1 })))
      assert.equal(3, count(hashed(4, 1, { 2, 1 }, { 1, 1, 1 })))
    end)

    it("are as many as there is room for where it is empty", function()
      local b = hashed(4, 1, { 0 }, {})
      assert.is_true(count(b) >= 4)
    end)

    it("are bounded by the file", function()
      assert.matches("in no loaded segment", damaged(count, hashed(4, 1, { 0x7fffffff }, { 1 })), 1, true)
      local b = hashed(4, 1, { 2 }, { 1, 1, 1 })
      local hash = 64 + 112 + 96
      b:u32le(hash, 0xffffffff)
      assert.matches("the buckets of the hash table", damaged(count, b), 1, true)
      b = made(64, "le")
      local file = elf.read(b)
      local off = file:offset(file:value(elf.DT_HASH), 8, "it")
      b:u32le(off + 4, 0xffffffff)
      assert.matches("more than the file holds", damaged(file.string_users, file), 1, true)
    end)
  end)

  describe("versions", function()
    -- Each begins inside the one before it.
    it("that overlap come to an end", function()
      local b = hashed(400, 1, { 0 }, {})
      local symbols = 64 + 112
      b:fill(symbols, 400 * 24, "\4\0\0\0")
      local file = elf.read(b)
      local entries = file:dynamic()
      entries[4].tag = elf.DT_VERNEED
      entries[4].value = 0x10000 + symbols
      entries[3].tag = elf.DT_VERNEEDNUM
      entries[3].value = -1
      assert.equal("the version tables overlap", damaged(file.string_users, file))
    end)
  end)
end)
