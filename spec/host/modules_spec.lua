-- What require finds inside the executable.

local support = require "spec.support"

local function away(code, environment)
  local command = '%s "$OLDPWD"/%s -e %s'
  return support.run("cd / && " .. command:format(environment or "", support.suture, support.quote(code)))
end

describe("host modules", function()
  it("are found without any file", function()
    local status, stdout, stderr = away(
      "for _, name in ipairs { 'suture', 'suture.core', 'suture.recipe', 'argparse', 'dkjson', 'suture.host' } do "
        .. "print(type(require(name))) end", "LUA_PATH=/nowhere LUA_CPATH=/nowhere")
    assert.same({ 0, "" }, { status, stderr })
    assert.same(("table\n"):rep(6), stdout)
  end)

  it("come before those on package.path", function()
    support.write("dkjson.lua", "return 'from the path'")
    local _, stdout = away("print(type(require 'dkjson'))", ("LUA_PATH='%s/?.lua'"):format(support.tempdir()))
    assert.same("table\n", stdout)
  end)

  it("have chunk names under [suture]", function()
    local _, stdout = away("print(select(2, require 'suture')) print(select(2, require 'suture.recipe'))")
    assert.same("[suture]/init.lua\n[suture]/recipe.lua\n", stdout)
  end)

  it("are loaded on first use", function()
    local _, stdout = away("for name in pairs(package.loaded) do if name:find '^suture' then print(name) end end")
    assert.same("", stdout)
  end)

  it("leave the search for others as it was", function()
    local status, _, stderr = away("require 'absent.module'")
    assert.same(1, status)
    assert.matches("module 'absent.module' not found", stderr)
    assert.matches("no file '[^\n]*absent/module.lua'", stderr)
  end)

  it("are verbs where they lie in suture/cli", function()
    local _, stdout = away("print(table.concat(require 'suture.host'.verbs, ' '))")
    local _, folder = support.run("cd lua/suture/cli && ls *.lua | grep -v '^init' | sed 's/.lua$//' | sort | xargs")
    assert.same(folder, stdout)
  end)

  it("tell where the executable is", function()
    local _, stdout = away("print(require 'suture.host'.executable())")
    local _, path = support.run("realpath " .. support.suture)
    assert.same(path, stdout)
  end)
end)
