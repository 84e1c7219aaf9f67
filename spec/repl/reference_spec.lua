-- What the REPL knows of functions, from their annotations.

local annotations = require "suture.repl.reference.annotations"
local support = require "spec.support"

-- What a chunk prints inside the executable, which carries the texts.
local function printed(code)
  local status, stdout, stderr = support.run(("%s -e %s"):format(support.suture,
    support.quote("local reference = require 'suture.repl.reference' " .. code)))
  assert(status == 0, stderr)
  return stdout
end

describe("annotations", function()
  it("are read with their parameters, results and text", function()
    local list = annotations.read [==[
--- A file.

--- Reads a thing,
--- on two lines.
---
--- A second paragraph.
---@param off integer
---@param len? integer  bytes, up to
--- the end
---@param options suture.options?
---@return string|nil text  what was read
---@return fun(a: integer): string
function thing:read(off, len, options)
end

function thing.silent() end

--- Does.
return function(a)
end
]==]
    assert.same({
      {
        owner = "thing", name = "read", text = "Reads a thing, on two lines.\n\nA second paragraph.",
        parameters = {
          { name = "off", optional = false, text = "integer" },
          { name = "len", optional = true, text = "integer, bytes, up to the end" },
          { name = "options", optional = true, text = "suture.options?" },
        },
        returns = {
          { name = "text", optional = false, text = "string|nil, what was read" },
          { name = "fun(a: integer): string", optional = false, text = "fun(a: integer): string" },
        },
      },
      { owner = "return", name = "", text = "Does.", parameters = {}, returns = {} },
    }, list)
  end)
end)

describe("reference", function()
  it("has signatures as people read them", function()
    assert.same([==[
b:read(off, len [, stride]) -> string
b:find(what [, from [, to]]) -> off, len
b:cursor([off]) -> suture.cursor
b:close()
suture.open(path [, options]) -> suture.bytes?, suture.error?, integer?
nil
]==], printed [[
      for _, name in ipairs { "b:read", "b:find", "b:cursor", "b:close", "suture.open", "b:raed" } do
        print(reference.signature(name))
      end]])
  end)

  it("has every method of bytes, cursors, patterns and transactions", function()
    assert.same("", printed [[
      local core = require "suture.core"
      require "suture"
      for name in pairs(core.methods) do
        if not reference.signature("b:" .. name) then print(name) end
      end
      for _, name in ipairs { "c:read", "c:seek", "c:u8", "p:matches", "sp:release", "set:flush", "set:savepoint",
          "suture.hex", "suture.pattern", "suture.buffer", "suture.flush", "suture.recover", "suture.transaction",
          "suture.recipe.run", "suture.struct.layout", "layout:at", "suture.format.elf.read" } do
        if not reference.signature(name) then print(name) end
      end]])
  end)

  it("has none of what is not for scripts", function()
    assert.same("", printed [[
      for _, name in ipairs(reference.names()) do
        if name:find "^suture%.repl" or name:find "^suture%.cli" or name:find "^suture%.core" or name:find "__" then
          print(name)
        end
      end]])
  end)

  it("wraps its texts", function()
    local text = printed "print(reference.text('b:insert', 60))"
    assert.matches("^b:insert%(off, data%)\n  %u", text)
    for line in text:gmatch "[^\n]+" do
      assert.is_true(#line <= 60, line)
    end
  end)

  it("finds by short names, and suggests", function()
    assert.same("b:rfind\nc:u32\nc:u32\n\tunique\n", printed [[
      print(table.concat(reference.find "rfind", " "))
      print((select(-1, table.unpack(reference.find "u32"))))
      print(table.concat(reference.find "c.u32", " "))
      print(table.concat(reference.find "uniqe", " "), (select(2, reference.find "uniqe")))]])
  end)
end)
