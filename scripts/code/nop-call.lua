local suture <const> = require "suture"

-- Calls of the x86 processors, as a signature writes them, and what does nothing in as many bytes.
local calls <const> = {
  { "67 e8 ?? ?? ?? ??", nop = "66 0f 1f 44 00 00" }, -- what linkers make of a call through a table
  { "ff 15 ?? ?? ?? ??", nop = "66 0f 1f 44 00 00" },
  { "e8 ?? ?? ?? ??", nop = "0f 1f 44 00 00" },
}

local function signature_of(params, context)
  local ok <const>, value <const> = pcall(suture.pattern, params.signature)
  if not ok then
    context.refuse("the signature is no pattern: " .. value.message)
  end
  return value, tostring(value)
end

-- Which call the text has at a place, counted in bytes: three characters each.
local function call_at(text, skip)
  for _, call in ipairs(calls) do
    if text:sub(skip * 3 + 1, skip * 3 + #call[1]) == call[1] then
      return call
    end
  end
end

-- The only call in the signature, or the one that is told.
local function find_call(text, told, context)
  local found, place
  for skip = told or 0, told or #text // 3 do
    local call <const> = call_at(text, skip)
    -- The second byte of "67 e8" begins no call of its own.
    if call and found and skip > place + 1 then
      context.refuse "the signature has more than one call: tell which with -p call=OFFSET"
    elseif call and not found then
      found, place = call, skip
    end
  end
  if not found then
    context.refuse "the signature has no call (e8 ?? ?? ?? ??, or ff 15 ?? ?? ?? ??) there"
  end
  return found, place
end

-- What stands in for the call: nothing, or what it would have returned (mov eax, N).
local function replacement(call, params)
  if not params.returns then
    return suture.hex(call.nop)
  end
  local size <const> = (#call[1] + 1) // 3
  return string.pack("<BI4", 0xb8, params.returns & 0xffffffff) .. ("\x90"):rep(size - 5)
end

local function apply(b, params, context)
  local signature <const>, text <const> = signature_of(params, context)
  local call <const>, skip <const> = find_call(text, params.call, context)
  b:hunk {
    find = signature, skip = skip, old = suture.pattern(call[1]), new = replacement(call, params),
    count = not params.nth and params.count or nil, nth = params.nth,
  }
end

local function example()
  return suture.hex "55 48 89 e5 e8 10 00 00 00 85 c0 74 05 b8 01 00 00 00 5d c3"
end

return {
  name = "code/nop-call",
  summary = "Take a call out of x86 machine code, found by a signature",
  description = [[
Overwrites a call by an instruction of the same length that does nothing; with
`returns` by one that puts a number where the caller looks for the result. The
signature is what stands around the call in every build: bytes in hex, and ??
for those that the compiler and the linker choose, such as where the call leads
to. It must match once, or as often as `count` says. Code of 32 and 64 bits, in
files of any kind.]],
  version = "1.0.0",
  license = "MIT",
  categories = { "code" },
  params = {
    signature = {
      type = "string", required = true, pattern = "^[%x? ]+$", help = "such as \"e8 ?? ?? ?? ?? 85 c0 74\"",
    },
    call = { type = "integer", min = 0, help = "where in the signature the call is, if it has several" },
    returns = {
      type = "integer", min = -0x80000000, max = 0xffffffff, help = "what the caller shall see as its result",
    },
    count = { type = "integer", default = 1, min = 1, max = 1000000, help = "how often the signature must match" },
    nth = { type = "integer", min = 1, help = "change only this match, counted from 1, however many there are" },
  },
  targets = { { name = "program" } },
  apply = apply,
  examples = {
    {
      input = example, params = { signature = "e8 ?? ?? ?? ?? 85 c0 74" },
      changes = { { 4, "\x0f\x1f\x44\x00\x00" } },
    },
    {
      input = example, params = { signature = "e8 ?? ?? ?? ?? 85 c0 74", returns = 1 },
      changes = { { 4, "\xb8\x01\x00\x00\x00" } },
    },
  },
}
