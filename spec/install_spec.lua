-- What make install puts where, and that it works from there: the executable with its recipes, the module under stock
-- Lua, the manual page, the completions.

local document = require "spec.docs.document"
local support = require "spec.support"

local function sh(command)
  local status, stdout, stderr = support.run(command)
  assert(status == 0, command .. ": " .. stderr)
  return stdout
end

describe("make install", function()
  local root = support.path "root"
  local usr = root .. "/usr"

  setup(function()
    sh(("make -s install DESTDIR=%s PREFIX=/usr"):format(root))
  end)

  it("puts everything where Debian expects it", function()
    for _, path in ipairs {
      "bin/suture", "lib/lua/5.4/suture/core.so", "share/lua/5.4/suture/init.lua", "share/suture/meta/suture/bytes.lua",
      "share/suture/scripts/text/prefix.lua", "share/doc/suture/README.md", "share/doc/suture/api.md",
      "share/doc/suture/copyright", "share/man/man1/suture.1", "share/bash-completion/completions/suture",
      "share/zsh/vendor-completions/_suture", "share/fish/vendor_completions.d/suture.fish",
    } do
      sh(("test -s %s/%s"):format(usr, path))
    end
  end)

  it("puts what is no package's where the shells look for that", function()
    sh(("make -s install DESTDIR=%s"):format(root))
    sh(("test -s %s/usr/local/share/zsh/site-functions/_suture && test -x %s/usr/local/bin/suture"):format(root, root))
  end)

  it("puts the documents where their links lead", function()
    local folder, count = usr .. "/share/doc/suture/", 0
    for name in sh("cd " .. folder .. " && ls *.md"):gmatch "[^\n]+" do
      for link in document.prose(support.read(folder .. name)):gmatch "%]%(([^)#:]+)[^)]*%)" do
        sh(("test -s %s%s"):format(folder, link))
        count = count + 1
      end
    end
    assert.is_true(count > 15)
  end)

  it("writes nothing that the user could not replace, and nothing outside", function()
    assert.equal("", sh(("find %s -type f -perm /022"):format(root)))
    assert.equal("usr\n", sh("ls " .. root))
  end)

  it("gives an executable that finds the recipes beside it", function()
    local target = support.write("tool.bin", "/usr/local/etc\0")
    local command = "SUTURE_PATH= XDG_DATA_HOME=/nowhere %s/bin/suture run text/prefix %s -p old=/usr/local -p new=/opt"
    assert.matches(": changed %(11 bytes in 3 places, the first at 0x1%)\n$", sh(command:format(usr, target)))
  end)

  it("gives a module for stock Lua", function()
    local paths = "LUA_PATH='%s/share/lua/5.4/?.lua;%s/share/lua/5.4/?/init.lua' LUA_CPATH='%s/lib/lua/5.4/?.so' "
    assert.equal("3\n", sh(paths:format(usr, usr, usr) .. "lua5.4 -e 'print(#require[[suture]].buffer(3))'"))
  end)

  it("gives a manual page without a complaint", function()
    local page = usr .. "/share/man/man1/suture.1"
    local complaints = {}
    for line in select(2, support.run("mandoc -T lint " .. page)):gmatch "[^\n]+" do
      -- Which other pages there are is the machine's affair.
      local is_elsewhere = line:find "outdated mandoc.db" or line:find "referenced manual not found"
      complaints[#complaints + 1] = not is_elsewhere and line or nil
    end
    assert.same({}, complaints)
  end)
end)

describe("suture(1)", function()
  local page = support.read "build/suture.1"

  it("tells every verb", function()
    for verb in sh(support.suture .. " help"):match "Verbs:\n(.*)":gmatch "\n?  (%l+)" do
      assert.matches("\n.It Cm " .. verb, page, 1, true)
    end
  end)

  it("shows in its examples what they print", function()
    local console = require "spec.docs.console"
    local executable = support.suture:find "^'/" and support.suture or '"$PWD"/' .. support.suture
    sh(("mkdir -p %s/work && ln -s %s %s/work/suture"):format(support.path "", executable, support.path ""))
    local count = 0
    for block in page:gmatch "\n%.Bd [^\n]*\n(.-)%.Ed\n" do
      for _, entry in ipairs(console.commands((block:gsub("\\e", "\\")))) do
        local _, stdout = support.run(("cd %s/work && PATH=.:$PATH && { %s\n} 2>&1"):format(support.path "", entry[1]))
        assert.equal(entry[2], stdout, entry[1])
        count = count + 1
      end
    end
    assert.is_true(count > 5)
  end)
end)
