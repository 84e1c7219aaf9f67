-- Programs from elsewhere, which make inputs for recipes and judge what the recipes made. A test whose program is not
-- installed is skipped, aloud.

local support = require "spec.support"

local outside = {}

-- busted hands what skips a test that has begun to the test's own function alone; it knows it by its metatable.
local skip <const> = require "busted.core"().pending

local found <const> = {}

local function look_for(name)
  if found[name] == nil then
    found[name] = support.run("PATH=$PATH:/usr/sbin:/sbin command -v " .. name) == 0
  end
  if not found[name] then
    skip(name .. " is not installed")
  end
end

--- Runs a program with arguments for the shell, and `stdin` to read. Returns what it wrote to stdout and to stderr, and
-- its status.
function outside.ask(name, arguments, stdin)
  look_for(name)
  local status, stdout, stderr = support.run(("PATH=$PATH:/usr/sbin:/sbin LC_ALL=C TZ=UTC %s %s"):format(name,
    arguments), stdin)
  return stdout, stderr, status
end

--- The same for a program that must succeed.
function outside.run(name, arguments, stdin)
  local stdout, stderr, status = outside.ask(name, arguments, stdin)
  assert(status == 0, ("status %d of %s %s: %s%s"):format(status, name, arguments, stdout, stderr))
  return stdout, stderr
end

--- What a program in Python writes to stdout. `out` is that stream, of bytes; `data` what is given here.
function outside.python(code, data)
  local script = support.write("script.py",
    "import sys\nout, data = sys.stdout.buffer, sys.stdin.buffer.read()\n" .. code)
  return (outside.run("python3", support.quote(script), data or ""))
end

--- A file of the given name in a folder of its own, and the folder.
function outside.file(name, bytes)
  local folder = support.path("outside")
  assert(support.run(("mkdir -p %s"):format(support.quote(folder))) == 0)
  return support.write(folder .. "/" .. name, bytes), folder
end

return outside
