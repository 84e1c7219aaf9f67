-- scripts/text/prefix, judged by the patched program itself and by strings.

local driver = require "spec.scripts.driver"
local support = require "spec.support"
local recipe = require "spec.support.recipe"

local NAME <const> = "text/prefix"

local function options(old, new)
  return ("-p %s -p %s"):format(support.quote("old=" .. old), support.quote("new=" .. new))
end

local STANDARD <const> = options("/opt/first", "/srv/two")

-- Runs the recipe on the bytes; returns them afterwards.
local function patched(data, given)
  local path = support.write("data.bin", data)
  local status, _, stderr = recipe.run("run", NAME, path, given or STANDARD)
  assert(status == 0, stderr)
  return support.read(path)
end

describe("text/prefix", function()
  it("moves a program to another folder, so that it prints the new path", function()
    local source = support.write("where.c", [[
#include <stdio.h>
static const char *folders[] = { "/opt/first/share/data", "/opt/first", "/opt/firstborn", "/very/opt/first/x" };
int main(void)
{
  for (int i = 0; i < 4; i++)
    puts(folders[i]);
  puts("PATH=/opt/first/bin:/usr/bin:/opt/first/sbin");
  return 0;
}
]])
    local path = support.path("where")
    local compile = "gcc -Wl,-rpath,/opt/first/lib:/usr/lib:/opt/first/lib64 -o %s %s"
    local status, _, complaint = support.run(compile:format(path, source))
    assert(status == 0, complaint)
    assert.equal("applicable", recipe.verdict(NAME, path, STANDARD))
    local size = #support.read(path)

    assert.equal(0, (recipe.run("run", NAME, path, STANDARD)))
    local ran, stdout = support.run(path)
    assert.equal(0, ran)
    assert.equal("/srv/two/share/data\n/srv/two\n/opt/firstborn\n/very/opt/first/x\n"
      .. "PATH=/srv/two/bin:/usr/bin:/srv/two/sbin\n", stdout)
    assert.equal(size, #support.read(path))
    local _, dynamic = support.run("readelf -dW " .. path)
    assert.matches("[/srv/two/lib:/usr/lib:/srv/two/lib64]", dynamic, 1, true)
    local _, texts = support.run("strings -a -n 4 " .. path)
    for line in texts:gmatch "[^\n]+" do
      assert(not line:find("^/opt/first%f[/\0]"), "a remnant: " .. line)
    end

    local before = support.sha256(path)
    assert.equal("applied", recipe.verdict(NAME, path, STANDARD))
    assert.equal(0, (recipe.run("run", NAME, path, STANDARD)))
    assert.equal(before, support.sha256(path))
  end)

  it("keeps the tail and pads with NUL", function()
    assert.equal("\0/srv/two/bin\0\0\0next\0", patched "\0/opt/first/bin\0next\0")
  end)

  it("rewrites a text at the first and at the last byte of a file", function()
    assert.equal("/srv/two\0\0\0mid\0/srv/two/x\0\0\0", patched "/opt/first\0mid\0/opt/first/x\0")
  end)

  it("rewrites all places of one text and pads once", function()
    assert.equal("/srv/two:/srv/two/b;/srv/two\0\0\0\0\0\0\0", patched "/opt/first:/opt/first/b;/opt/first\0")
  end)

  it("takes a prefix after bytes that are no text", function()
    assert.equal("\1\xff/srv/two\0\0\0", patched "\1\xff/opt/first\0")
  end)

  it("leaves what only contains the letters", function()
    local data = "/opt/firstborn\0/very/opt/first\0"
    assert.equal(data .. "/srv/two\0\0\0", patched(data .. "/opt/first\0"))
  end)

  it("takes a new prefix of the same length", function()
    assert.equal("/usr/first/a\0", patched("/opt/first/a\0", options("/opt/first", "/usr/first")))
  end)

  it("takes a prefix that ends with a slash, and characters that patterns use", function()
    assert.equal("/b+/x\0\0\0\0", patched("/a-%.+/x\0", options("/a-%.+/", "/b+/")))
  end)

  it("completes a file in which both prefixes stand", function()
    assert.equal("/srv/two/a\0/srv/two/b\0\0\0", patched "/srv/two/a\0/opt/first/b\0")
  end)

  it("demands both parameters, and that they say something", function()
    local path = support.write("data.bin", "/opt/first\0")
    assert.equal(2, (recipe.run("run", NAME, path, "-p old=/opt/first")))
    assert.equal(2, (recipe.run("run", NAME, path, options("/opt/first", ""))))
    assert.equal("/opt/first\0", support.read(path))
  end)
end)

driver.proves(NAME, {
  params = { old = "/opt/first", new = "/srv/two" },
  cases = {
    ["a text with a tail"] = { input = "\0/opt/first/bin\0next\0", output = "\0/srv/two/bin\0\0\0next\0" },
    ["a list of folders"] = { input = "/opt/first:/opt/first/b\0", output = "/srv/two:/srv/two/b\0\0\0\0\0" },
    ["both ends of a file"] = { input = "/opt/first\0-\0/opt/first\0", output = "/srv/two\0\0\0-\0/srv/two\0\0\0" },
  },
  refused = {
    ["another folder"] = { input = "/opt/second/bin\0", message = "is in the file" },
    ["a longer name"] = "/opt/firstborn\0",
    ["the end of a path"] = "/very/opt/first\0",
    ["a variable in front"] = "$HOME/opt/first\0",
    ["a prefix that is cut"] = "/opt/firs\0",
    ["a text without its end"] = { input = "/opt/first/bin", message = "0x0" },
    ["a text that runs into code"] = { input = "/opt/first/bin\1\2\0", message = "not in a text" },
    ["no room"] = {
      input = "\0/opt/first\0x\0", params = { old = "/opt/first", new = "/opt/second" },
      message = "0x1: \"/opt/second\" does not fit",
    },
    ["no room for the second"] = {
      input = "/opt/a/x\0/a/b/opt/a:/opt/a\0", params = { old = "/opt/a", new = "/opt/ab" }, message = "does not fit",
    },
    ["the same prefix"] = { input = "/opt/first\0", params = { old = "/opt/first", new = "/opt/first" } },
  },
})
