-- suture.struct: headers that are declared once and bound to bytes.

local suture = require "suture"
local raised = require "spec.support.raised"
local struct = require "suture.struct"

local orders <const> = { "le", "be" }

local Told <const> = struct.layout {
  name = "told header",
  class = function(b, off) return ({ 32, 64 })[b:u8(off)] end,
  order = function(b, off) return orders[b:u8(off + 1)] end,
  { "class", "u8" }, { "order", "u8" }, { reserved = 2 }, { "kind", "u16" }, { "fixed", "u16be" },
  { "entry", "word" }, { "flags", "u32", class = 64 }, { "delta", "i16" }, { "flags", "u32", class = 32 },
  { "name", "text", 6 }, { "key", "bytes", 3 }, { "table", "u24", 2 },
}

-- The same header by string.pack.
local function packed(class, order, fields)
  local mark = order == "le" and "<" or ">"
  local head = string.pack(mark .. "BBxxI2", class // 32, order == "le" and 1 or 2, fields.kind)
    .. string.pack(">I2", fields.fixed)
  local middle = class == 32 and string.pack(mark .. "I4i2I4", fields.entry, fields.delta, fields.flags)
    or string.pack(mark .. "I8I4i2", fields.entry, fields.flags, fields.delta)
  return head .. middle .. string.pack(mark .. "c6c3I3I3", fields.name, fields.key, fields.table[1], fields.table[2])
end

local before <const> = {
  kind = 0x1234, fixed = 0x5678, entry = 0x8899aabb, delta = -2, flags = 0xfedcba98, name = "abc", key = "\0\1\2",
  table = { 0x010203, 0xa0b0c0 },
}
local after <const> = {
  kind = 1, fixed = 2, entry = 3, delta = -32768, flags = 4, name = "abcdef", key = "xyz", table = { 0xffffff, 0 },
}

-- A value that tables can compare.
local function plain(value)
  if type(value) ~= "table" then
    return value
  end
  local list = {}
  for index, item in ipairs(value) do
    list[index] = item
  end
  return list
end

local function assign(header, fields)
  for name, value in pairs(fields) do
    if type(value) == "table" then
      for index, item in ipairs(value) do
        header[name][index] = item
      end
    else
      header[name] = value
    end
  end
end

describe("struct", function()
  for _, class in ipairs { 32, 64 } do
    for _, order in ipairs(orders) do
      local title <const> = (": %d bits, %s"):format(class, order)
      local lead <const> = "\xee\xee\xee"

      it("reads every kind of field" .. title, function()
        local header = Told:at(suture.buffer(lead .. packed(class, order, before)), 3)
        for name, value in pairs(before) do
          assert.same(value, plain(header[name]), name)
        end
      end)

      it("writes every kind of field, and nothing else" .. title, function()
        local b = suture.buffer(lead .. packed(class, order, before) .. lead)
        assign(Told:at(b, 3), after)
        assert.equal(lead .. packed(class, order, after) .. lead, b:read(0, #b))
      end)

      it("tells where things are" .. title, function()
        local b = suture.buffer(lead .. packed(class, order, before))
        local header = Told:at(b, 3)
        assert.equal(#b - 3, #header)
        assert.equal(#header, Told:size(class))
        assert.same({ 3, #header }, { struct.offset(header) })
        assert.same({ 3 + 8, class // 8 }, { struct.offset(header, "entry") })
        assert.same({ #b - 6, 6 }, { struct.offset(header, "table") })
        assert.same({ order, class }, { struct.nature(header) })
      end)
    end
  end

  it("goes through the fields in order", function()
    local names = {}
    for name, value in pairs(Told:at(suture.buffer(packed(32, "le", before)), 0)) do
      names[#names + 1] = name
      assert.same(before[name] or plain(value), plain(value))
    end
    assert.equal("class order kind fixed entry delta flags name key table", table.concat(names, " "))
  end)

  it("says what and where it is", function()
    assert.equal("told header at 0x2", tostring(Told:at(suture.buffer("\0\0" .. packed(32, "le", before)), 2)))
    assert.equal("structure at 0x0", tostring(struct.layout {}:at(suture.buffer(0), 0)))
  end)

  it("has the byte order of the bytes where none is told", function()
    local Number <const> = struct.layout { { "value", "u16" } }
    local b = suture.buffer "\1\2"
    assert.equal(0x201, Number:at(b, 0).value)
    b.order = "be"
    assert.equal(0x102, Number:at(b, 0).value)
    assert.equal(0x201, Number:at(b, 0, { order = "le" }).value)
  end)

  it("shares the order and class of another one", function()
    local Entry <const> = struct.layout { { "value", "word" } }
    local b = suture.buffer(packed(64, "be", before) .. ("\0"):rep(7) .. "\1")
    local header = Told:at(b, 0)
    assert.equal(1, Entry:at(b, #header, header).value)
    assert.equal(0x01000000, Entry:at(b, #header + 4, { class = 32, order = "le" }).value)
  end)

  it("puts fields where they are told to be", function()
    local Dos <const> = struct.layout { { "magic", "bytes", 2 }, { "at_end", "u32le", at = 8 }, { "last", "u8" } }
    local header = Dos:at(suture.buffer "MZ------\1\0\0\0\7", 0)
    assert.same({ "MZ", 1, 7, 13 }, { header.magic, header.at_end, header.last, #header })
  end)

  it("refuses an unknown field, with a suggestion", function()
    local header = Told:at(suture.buffer(packed(32, "le", before)), 0)
    local function set() header.entri = 1 end
    for _, fn in ipairs { function() return header.entri end, set, function() struct.offset(header, "entri") end } do
      assert.equal("unknown field of told header 'entri'; did you mean 'entry'?", raised("argument", fn).message)
    end
    assert.matches("did you mean 'list'", raised("argument", function() return Told.lisst end).message, 1, true)
    assert.matches("read-only", raised("argument", function() Told.at = 1 end).message, 1, true)
  end)

  it("refuses values that do not fit", function()
    local b = suture.buffer(packed(32, "le", before))
    local header = Told:at(b, 0)
    local function set(name, value)
      return function() header[name] = value end
    end
    assert.matches("not 4 bytes", raised("argument", set("key", "long")).message, 1, true)
    assert.matches("of 3 bytes, not 2 bytes", raised("argument", set("key", "sh")).message, 1, true)
    assert.matches("up to 6 bytes, not number", raised("argument", set("name", 7)).message, 1, true)
    assert.matches("up to 6 bytes, not 7 bytes", raised("argument", set("name", "abcdefg")).message, 1, true)
    assert.matches("set its items", raised("argument", set("table", { 1, 2 })).message, 1, true)
    raised(false, set("kind", 0x10000))
    raised(false, set("entry", 1 << 32))
    raised(false, set("kind", "1"))
    assert.equal(packed(32, "le", before), b:read(0, #b))
  end)

  it("bounds lists", function()
    local items = Told:at(suture.buffer(packed(32, "le", before)), 0).table
    assert.equal(2, #items)
    assert.is_nil(items[3])
    for _, index in ipairs { 0, -1, 4, 1.5, "1" } do
      assert.matches("items 1 to 2", raised("argument", function() return items[index] end).message, 1, true)
      raised("argument", function() items[index] = 1 end)
    end
    raised("argument", function() items[3] = 1 end)
  end)

  describe(":at", function()
    it("never reads past the end", function()
      local whole = packed(64, "be", before)
      for size = 0, #whole - 1 do
        raised("range", function() return Told:at(suture.buffer(whole:sub(1, size)), 0) end)
      end
      for _, off in ipairs { -1, 1, #whole, #whole + 1, math.maxinteger, math.mininteger } do
        raised("range", function() return Told:at(suture.buffer(whole), off, { order = "le", class = 64 }) end)
      end
      raised("argument", function() return Told:at(suture.buffer(whole), "0") end)
    end)

    it("raises format for an order or a class that is none", function()
      local whole = packed(64, "be", before)
      local err = raised("format", function() return Told:at(suture.buffer("\3" .. whole:sub(2)), 0) end)
      assert.equal("buffer: 0x0: told header of no known class", tostring(err):match "buffer.*")
      err = raised("format", function() return Told:at(suture.buffer("\1\0" .. whole:sub(3)), 0) end)
      assert.matches("told header of no known byte order", tostring(err), 1, true)
    end)

    it("notices bytes that became shorter", function()
      local b = suture.buffer(packed(32, "le", before))
      local header = Told:at(b, 0)
      b:resize(#b - 1)
      raised("range", function() return header.table[2] end)
      raised("range", function() header.table[2] = 1 end)
      assert.equal(before.kind, header.kind)
    end)

    it("is for layouts", function()
      local err = raised("argument", Told.at, {}, suture.buffer(1), 0)
      assert.matches("a layout expected, got table", err.message, 1, true)
      assert.matches("bound structure expected", raised("argument", struct.offset, {}).message, 1, true)
      assert.matches("bound structure expected", raised("argument", struct.nature, {}).message, 1, true)
    end)
  end)

  describe(":list", function()
    local Entry <const> = struct.layout { name = "entry", { "id", "u16" }, { "value", "u16" } }
    local b <const> = suture.buffer "\1\0\5\0??\2\0\6\0??\3\0\7\0"

    it("binds one after the other", function()
      local list = Entry:list(b, 0, 3, nil, 6)
      assert.equal(3, #list)
      local found = {}
      for index, entry in ipairs(list) do
        found[index] = entry.id * 16 + entry.value
      end
      assert.same({ 0x15, 0x26, 0x37 }, found)
      assert.equal(0x3f3f, Entry:list(b, 0, 2)[2].id)
      assert.equal(0, #Entry:list(b, #b, 0))
      raised("argument", function() list[1] = {} end)
    end)

    it("is bounded by the bytes", function()
      for _, given in ipairs { { 0, 4, 6 }, { 1, 3, 6 }, { 0, 5 }, { 0, -1 }, { 0, math.maxinteger }, { 13, 1 },
        { 0, math.mininteger }, { 0, 2, math.maxinteger }, { 17, 0 }, { -1, 0 } } do
        raised("range", function() return Entry:list(b, given[1], given[2], nil, given[3]) end)
      end
      assert.matches("read of 0x4 entries of 6 bytes passes the end (size 0x10)",
        raised("range", function() return Entry:list(b, 0, 4, nil, 6) end).message, 1, true)
    end)

    it("refuses a stride that is too small", function()
      for _, stride in ipairs { 3, 0, -1, math.mininteger } do
        assert.matches("too small: entry takes 4", raised("format", function()
          return Entry:list(b, 0, 1, nil, stride)
        end).message, 1, true)
      end
    end)
  end)

  describe(":size", function()
    it("asks for the class where that matters", function()
      local Word <const> = struct.layout { name = "word header", { "value", "word" } }
      assert.equal(4, Word:size(32))
      assert.equal(8, Word:size(64))
      assert.equal(8, struct.layout { class = 64, { "value", "word" } }:size())
      assert.matches("word header needs a class", raised("argument", Word.size, Word).message, 1, true)
      assert.matches("needs a class", raised("argument", Word.at, Word, suture.buffer(8), 0).message, 1, true)
    end)
  end)

  describe("layout", function()
    for text, declaration in pairs {
      ["must be a table"] = 7,
      ["did you mean 'order'"] = { oder = "le" },
      ["order must be \"le\", \"be\" or a function"] = { order = "big" },
      ["class must be 32, 64 or a function"] = { class = 16 },
      ["field 1 must be a table"] = { "u8" },
      ["field 1 needs a name"] = { { 1, "u8" } },
      ["field 2: unknown type 'u16el'; did you mean 'u16le'"] = { { "a", "u8" }, { "b", "u16el" } },
      ["bytes needs a count"] = { { "a", "bytes" } },
      ["the count must be a positive integer"] = { { "a", "u8", 0 } },
      ["at must be a positive integer"] = { { "a", "u8", at = -1 } },
      ["reserved must be a positive integer"] = { { reserved = "x" } },
      ["a gap has no name"] = { { "a", reserved = 1 } },
      ["did you mean 'class'"] = { { "a", "u8", clas = 32 } },
      ["class must be 32 or 64"] = { { "a", "u8", class = "32" } },
    } do
      it("refuses a wrong declaration: " .. text, function()
        assert.matches(text, raised("argument", struct.layout, declaration).message, 1, true)
      end)
    end

    it("refuses fields that collide", function()
      local b <const> = suture.buffer(16)
      local function at(declaration)
        return function() return struct.layout(declaration):at(b, 0) end
      end
      assert.matches("declared twice", raised("argument", at { { "a", "u8" }, { "a", "u8" } }).message, 1, true)
      assert.matches("overlaps", raised("argument", at { { "a", "u32" }, { "b", "u8", at = 3 } }).message, 1, true)
    end)
  end)
end)
