-- The executable alone: in a folder that is made the root, with the C library and nothing else.

local support = require "spec.support"

local run, quote = support.run, support.quote
local binary <const> = os.getenv "SUTURE_BIN" or "build/suture"

-- The libraries that the executable names, as paths; nil where that cannot be found out.
local function libraries()
  local _, stdout = run("ldd " .. quote(binary))
  local list = {}
  for path in stdout:gmatch "(/%S+) %(0x" do
    list[#list + 1] = path
  end
  return list
end

local function make_root()
  local root <const> = support.path "root"
  local copies <const> = {}
  for _, path in ipairs(libraries()) do
    copies[#copies + 1] = ("mkdir -p %s/$(dirname %s) && cp %s %s/%s"):format(root, path, path, root, path)
  end
  local status, _, stderr = run(("mkdir -p %s && cp %s %s/suture && %s"):format(
    quote(root), quote(binary), quote(root), table.concat(copies, " && ")))
  assert.equal(0, status, stderr)
  return root
end

local function is_root()
  return select(2, run "id -u") == "0\n"
end

describe("the executable", function()
  if binary:find "asan" then
    pending "is built with sanitizers, which need more than the C library"
    return
  end

  it("needs the C library and nothing else", function()
    for _, path in ipairs(libraries()) do
      local name <const> = path:match "[^/]+$"
      assert(name:find "^libc%." or name:find "^libm%." or name:find "^ld%-linux", name)
    end
  end)

  if not is_root() then
    pending "in a folder that is made the root: only root may do that"
    return
  end

  it("patches a file in a folder that holds only it and the C library", function()
    local root <const> = make_root()
    support.write(root .. "/target", "old bytes")
    local script <const> = [[
      local suture = require "suture"
      do
        local b <close> = assert(suture.open "/target")
        b:patch(0, "old", "new")
      end
      local b <close> = assert(suture.open("/target", "read"))
      print(b:read(0, #b))]]
    local status, stdout, stderr = run(("chroot %s /suture -e %s"):format(quote(root), quote(script)))
    assert.equal(0, status, stderr)
    assert.equal("new bytes\n", stdout)
    assert.equal("new bytes", support.read(root .. "/target"))
    status, stdout = run(("chroot %s /suture dump /target 0 3"):format(quote(root)))
    assert.equal(0, status)
    assert.equal("00000000  6e 65 77                                          |new|\n00000003\n", stdout)
  end)
end)
