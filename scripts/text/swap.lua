local units <const> = { ["utf-16le"] = "<I2", ["utf-16be"] = ">I2" }

local function pair_of(code)
  local rest <const> = code - 0x10000
  return 0xd800 | rest >> 10, 0xdc00 | rest & 0x3ff
end

-- The bytes of a text, which the command line has as UTF-8.
local function encoded(text, encoding, context)
  local unit <const> = units[encoding]
  if not unit then
    return text
  elseif not utf8.len(text) then
    context.refuse(("a text that is no UTF-8 cannot become %s"):format(encoding))
  end
  local parts <const> = {}
  for _, code in utf8.codes(text) do
    if code < 0x10000 then
      parts[#parts + 1] = unit:pack(code)
    else
      parts[#parts + 1] = unit:rep(2):pack(pair_of(code))
    end
  end
  return table.concat(parts)
end

local function apply(b, params, context)
  local old <const>, new <const> = encoded(params.old, params.encoding, context),
    encoded(params.new, params.encoding, context)
  if #old ~= #new then
    context.refuse(("the new text has %d bytes and the old one %d: both must be of one length"):format(#new, #old))
  elseif old == new then
    context.refuse "the old and the new text are the same"
  end
  b:hunk { find = old, old = old, new = new, count = not params.nth and params.count or nil, nth = params.nth }
end

return {
  name = "text/swap",
  summary = "Swap a text for another one of the same length",
  description = [[
Overwrites a text wherever it stands in a file by another one of the same length,
so that nothing moves and no length is wrong; spaces make up for what is missing.
The text must be there as often as `count` says, once if it says nothing, in its
old and its new form together; or it is the one that `nth` tells. Windows has
most of its texts in UTF-16, little endian.]],
  version = "1.0.0",
  license = "MIT",
  categories = { "text" },
  params = {
    old = { type = "string", required = true, pattern = ".", help = "the text that is in the file" },
    new = { type = "string", required = true, pattern = ".", help = "the text to put in its place" },
    count = { type = "integer", default = 1, min = 1, max = 1000000, help = "how often it must be there" },
    nth = { type = "integer", min = 1, help = "change only this one, counted from 1, however many there are" },
    encoding = {
      type = "enum", values = { "utf-8", "utf-16le", "utf-16be" }, default = "utf-8",
      help = "how the file writes texts",
    },
  },
  targets = { { name = "file" } },
  apply = apply,
  examples = {
    { input = "v1.0 of 2024\n", params = { old = "v1.0", new = "v1.1" }, output = "v1.1 of 2024\n" },
    { input = "yes, yes\n", params = { old = "yes", new = "no " }, verdict = "foreign" },
    { input = "yes, yes\n", params = { old = "yes", new = "no ", count = 2 }, output = "no , no \n" },
    { input = "yes, yes\n", params = { old = "yes", new = "no ", nth = 2 }, output = "yes, no \n" },
  },
}
