-- suture new: what it makes works at once, and nothing is ever overwritten.

local shelf = require "spec.support.shelf"
local support = require "spec.support"

-- Runs a verb in a folder.
local function within(folder, command)
  return support.run(("cd %s && SUTURE_PATH=%s XDG_DATA_HOME=/nowhere %s %s"):format(support.quote(folder),
    support.quote(folder), shelf.suture(), command))
end

local function files(folder)
  local _, stdout = support.run(("cd %s && find . ! -type d | sort"):format(support.quote(folder)))
  return stdout
end

-- Refused with one line, and nothing made.
local function refused(wanted, words, folder, command)
  local before = files(folder)
  local status, stdout, stderr = within(folder, command)
  assert.matches(words, stderr, 1, true)
  assert.matches("^suture: [^\n]*\n$", stderr)
  assert.same({ wanted, "" }, { status, stdout })
  assert.equal(before, files(folder))
end

describe("suture new", function()
  it("makes a recipe and its spec in a library, and names them", function()
    local folder = shelf.folder()
    local status, stdout, stderr = within(folder, "new acme/router/fix-it")
    assert.same({ 0, "recipes/acme/router/fix-it.lua\nspec/acme/router/fix-it_spec.lua\n", "" },
      { status, stdout, stderr })
    assert.equal("./recipes/acme/router/fix-it.lua\n./spec/acme/router/fix-it_spec.lua\n", files(folder))
    local _, listed = within(folder, "list")
    assert.equal("acme\n  acme/router/fix-it  Say in one line what it does\n", listed)
  end)

  it("makes a recipe that patches as its comments say", function()
    local folder = shelf.folder()
    within(folder, "new fix")
    local target = support.write(folder .. "/image", "FIRM\x90\xc7\5\16\32\64\0\x3c\0\0\0\xc3")
    local status, stdout = within(folder, "check fix image")
    assert.equal(1, status)
    assert.matches("^applicable\n", stdout)
    assert.equal(0, (within(folder, "run recipes/fix.lua image -p seconds=120")))
    assert.equal("FIRM\x90\xc7\5\16\32\64\0\x78\0\0\0\xc3", support.read(target))
    assert.equal(0, (within(folder, "check fix image -p seconds=120")))
  end)

  it("makes the library where it is told to", function()
    local folder = shelf.folder()
    local status, stdout = within(folder, "new fix 'my libs/acme/'")
    assert.same({ 0, "my libs/acme/recipes/fix.lua\nmy libs/acme/spec/fix_spec.lua\n" }, { status, stdout })
    status = within(folder, "new fix " .. folder .. "/absolute")
    assert.equal(0, status)
    assert.matches('name = "fix"', support.read(folder .. "/absolute/recipes/fix.lua"), 1, true)
  end)

  it("never overwrites, neither a recipe nor a spec nor what a link leads to", function()
    local folder = shelf.folder { ["recipes/a.lua"] = "mine", ["spec/b_spec.lua"] = "mine" }
    support.run(("ln -s /nowhere %s/recipes/c.lua"):format(folder))
    refused(2, "recipes/a.lua: is there already", folder, "new a")
    refused(2, "spec/b_spec.lua: is there already", folder, "new b")
    refused(2, "recipes/c.lua: is there already", folder, "new c")
    assert.equal("mine", support.read(folder .. "/recipes/a.lua"))
  end)

  it("has one line for a bad name (2)", function()
    local folder = shelf.folder()
    for _, name in ipairs { "''", "../x", "./x", "/x", "a//b", "a/", "a/../b", "'a b'", "x.lua", "-- -x", ".hidden",
      "a/.b", "'a\nb'", "'a\"b'", "a@b", ("x"):rep(300) } do
      refused(2, "cannot be a recipe's name", folder, "new " .. name)
    end
    refused(2, "new: ", folder, "new")
  end)

  it("has one line for a place that cannot be written (4)", function()
    local folder = shelf.folder { ["file"] = "" }
    refused(4, "file", folder, "new x file")
    refused(4, "/proc/nowhere: ", folder, "new x /proc/nowhere")
  end)
end)
