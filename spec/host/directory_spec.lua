-- suture.host's functions on folders: entries, stat, make_directory, create.

local support = require "spec.support"

local folder

local function host(code)
  local head = ("local host, folder = require 'suture.host', %q\n"):format(folder)
  local script = support.write("directory.lua", head .. code)
  local status, stdout, stderr = support.run(support.suture .. " " .. script)
  assert.same({ 0, "" }, { status, stderr })
  return stdout
end

setup(function()
  folder = support.path "directory"
  support.run(("mkdir -p %s/inner && cd %s && echo text > file && ln -s file link && ln -s inner away && "
    .. "ln -s /nowhere gone && mkfifo pipe"):format(folder, folder))
end)

describe("host", function()
  it(".entries tells each entry's kind, links followed", function()
    assert.equal([[
away folder true
file file false
gone nothing true
inner folder false
link file true
pipe other false
]], host [[
  local list = host.entries(folder)
  table.sort(list, function(a, b) return a.name < b.name end)
  for _, entry in ipairs(list) do print(entry.name, entry.kind, entry.is_link) end]] :gsub("\t", " "))
  end)

  it(".entries, .stat, .make_directory and .create tell why not", function()
    host [[
      local function refused(errno, value, message, number)
        assert(value == nil and number == errno, message)
        assert(message:find("^[^\n]+: [%u][^\n]+$"), message)
      end
      refused(2, host.entries(folder .. "/nowhere"))
      refused(20, host.entries(folder .. "/file"))
      refused(2, host.stat(folder .. "/nowhere"))
      refused(22, host.stat(folder .. "\0x"))
      refused(22, host.entries(folder .. "\0x"))
      refused(17, host.make_directory(folder .. "/inner"))
      refused(17, host.create(folder .. "/file", "other"))
      refused(17, host.create(folder .. "/gone", "other"))
      refused(2, host.create(folder .. "/nowhere/x", "other"))
      assert(not pcall(host.entries) and not pcall(host.create, folder .. "/x"))
    ]]
    assert.equal("text\n", support.read(folder .. "/file"))
  end)

  it(".stat tells kind, size, inode and time", function()
    local _, wanted = support.run(("cd %s && stat -c '%%s %%i' file && date -r file +%%s%%N"):format(folder))
    assert.equal("file " .. wanted:gsub("\n", " "):gsub(" $", "\n"), host [[
      local found = host.stat(folder .. "/link")
      print(("%s %d %d %d"):format(found.kind, found.size, found.inode, found.mtime))]])
    assert.equal("folder other nothing\n", host [[
      print(host.stat(folder).kind .. " " .. host.stat(folder .. "/pipe").kind .. " "
        .. host.stat(folder .. "/gone").kind)]])
  end)

  it(".create writes a whole file, .make_directory a folder", function()
    host [[
      assert(host.make_directory(folder .. "/new") == true)
      assert(host.create(folder .. "/new/file", ("a\0"):rep(100000)) == true)
      assert(host.create(folder .. "/new/empty", "") == true)
    ]]
    assert.equal(("a\0"):rep(100000), support.read(folder .. "/new/file"))
    assert.equal("", support.read(folder .. "/new/empty"))
  end)

  it(".create leaves nothing of a file that it cannot write whole", function()
    local script = support.write("full.lua", "print(require 'suture.host'.create(arg[1], ('x'):rep(1 << 20)))")
    local path = support.path "cut"
    local _, stdout = support.run(("trap '' XFSZ; ulimit -f 8; %s %s %s"):format(support.suture, script, path))
    assert.matches("^nil\t[^\n]*File too large\t27\n$", stdout)
    assert.equal(1, (support.run("test -e " .. path)))
  end)

  it(".setenv holds for this process and those it starts", function()
    assert.equal("yes yes\n", host [[
      host.setenv("SUTURE_SPEC", "yes")
      local pipe <close> = io.popen "echo $SUTURE_SPEC"
      print(os.getenv "SUTURE_SPEC" .. " " .. pipe:read())
      assert(not pcall(host.setenv, "a=b", "c"))]])
  end)
end)
