local elf <const> = require "suture.format.elf"

local names <const> = { [elf.DT_RPATH] = "DT_RPATH", [elf.DT_RUNPATH] = "DT_RUNPATH" }

-- The entries that hold a run path, each with its text and where that lies.
local function run_paths(file)
  local list <const> = {}
  for _, entry in ipairs(file:dynamic() or {}) do
    local name <const> = names[entry.tag]
    if name then
      local text <const>, off <const> = file:string(entry.value)
      list[#list + 1] = { name = name, index = entry.value, text = text, off = off }
    end
  end
  return list
end

-- Where the text begins that the string at the index is in, perhaps as its tail.
local function beginning(file, index)
  local start <const> = file:strings()
  local stop <const> = file.b:rfind("\0", start, start + index)
  return stop and stop + 1 - start or 0
end

-- Whoever else reads a part of the string would read a part of the new one.
local function refuse_shared(file, path, users, context)
  local first <const>, last <const> = beginning(file, path.index), path.index + #path.text
  for _, user in ipairs(users) do
    if user.index >= first and user.index < last and not user.what:find "^DT_R%a*PATH$" then
      context.refuse(("0x%x: %s \"%s\" shares its bytes with %s (\"%s\")"):format(
        path.off, path.name, path.text, user.what, (file:string(user.index))))
    end
  end
end

local function check(file, paths, params, context)
  local users <const> = file:string_users()
  for _, path in ipairs(paths) do
    if params.old and path.text ~= params.old and path.text ~= params.path then
      context.refuse(("0x%x: %s is \"%s\", not \"%s\""):format(path.off, path.name, path.text, params.old))
    elseif #params.path > #path.text then
      context.refuse(("0x%x: the new path of %d bytes does not fit into the %d bytes of %s \"%s\""):format(
        path.off, #params.path, #path.text, path.name, path.text))
    end
    refuse_shared(file, path, users, context)
  end
end

local function apply(b, params, context)
  local file <const> = elf.read(b)
  local paths <const> = run_paths(file)
  if #paths == 0 then
    context.refuse "no run path: the dynamic section has neither DT_RPATH nor DT_RUNPATH"
  end
  check(file, paths, params, context)
  for _, path in ipairs(paths) do
    b:patch(path.off, path.text, params.path .. ("\0"):rep(#path.text - #params.path))
  end
end

local function example()
  return require "suture.format.elf.sample" {
    dynamic = { { "needed", "libz.so" }, { "runpath", "/opt/lib" } }, symbols = { "open" },
  }
end

return {
  name = "elf/run-path",
  summary = "Change where a program looks for its libraries, in place",
  description = [[
Overwrites the run path of an ELF program or library (DT_RPATH, DT_RUNPATH) by
another one that is not longer; nothing in the file moves. Linkers let strings
share their tails: where a library's name, a symbol or a version reads a part of
the old path, the file is refused, and the line says who it is. Give `old` to
refuse a program whose run path is not the one you expect.]],
  version = "1.0.0",
  license = "MIT",
  categories = { "elf" },
  params = {
    path = { type = "string", required = true, pattern = "^[^%c]+$", help = "the new run path, $ORIGIN included" },
    old = { type = "string", help = "the run path that the program must have now" },
  },
  targets = { { name = "program", match = elf.is_elf } },
  apply = apply,
  examples = {
    { input = example, params = { path = "/usr/lib" }, changes = { { 0x101, "/usr/lib" } } },
    { input = example, params = { path = "/x" }, changes = { { 0x101, "/x\0\0\0\0\0\0" } } },
    { input = example, params = { path = "/usr/local" }, verdict = "foreign" },
  },
}
