local elf <const> = require "suture.format.elf"

-- The interpreter's path, where it lies, and how long it may become: the bytes of its segment, but for one NUL.
local function interpreter(file, context)
  local program <const> = file:program(elf.PT_INTERP)
  if not program then
    context.refuse "no interpreter (PT_INTERP): a static program or a library"
  end
  local off <const>, len <const> = file:range(program)
  local stop <const> = len > 0 and file.b:find("\0", off, off + len)
  local text <const> = stop and file.b:read(off, stop - off)
  if not text or not text:find "^/[^%c]+$" or file.b:read(stop, len - (stop - off)):find "%Z" then
    context.refuse(("0x%x: the segment PT_INTERP holds no path"):format(off))
  end
  return text, off, len - 1
end

-- The segment is no part of what other headers say is theirs.
local function refuse_shared(file, off, room, context)
  if not file:value(elf.DT_STRTAB) then
    return
  end
  local start <const>, len <const> = file:strings()
  if off < start + len and start <= off + room then
    context.refuse(("0x%x: the interpreter's path lies in the dynamic strings"):format(off))
  end
end

local function apply(b, params, context)
  local file <const> = elf.read(b)
  local text <const>, off <const>, room <const> = interpreter(file, context)
  if params.old and text ~= params.old and text ~= params.path then
    context.refuse(("0x%x: the interpreter is \"%s\", not \"%s\""):format(off, text, params.old))
  elseif #params.path > room then
    context.refuse(("0x%x: the new path of %d bytes does not fit into %d bytes (\"%s\")"):format(
      off, #params.path, room, text))
  end
  refuse_shared(file, off, room, context)
  b:patch(off, b:read(off, room), params.path .. ("\0"):rep(room - #params.path))
end

local function example()
  return require "suture.format.elf.sample" { interp = "/lib64/ld-linux-x86-64.so.2" }
end

return {
  name = "elf/interpreter",
  summary = "Change the dynamic loader that a program asks for, in place",
  description = [[
Overwrites the path in the segment PT_INTERP by another one that fits into it,
for a program that is to run with a loader that lies elsewhere; nothing in the
file moves. What becomes free is filled with NUL, so that a longer path fits
again later. Static programs and libraries have no interpreter and are refused.
Give `old` to refuse a program whose loader is not the one you expect.]],
  version = "1.0.0",
  license = "MIT",
  categories = { "elf" },
  params = {
    path = { type = "string", required = true, pattern = "^/[^%c]+$", help = "the new loader, an absolute path" },
    old = { type = "string", help = "the loader that the program must ask for now" },
  },
  targets = { { name = "program", match = elf.is_elf } },
  apply = apply,
  examples = {
    { input = example, params = { path = "/lib/ld.so" }, changes = { { 0xb0, "/lib/ld.so" .. ("\0"):rep(17) } } },
    { input = example, params = { path = "/opt/a-rather-long-folder/ld-linux.so" }, verdict = "foreign" },
  },
}
