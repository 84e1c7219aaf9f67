-- scripts/hello-mmap.lua, the first script that a newcomer runs.

local support = require "spec.support"

local function hello(argument)
  return support.run(("%s scripts/hello-mmap.lua %s"):format(support.suture, argument))
end

describe("hello-mmap", function()
  it("reads the first line, overwrites its beginning and saves", function()
    local path = support.write("hello.txt", "Hello, world\nsecond line\n")
    local status, stdout, stderr = hello(support.quote(path))
    assert.equal(0, status, stderr)
    assert.equal(("before: Hello, world\nafter:  Howdy, world\nsaved:  %s\n"):format(path), stdout)
    assert.equal("Howdy, world\nsecond line\n", support.read(path))
  end)

  it("leaves a file that is too short as it was", function()
    local path = support.write("short.txt", "Hi\n")
    local status, _, stderr = hello(support.quote(path))
    assert.equal(1, status)
    assert.matches(path, stderr, 1, true)
    assert.equal("Hi\n", support.read(path))
  end)

  it("names the file that is not there", function()
    local status, _, stderr = hello(support.quote(support.path("absent.txt")))
    assert.equal(1, status)
    assert.matches("absent.txt", stderr, 1, true)
  end)

  it("says how it is used", function()
    local status, _, stderr = hello("")
    assert.equal(2, status)
    assert.matches("usage", stderr, 1, true)
  end)
end)
