-- Where the state folder lies, by what the environment says.

local support = require "spec.support"
local world = require "spec.support.world"

local quote <const> = support.quote

local cases = 0

-- Flushes a stranger's file in an environment that knows no state folder but by these words. Returns a new folder of
-- the stranger's, which is where it runs, and what went to stderr.
local function flushed(words)
  cases = cases + 1
  local folder = world.folder("state.of." .. cases)
  local path = support.write(folder .. "/file", "suture")
  world.must(("chown -R %d:%d %s"):format(world.STRANGER, world.STRANGER, quote(folder)))
  local under = ("env -C %s -u SUTURE_STATE -u XDG_STATE_HOME -u HOME %s"):format(quote(folder),
    (words:gsub("@", folder)))
  local status, _, stderr = world.lua(([[
    local b <close> = assert(core.open(%q))
    b:write(0, "SUTURE")
    b:flush { by = "replace" }]]):format(path), { under = under, user = world.STRANGER })
  assert(status == 0, stderr)
  assert.equal("SUTURE", support.read(path))
  return folder, stderr
end

describe("the state folder", function()
  if not world.is_root() then
    pending "needs root, to be another user"
    return
  end

  for words, place in pairs {
    ["SUTURE_STATE=@/own"] = "own",
    ["SUTURE_STATE=own"] = "own",
    ["SUTURE_STATE=deep/own"] = "deep/own",
    ["SUTURE_STATE= XDG_STATE_HOME=@/xdg"] = "xdg/suture",
    ["XDG_STATE_HOME=@/xdg HOME=@"] = "xdg/suture",
    ["XDG_STATE_HOME= HOME=@"] = ".local/state/suture",
    ["XDG_STATE_HOME=relative HOME=@"] = ".local/state/suture",
    ["HOME=@"] = ".local/state/suture",
  } do
    it(("is %s with %s"):format(place, words), function()
      local folder, stderr = flushed(words)
      assert.equal("", stderr)
      assert.equal("1\n", world.must(("ls %s/%s/records | wc -l"):format(quote(folder), place)))
      assert.equal("700\n", world.must(("stat -c %%a %s/%s"):format(quote(folder), place)))
    end)
  end

  for words, what in pairs { [""] = "nothing", ["HOME=relative"] = "a relative name",
    ["HOME=/" .. ("x"):rep(5000)] = "a name that is too long" } do
    it("is none with " .. what .. ", and the flush says so", function()
      local _, stderr = flushed(words)
      assert.matches("no record of the flush was kept: no state folder: neither SUTURE_STATE, XDG_STATE_HOME nor HOME "
        .. "is set", stderr, 1, true)
    end)
  end

  it("that is not there has no records", function()
    local status, stdout, stderr = world.lua([[
      print(#core.records(), select(2, pcall(core.record, "0123")).kind, select(2, pcall(core.forget, "0123")).kind)]],
      { state = support.path "state.of.nobody" })
    assert(status == 0, stderr)
    assert.equal("0\targument\targument\n", stdout)
  end)

  it("of root is looked for where the system keeps such things", function()
    local status, _, stderr = world.lua("core.records()", { under = "env -u SUTURE_STATE" })
    assert(status == 0, stderr)
  end)
end)
