-- What every spec needs to meet the world: files in a folder of this process, commands with their results.

local support = {}

local folder -- made at first use, removed when the Lua state closes

local function quote(text)
  return "'" .. text:gsub("'", "'\\''") .. "'"
end

local function remove_folder()
  if folder then
    os.execute("chmod -R u+rwX " .. quote(folder) .. " 2>/dev/null; rm -rf " .. quote(folder))
    folder = nil
  end
end

local keeper = setmetatable({}, { __gc = remove_folder })

--- Quotes one word for the shell.
function support.quote(text)
  return quote(text)
end

--- The folder of this process's files, without a closing slash. It goes away with the Lua state.
function support.tempdir()
  if not folder then
    local pipe <close> = assert(io.popen("mktemp -d /tmp/suture-spec.XXXXXX"))
    folder = assert(pipe:read("l"), "no temporary folder")
    support.keeper = keeper
  end
  return folder
end

--- A path in that folder; the file is not made.
function support.path(name)
  return support.tempdir() .. "/" .. name
end

--- Writes a whole file. A name without a slash lies in the folder. Returns the path.
function support.write(path, data)
  if not path:find("/", 1, true) then
    path = support.path(path)
  end
  local file <close> = assert(io.open(path, "wb"))
  assert(file:write(data))
  return path
end

--- Reads a whole file. A name without a slash lies in the folder.
function support.read(path)
  if not path:find("/", 1, true) then
    path = support.path(path)
  end
  local file <close> = assert(io.open(path, "rb"))
  return file:read("a")
end

local runs = 0

--- Runs a shell command, with stdin (a string) or nothing to read. What it keeps on record lies in the folder.
-- Returns its status (128 + N when signal N ended it, as the shell counts), stdout and stderr.
function support.run(command, stdin)
  runs = runs + 1
  local base = support.path("run." .. runs)
  local input = stdin and support.write(base .. ".in", stdin) or "/dev/null"
  local state = quote(support.path "state")
  local _, how, code = os.execute(("export SUTURE_STATE=%s\n{ %s\n} <%s >%s.out 2>%s.err"):format(
    state, command, input, base, base))
  local stdout, stderr = support.read(base .. ".out"), support.read(base .. ".err")
  os.remove(base .. ".in")
  os.remove(base .. ".out")
  os.remove(base .. ".err")
  return how == "signal" and 128 + code or code, stdout, stderr
end

--- The executable under test, quoted for the shell.
support.suture = quote(os.getenv("SUTURE_BIN") or "build/suture")

--- The SHA-256 of a file in hex, by sha256sum.
function support.sha256(path)
  local status, stdout, stderr = support.run("sha256sum < " .. quote(path))
  assert(status == 0, stderr)
  return stdout:match("^%x+")
end

return support
