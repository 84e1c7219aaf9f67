-- Every way to read and write bytes, against a plain string that is told the same, with arguments from the edges:
-- the first byte, the last, one past it, nothing, the largest and the smallest integer. On files, windows of files,
-- views of views and memory; at the very ends of what is mapped; and with objects that end in the middle of a call.

local core = require "suture.core"
local suture = require "suture"
local support = require "spec.support"
local finalized = require "spec.support.finalized"
local raised = require "spec.support.raised"

local PAGE <const> = 4096

-- Where the collector is always due (spec/support/stress.lua), everything takes a hundred times as long.
local STRESSED <const> = debug.gethook() ~= nil
local STEPS <const> = tonumber(os.getenv("SUTURE_MODEL_STEPS")) or STRESSED and 20 or 400

local random = math.random

math.randomseed(1)
local POOL <const> = (function()
  local list = {}
  for i = 1, 5 * PAGE do
    list[i] = string.char(random(4) == 1 and 0 or random(0, 255))
  end
  return table.concat(list)
end)()

-- Random bytes, with NULs among them; 4 pages at most.
local function noise(len)
  local off = random(0, #POOL - len)
  return POOL:sub(off + 1, off + len)
end

-- The naive side ----------------------------------------------------------

-- Whether a range lies inside, without a sum that could overflow.
local function fits(size, off, len)
  return off >= 0 and len >= 0 and len <= size and off <= size - len
end

-- Whether len bytes lie inside, stride apart: as many steps fit between the first and the last byte of the object.
local function spread_fits(size, off, len, stride)
  if len == 0 or stride == 1 then
    return fits(size, off, len)
  end
  return fits(size, off, 1) and len - 1 <= (size - 1 - off) // stride
end

local function replaced(content, off, new)
  return content:sub(1, off) .. new .. content:sub(off + #new + 1)
end

local FORMATS <const> = {
  u8 = "B", i8 = "b", u16le = "<I2", u16be = ">I2", i16le = "<i2", i16be = ">i2", u24le = "<I3", u24be = ">I3",
  i24le = "<i3", i24be = ">i3", u32le = "<I4", u32be = ">I4", i32le = "<i4", i32be = ">i4", u64le = "<i8",
  u64be = ">i8", i64le = "<i8", i64be = ">i8", f32le = "<f", f32be = ">f", f64le = "<d", f64be = ">d",
  u16 = "I2", u24 = "I3", u32 = "I4", u64 = "i8", i16 = "i2", i24 = "i3", i32 = "i4", i64 = "i8", f32 = "f", f64 = "d",
}
local ACCESSORS <const> = {}
for name in pairs(FORMATS) do
  ACCESSORS[#ACCESSORS + 1] = name
end
table.sort(ACCESSORS)

-- Arguments ---------------------------------------------------------------

local FAR <const> = { math.maxinteger, math.mininteger, math.maxinteger - 1, -1, 1 << 32, (1 << 63) - PAGE, 1 << 31 }

local function an_offset(size)
  local kind = random(12)
  if kind == 1 then
    return FAR[random(#FAR)]
  elseif kind <= 6 then
    return size + ({ -1, 0, 1, -2, -8 })[random(5)]
  elseif kind <= 8 then
    return random(0, 1)
  end
  return random(0, size)
end

-- Most lengths end at or beside the end of the object.
local function a_length(size, off)
  local kind = random(8)
  if kind == 1 then
    return FAR[random(#FAR)]
  elseif kind <= 4 and off >= 0 and off <= size then
    return size - off + ({ 0, 1, -1 })[random(3)]
  elseif kind == 5 then
    return 0
  end
  return random(0, math.min(size, 50))
end

local function a_stride(size)
  return ({ 1, 1, 2, 3, 7, size, size + 1, 0, -1, math.maxinteger, math.mininteger, PAGE })[random(12)]
end

-- Calls: each gives the kind of error that must be raised, or the results and the new content.

local calls = {}

function calls.read(b, content)
  local size = #content
  local off = an_offset(size)
  local len, stride = a_length(size, off), a_stride(size)
  local wanted, kind
  if off < 0 or len < 0 then
    kind = "range"
  elseif stride < 1 then
    kind = "argument"
  elseif not spread_fits(size, off, len, stride) then
    kind = "range"
  else
    local list = {}
    for i = 1, stride == 1 and 0 or len do
      list[i] = content:sub(off + (i - 1) * stride + 1, off + (i - 1) * stride + 1)
    end
    wanted = stride == 1 and content:sub(off + 1, off + len) or table.concat(list)
  end
  return kind, { wanted }, content, b.read, off, len, stride
end

function calls.write(b, content)
  local size = #content
  local off = an_offset(size)
  local len = a_length(size, off)
  local data, stride = noise(math.max(0, math.min(len, 3 * PAGE))), a_stride(size)
  if off < 0 then
    return "range", {}, content, b.write, off, data, stride
  elseif stride < 1 then
    return "argument", {}, content, b.write, off, data, stride
  elseif not spread_fits(size, off, #data, stride) then
    return "range", {}, content, b.write, off, data, stride
  end
  local after = content
  if stride == 1 then
    after = replaced(content, off, data)
  else
    for i = 1, #data do
      after = replaced(after, off + (i - 1) * stride, data:sub(i, i))
    end
  end
  return nil, {}, after, b.write, off, data, stride
end

function calls.fill(b, content)
  local off = an_offset(#content)
  local len, unit = a_length(#content, off), noise(random(0, 5))
  local given = random(2) == 1 and unit or random(-1, 256)
  local kind
  if off < 0 or len < 0 then
    kind = "range"
  elseif given == "" or given == -1 or given == 256 then
    kind = "argument"
  elseif not fits(#content, off, len) then
    kind = "range"
  end
  local new = ""
  if not kind then
    local text = type(given) == "string" and given or string.char(given)
    new = text:rep(len // #text + 1):sub(1, len)
  end
  return kind, {}, kind and content or replaced(content, off, new), b.fill, off, len, given
end

function calls.cstring(b, content)
  local off = an_offset(#content)
  local max = a_length(#content, off)
  if off < 0 or max < 0 or off > #content then
    return "range", {}, content, b.cstring, off, max
  end
  local stop = content:find("\0", off + 1, true)
  if not stop or stop - off > max then
    return "format", {}, content, b.cstring, off, max
  end
  return nil, { content:sub(off + 1, stop - 1) }, content, b.cstring, off, max
end

local function walk(b, off, len)
  local list, first = {}, nil
  for at, byte in b:each(off, len) do
    first = first or at
    assert.equal(first + #list, at)
    list[#list + 1] = string.char(byte)
  end
  return table.concat(list), first
end

-- Never more than a few hundred steps.
function calls.each(_, content)
  local off = an_offset(#content)
  if off >= 0 then
    off = math.max(off, #content - 300)
  end
  local len = a_length(#content, off)
  local kind = not fits(#content, off, len) and "range" or nil
  return kind, { not kind and content:sub(off + 1, off + len), not kind and len > 0 and off or nil }, content,
    walk, off, len
end

function calls.index(_, content)
  local off = an_offset(#content)
  local kind = not fits(#content, off, 1) and "range" or nil
  return kind, { not kind and content:byte(off + 1) }, content, function(b) return b[off] end
end

function calls.assign(_, content)
  local off, value = an_offset(#content), random(-1, 256)
  local kind = off < 0 and "range" or (value < 0 or value > 255) and "argument"
    or not fits(#content, off, 1) and "range" or nil
  return kind, {}, kind and content or replaced(content, off, string.char(value)), function(b) b[off] = value end
end

local function format_of(b, name)
  return name:find "[lb]e$" and FORMATS[name] or (b.order == "le" and "<" or ">") .. FORMATS[name]
end

function calls.get(b, content)
  local name, off = ACCESSORS[random(#ACCESSORS)], an_offset(#content)
  local format = format_of(b, name)
  local kind = not fits(#content, off, string.packsize(format)) and "range" or nil
  return kind, { not kind and (string.unpack(format, content, off + 1)) }, content, b[name], off
end

-- The value's own edges come first, as its conversion does.
function calls.set(b, content)
  local name, off = ACCESSORS[random(#ACCESSORS)], an_offset(#content)
  local format = format_of(b, name)
  local value = string.unpack(format, noise(8))
  local wrong = random(8) == 1 and name:find "^[ui]" and not name:find "64"
  if wrong then
    value = ({ math.maxinteger, math.mininteger, 1 << (8 * string.packsize(format)) })[random(3)]
  elseif value ~= value then
    value = 1.5
  end
  local kind = off < 0 and "range" or wrong and "argument"
    or not fits(#content, off, string.packsize(format)) and "range" or nil
  return kind, {}, kind and content or replaced(content, off, string.pack(format, value)), b[name], off, value
end

local LAYOUTS <const> = { "", "B", "<I2 >I2", "!4 B I4", "z", "s1", "c3 x b", "!8 I1 I8", "Xi2 I2" }

function calls.unpack(b, content)
  local off, layout = an_offset(#content), LAYOUTS[random(#LAYOUTS)]
  if off < 0 or off > #content then
    return "range", {}, content, b.unpack, off, layout
  end
  local mark = b.order == "le" and "<" or ">"
  local results = table.pack(pcall(string.unpack, mark .. layout, content, off + 1))
  if not results[1] then
    -- A text without its NUL is of a wrong form, whatever else is cut is out of range.
    return layout == "z" and "format" or "range", {}, content, b.unpack, off, layout
  end
  results[results.n] = results[results.n] - 1
  return nil, table.move(results, 2, results.n, 1, {}), content, b.unpack, off, layout
end

function calls.pack(b, content)
  local off, mark = an_offset(#content), b.order == "le" and "<" or ">"
  local whole, text = random(0, 65535), noise(random(0, 3)):gsub("\0", "0")
  local layout = "!4 I2 I4 z"
  if off < 0 or off > #content then
    return "range", {}, content, b.pack, off, layout, whole, whole, text
  end
  local lead = off % 16
  local packed = string.pack(mark .. ("x"):rep(lead) .. layout, whole, whole, text):sub(lead + 1)
  if not fits(#content, off, #packed) then
    return "range", {}, content, b.pack, off, layout, whole, whole, text
  end
  return nil, { off + #packed }, replaced(content, off, packed), b.pack, off, layout, whole, whole, text
end

function calls.view(b, content)
  local off = an_offset(#content)
  local len = a_length(#content, off)
  local kind = not fits(#content, off, len) and "range" or nil
  local function seen(object)
    local v = object:view(off, len)
    assert.equal(b.offset + off, v.offset)
    return v:read(0, #v), #v
  end
  return kind, { not kind and content:sub(off + 1, off + len), len }, content, seen
end

function calls.move(b, content)
  local src = an_offset(#content)
  local dst, len = an_offset(#content), a_length(#content, src)
  local kind = not (fits(#content, src, len) and fits(#content, dst, len)) and "range" or nil
  local moved = kind and "" or content:sub(src + 1, src + len)
  return kind, {}, kind and content or replaced(content, dst, moved), b.move, dst, src, len
end

function calls.cursor(_, content)
  local off, count = an_offset(#content), random(0, 20)
  local kind = (off < 0 or off > #content) and "range" or nil
  local rest = not kind and content:sub(off + 1, off + count)
  return kind, { not kind and off ~= #content and rest or nil }, content,
    function(b) return b:cursor(off):read(count) end
end

-- Where the size may change.
local sizes = {}

function sizes.insert(b, content)
  local off, data = an_offset(#content), noise(random(0, 30))
  local kind = (off < 0 or off > #content) and "range" or nil
  local after = kind and content or content:sub(1, off) .. data .. content:sub(off + 1)
  return kind, {}, after, b.insert, off, data
end

function sizes.delete(b, content)
  local off = an_offset(#content)
  local len = a_length(#content, off)
  local kind = not fits(#content, off, len) and "range" or nil
  return kind, {}, kind and content or content:sub(1, off) .. content:sub(off + len + 1), b.delete, off, len
end

function sizes.resize(b, content)
  local size, byte = random(9) == 1 and -1 or #content + random(-20, 20), random(-1, 256)
  local kind = size < 0 and "range" or (byte < 0 or byte > 255) and "argument" or nil
  local after = kind and content or content:sub(1, size) .. string.char(byte):rep(size - #content)
  return kind, {}, after, b.resize, size, byte
end

local function same(wanted, got)
  for i = 1, math.max(#wanted, got.n) do
    local a, b = wanted[i], got[i]
    if a ~= b and (a == a or b == b) then
      return false
    end
  end
  return true
end

local function check_step(b, content, names, table_of)
  local name = names[random(#names)]
  local told = table.pack(table_of[name](b, content))
  local kind, wanted, after, fn = told[1], told[2], told[3], told[4]
  local got = table.pack(pcall(fn, b, table.unpack(told, 5, told.n)))
  local context = ("%s(%s)"):format(name, table.concat((function()
    local list = {}
    for i = 5, told.n do
      list[#list + 1] = type(told[i]) == "string" and #told[i] .. " bytes" or tostring(told[i])
    end
    return list
  end)(), ", "))
  if kind then
    assert(not got[1] and type(got[2]) == "table" and got[2].kind == kind,
      ("%s: expected %s, got %s"):format(context, kind, tostring(got[2])))
  else
    assert(got[1], ("%s: %s"):format(context, tostring(got[2])))
    assert(same(wanted, table.pack(table.unpack(got, 2, got.n))), context .. ": another result")
  end
  assert(#b == #after and b:read(0, #b) == after, context .. ": another content")
  return after
end

local function names_of(...)
  local list = {}
  for _, set in ipairs { ... } do
    for name in pairs(set) do
      list[#list + 1] = name
    end
  end
  table.sort(list)
  return list
end

local ALL <const> = setmetatable({}, { __index = function(_, name) return calls[name] or sizes[name] end })
local FIXED <const>, FREE <const> = names_of(calls), names_of(calls, sizes)

-- Objects with random content of a size, and what they hold.
local openers <const> = {
  { "a buffer", FREE, function(content) return suture.buffer(content) end },
  { "a file", FREE, function(content) return assert(suture.open(support.write("edges.bin", content))) end },
  { "a private copy", FREE, function(content)
    return assert(suture.open(support.write("edges.bin", content), "copy"))
  end },
  { "a shared file", FIXED, function(content)
    return assert(suture.open(support.write("edges.bin", content), "shared"))
  end },
  { "a window in the middle", FIXED, function(content)
    local path = support.write("edges.bin", noise(PAGE - 3) .. content .. noise(77))
    return assert(suture.open(path, { offset = PAGE - 3, length = #content }))
  end },
  { "a window at the end", FIXED, function(content)
    local path = support.write("edges.bin", noise(5) .. content)
    return assert(suture.open(path, { mode = "copy", offset = 5 }))
  end },
  { "a view of a view", FIXED, function(content)
    return suture.buffer(noise(11) .. content .. noise(13)):view(1, 22 + #content):view(10, #content)
  end },
}

describe("bytes at their edges", function()
  for number, opener in ipairs(openers) do
    for index, size in ipairs(STRESSED and { 0, 9, PAGE } or { 0, 1, 9, 64, PAGE, PAGE + 1, 2 * PAGE - 1 }) do
      local seed = number * 100 + index
      it(("as a plain string: %s of %d bytes, seed %d"):format(opener[1], size, seed), function()
        math.randomseed(seed)
        local content = noise(size)
        local b = opener[3](content)
        b.order = random(2) == 1 and "le" or "be"
        for step = 1, size > 100 and STEPS // 4 or STEPS do
          local ok, result = pcall(check_step, b, content, opener[2], ALL)
          if not ok then
            error(("seed %d, step %d: %s"):format(seed, step, tostring(result)), 0)
          end
          content = result
        end
        if b.mode == "shared" then
          assert.equal(content, support.read(b.path))
        end
        if b.path then
          b:cancel()
        end
      end)
    end
  end

  it("of a window leave the bytes beside it alone", function()
    math.randomseed(7)
    local before, inside, behind = noise(PAGE - 3), noise(10), noise(77)
    local path = support.write("beside.bin", before .. inside .. behind)
    local b <close> = assert(suture.open(path, { offset = PAGE - 3, length = 10 }))
    b:fill(0, 10, "x")
    for _, call in ipairs { { "write", 9, "yy" }, { "write", 10, "y" }, { "fill", 5, 6, 0 }, { "u16le", 9, 0 },
      { "move", 1, 0, 10 } } do
      raised("range", b[call[1]], b, table.unpack(call, 2))
    end
    b:flush()
    assert.equal(before .. ("x"):rep(10) .. behind, support.read(path))
  end)

  -- What is mapped ends with the file's last page; behind it, and before it, nothing is.
  describe("beside pages that nobody has mapped", function()
    local function mappings()
      local list = {}
      for line in io.lines "/proc/self/maps" do
        local from, to, path = line:match "^(%x+)%-(%x+) %S+ %S+ %S+ %S+%s*(.*)$"
        list[#list + 1] = { from = tonumber(from, 16), to = tonumber(to, 16), path = path }
      end
      return list
    end

    -- The middle one of three of the objects that lie side by side, and its neighbours.
    local function three_in_a_row(objects)
      local list = mappings()
      for index = 2, #list - 1 do
        local before, map, behind = list[index - 1], list[index], list[index + 1]
        local all_ours = objects[before.path] and objects[map.path] and objects[behind.path]
        if all_ours and before.to == map.from and map.to == behind.from then
          return objects[map.path], objects[before.path], objects[behind.path]
        end
      end
    end

    -- Opens files until the system has no other room for them than side by side; closes the neighbours of one.
    local function open_alone(content)
      local objects = {}
      for number = 1, 200 do
        local path = support.write(("alone.%d.bin"):format(number), content)
        objects[path] = assert(suture.open(path, "copy"))
        local alone, before, behind = three_in_a_row(objects)
        if alone then
          before:close()
          behind:close()
          return alone, objects
        end
      end
    end

    for _, pages in ipairs { 1, 3 } do
      it(("reads and searches %d pages to their last byte"):format(pages), function()
        math.randomseed(pages)
        local content = noise(pages * PAGE)
        local b, others = open_alone(content)
        assert(b, "no three files lie side by side")
        local size = #content
        for len = 0, STRESSED and 20 or 200 do
          local off = size - len
          local tail = content:sub(off + 1)
          assert.equal(tail, b:read(off, len))
          if len > 0 then
            assert.equal(content:find(tail, 1, true) - 1, (b:find(tail)))
            assert.equal(off, (b:rfind(tail)))
            assert.is_nil((b:find(tail .. "x", off)))
            assert.is_nil((b:find("\1\2\3\4\5", off)))
            assert.is_nil((b:find(suture.pattern "01 ?? 03 04 05 06", off)))
            assert.equal(content:byte(len), b[len - 1])
            assert.equal(content:sub(1, len), b:read(0, len))
            b:expect(off, tail)
            b:move(0, off, len)
            b:move(off, 0, len)
            b:rollback()
          end
        end
        for name, format in pairs(FORMATS) do
          local width = string.packsize(format)
          b[name](b, size - width, 1)
          assert.is_true(b[name](b, size - width) == 1)
          raised("range", b[name], b, size - width + 1)
        end
        b:fill(size - 50, 50, "abc")
        b:write(size - 3, "\0\0\0")
        assert.equal("", b:cstring(size - 1))
        b[size - 1] = 1
        raised("format", b.cstring, b, size - 1)
        assert.equal(1, b:unpack(size - 1, "B"))
        assert.equal(size, b:pack(size - 4, "I4", 7))
        for _, other in pairs(others) do
          other:close()
        end
      end)
    end
  end)

  describe("of 8 GiB", function()
    it("are read and written in every way across 2, 4 and 8 GiB", function()
      local path = support.path "edges_large.bin"
      assert.equal(0, (support.run("truncate -s 8589934600 " .. path)))
      local script = support.write("edges_large.lua", [[
        local suture = require "suture"
        local GIB <const> = 1 << 30
        local b = assert(suture.open(arg[1], "copy"))
        assert(#b == 8 * GIB + 8)
        for _, seam in ipairs { 2 * GIB, 4 * GIB, 8 * GIB } do
          local at = seam - 4
          b:fill(at, 8, "abc")
          assert(b:read(at, 8) == "abcabcab" and b:read(at, 4, 2) == "acba")
          b:write(at, "1234", 2)
          assert(b:read(at, 8) == "1b2a3c4b")
          b:write(at, "text\0")
          assert(b:cstring(at) == "text" and b:cstring(at - 1) == "")
          assert(b:cstring(at, 5) == "text" and not pcall(b.cstring, b, at, 4))
          local seen = {}
          for off, byte in b:each(at, 8) do
            assert(off == at + #seen)
            seen[#seen + 1] = string.char(byte)
          end
          assert(table.concat(seen) == "text\0c4b")
          b:move(at - 3, at, 8)
          assert(b:read(at - 3, 8) == "text\0c4b")
          b:move(0, at - 3, 8)
          b:move(at, 0, 8)
          assert(b:read(at, 8) == "text\0c4b")
          for _, name in ipairs { "u64le", "i64be", "f64le", "u64" } do
            b[name](b, at, 77)
            assert(b[name](b, at) == 77)
          end
          assert(b:pack(at, ">I8", 0x0102030405060708) == at + 8)
          assert(b:unpack(at, ">I8") == 0x0102030405060708)
          local v = b:view(at, 8):view(2, 4)
          assert(v.offset == at + 2 and v:u32be(0) == 0x03040506)
          v[0] = 0xff
          assert(b[at + 2] == 0xff)
          local c = b:cursor(at)
          assert(c:read(3) == "\1\2\xff" and c:tell() == at + 3 and c:u8() == 4 and c:seek("cur", -4) == at)
          assert(select(2, b:pending()) >= 1)
          b:expect(at, "\1\2\xff\4")
          assert(b:patch(at, "\1\2", "\2\1") == true)
        end
        b:rollback()
        assert(b:pending() == false and b[4 * GIB] == 0)
      ]])
      local status, _, stderr = support.run(("timeout 60 lua5.4 %s %s"):format(script, path))
      assert.same({ 0, "" }, { status, stderr })
    end)
  end)
end)

-- An object that ends, goes back or changes its size while it is at work -------------------------------------------

describe("bytes in the middle of a call", function()
  local OLD <const>, NEW <const> = ("old."):rep(3000), ("NEW!"):rep(3000)

  -- What a finalizer may do to the object, and what may then be read of it: nothing but one of these whole.
  local deeds <const> = {
    ["is closed"] = { function(b) b:close() end },
    ["is rolled back"] = { function(b) b:rollback() end, OLD },
    ["is cut"] = { function(b) b:resize(100) end, NEW:sub(1, 100) },
    ["grows"] = { function(b) b:resize(50000) end, NEW .. ("\0"):rep(38000) },
    ["loses its beginning"] = { function(b) b:delete(0, 1) end, NEW:sub(2) },
  }

  local function is_whole(text, contents, off)
    for _, content in ipairs(contents) do
      if content:sub(off + 1, off + #text) == text then
        return true
      end
    end
    return false
  end

  local works <const> = {
    read = function(b, check) check(b:read(0, 12000), 0) end,
    ["read with a stride"] = function(b) assert(#b:read(0, 6000, 2) == 6000) end,
    write = function(b) b:write(0, b:read(0, 100)) end,
    cstring = function(b) b:cstring(0, 10) end, -- there is none
    unpack = function(b, check) check((b:unpack(0, "c12000")), 0) end,
    pack = function(b) b:pack(0, "z", "abc") end,
    view = function(b, check) check(b:view(0, 12000):read(0, 12000), 0) end,
    cursor = function(b, check) check(b:cursor(0):read(12000), 0) end,
    each = function(b)
      for _ in b:each(0, 200) do -- luacheck: ignore
      end
    end,
    matches = function(b)
      for off in b:matches("w", 0, 500) do
        assert(off < 500)
      end
    end,
    changes = function(b)
      for _, old, new in b:changes() do
        assert(#old + #new > 0)
      end
    end,
    hexdump = function(b) assert(b:hexdump(0, 3000):find "^00000000 ") end,
    hunk = function(b) b:hunk { at = 0, old = "NEW!", new = "NEW?" } end,
    savepoint = function(b) b:rollback(b:savepoint()) end,
    attempt = function(b) b:attempt(function() b:u32le(0, 1); error "back" end) end,
  }

  for deed, what in pairs(deeds) do
    for work, run in pairs(works) do
      it(("ends well or raises when the object %s: %s"):format(deed, work), function()
        local done, contents = 0, { NEW, OLD, what[2] }
        local acted
        local function check(text, off)
          assert(is_whole(text, contents, off), "a mixture was read")
        end
        finalized.each(STRESSED and 1 or 3, function()
          local b = suture.buffer(OLD)
          b:write(0, NEW)
          acted = false
          return b
        end, function(b)
          acted = true
          pcall(what[1], b)
        end, function(b)
          local ok, err = pcall(run, b, check)
          assert(ok or core.is_error(err), err)
          if acted then
            done = done + 1
            -- Whatever happened, an object that is still open is in one piece.
            if pcall(b.rollback, b) then
              assert.equal(OLD, b:read(0, #b))
            end
          end
          return acted
        end)
        assert.is_true(done > 0, "the collector never ran")
      end)
    end
  end

  describe("raise where a loop changes the size under itself:", function()
    it("each", function()
      local b = suture.buffer "abcdef"
      local seen = 0
      local err = raised("range", function()
        for _ in b:each() do
          seen = seen + 1
          b:resize(2)
        end
      end)
      assert.same({ 2, 2 }, { seen, err.offset })
    end)

    it("matches", function()
      local b = suture.buffer "aaaaaa"
      raised("range", function()
        for _ in b:matches "a" do
          b:resize(2)
        end
      end)
    end)

    it("a view's each", function()
      local b = suture.buffer "abcdef"
      raised("stale", function()
        for _ in b:view(1):each() do
          b:insert(0, "x")
        end
      end)
    end)

    it("changes", function()
      local b = suture.buffer "aaaaaa"
      b:write(1, "X")
      b:write(4, "X")
      raised("stale", function()
        for _ in b:changes() do
          b:delete(0, 1)
        end
      end)
    end)
  end)

  -- A value is shown in a message by its __tostring, which can do anything.
  describe("are told of a wrong argument that closes them while it is shown:", function()
    local function closing(b)
      return setmetatable({}, { __tostring = function()
        b:cancel()
        return "closing"
      end, __name = "closing" })
    end

    for name, call in pairs {
      order = function(b, evil) b.order = evil end,
      flush = function(b, evil) b:flush { by = evil } end,
      ["an option of flush"] = function(b, evil) b:flush { [evil] = true } end,
      index = function(b, evil) return b[evil] end,
      newindex = function(b, evil) b[evil] = 1 end,
      read = function(b, evil) b:read(0, evil) end,
      write = function(b, evil) b:write(0, evil) end,
      fill = function(b, evil) b:fill(0, 1, evil) end,
      find = function(b, evil) b:find(evil) end,
      expect = function(b, evil) b:expect(0, evil) end,
      rollback = function(b, evil) b:rollback(evil) end,
      unpack = function(b, evil) b:unpack(0, evil) end,
      ["a key of hunk"] = function(b, evil) b:hunk { [evil] = 1 } end,
      cursor = function(b, evil) b:cursor(evil) end,
      attempt = function(b, evil) b:attempt(evil) end,
      save = function(b, evil) b:save(evil) end,
    } do
      it(name, function()
        local b = assert(suture.open(support.write("closing.bin", "abcd")))
        b[0] = 1
        raised("argument", call, b, closing(b))
        pcall(b.cancel, b)
      end)
    end
  end)

  it("are called by what they call: attempt within attempt, a close within attempt", function()
    local b = suture.buffer "abcd"
    local ok, err = b:attempt(function()
      b[0] = 1
      b:close()
    end)
    assert.is_true(ok)
    assert.is_nil(err)
    b = suture.buffer "abcd"
    raised("closed", b.attempt, b, function()
      b:close()
      error "a slip"
    end)
  end)
end)
