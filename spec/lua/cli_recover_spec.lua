-- suture recover: exit statuses, messages, and what it leaves.

local interrupted = require "spec.support.interrupted"
local support = require "spec.support"

local function suture(...)
  local words = {}
  for index, word in ipairs { ... } do
    words[index] = support.quote(word)
  end
  return support.run(support.suture .. " " .. table.concat(words, " "))
end

local function files_in(folder)
  local _, stdout = support.run("ls -A " .. folder)
  return stdout
end

describe("suture recover", function()
  it("finishes a flush that was decided, in all its files, and leaves nothing behind", function()
    local kernel, config, folder = interrupted()
    local status, stdout, stderr = suture("recover", kernel, config)
    assert.same({ 0, kernel .. ": finished\n" .. config .. ": clean\n", "" }, { status, stdout, stderr })
    assert.equal("KERNEL01config01", support.read(kernel) .. support.read(config))
    assert.equal("config\nkernel\n", files_in(folder))
    status, stdout = suture("recover", kernel)
    assert.same({ 0, kernel .. ": clean\n" }, { status, stdout })
  end)

  it("starts from any file of the transaction", function()
    local kernel, config, folder = interrupted()
    local status, stdout = suture("recover", config)
    assert.same({ 0, config .. ": finished\n" }, { status, stdout })
    assert.equal("KERNEL01config01", support.read(kernel) .. support.read(config))
    assert.equal("config\nkernel\n", files_in(folder))
  end)

  it("takes it back with --old", function()
    local kernel, config, folder = interrupted()
    local status, stdout = suture("recover", "--old", kernel)
    assert.same({ 0, kernel .. ": undone\n" }, { status, stdout })
    assert.equal("KERNEL--config--", support.read(kernel) .. support.read(config))
    assert.equal("config\nkernel\n", files_in(folder))
  end)

  it("leaves the files as they are with --forget", function()
    local kernel, config, folder = interrupted()
    support.write(kernel, "KERNEL!!")
    assert.equal(0, (suture("recover", "--forget", kernel, config)))
    assert.equal("KERNEL!!config--", support.read(kernel) .. support.read(config))
    assert.equal("config\nkernel\n", files_in(folder))
  end)

  it("ends with 6 where the bytes are neither old nor new, until it is told", function()
    local kernel, config = interrupted()
    support.write(kernel, "KERNEL!!")
    local status, stdout, stderr = suture("recover", kernel)
    assert.same({ 6, "" }, { status, stdout })
    assert.matches("^suture: " .. kernel:gsub("%p", "%%%0") .. ": [^\n]+\n$", stderr)
    assert.equal("KERNEL!!config--", support.read(kernel) .. support.read(config))
    assert.equal(0, (suture("recover", "--new", kernel)))
    assert.equal("KERNEL01config01", support.read(kernel) .. support.read(config))
  end)

  it("goes on after a file that cannot be settled, and ends with the highest status", function()
    local kernel = interrupted()
    local status, stdout, stderr = suture("recover", support.path "missing", kernel)
    assert.same({ 4, kernel .. ": finished\n" }, { status, stdout })
    assert.matches("missing: No such file or directory\n$", stderr)
  end)

  it("ends with 4 while another process has the file open for patching", function()
    local kernel = interrupted()
    local status, _, stderr = support.run(("flock %s %s recover %s"):format(kernel, support.suture, kernel))
    assert.equal(4, status)
    assert.matches("is open for patching", stderr, 1, true)
    assert.equal("KERNEL--", support.read(kernel))
  end)

  local function journal_in(folder)
    local _, stdout = support.run("ls -d " .. folder .. "/.suture-*.redo")
    return (stdout:gsub("\n", ""))
  end

  it("takes a journal by its path", function()
    local kernel, config, folder = interrupted()
    local status, stdout = suture("recover", kernel, "--journal", journal_in(folder))
    assert.same({ 0, kernel .. ": finished\n" }, { status, stdout })
    assert.equal("KERNEL01config01", support.read(kernel) .. support.read(config))
  end)

  it("takes a journal that was moved elsewhere, since both are named", function()
    local kernel, config, folder = interrupted()
    local elsewhere = support.path "elsewhere"
    support.run(("mkdir -p %s && mv %s %s/"):format(elsewhere, journal_in(folder), elsewhere))
    local status, stdout = suture("recover", kernel, "--journal", journal_in(elsewhere))
    assert.same({ 0, kernel .. ": finished\n" }, { status, stdout })
    assert.equal("KERNEL01config01", support.read(kernel) .. support.read(config))
  end)

  it("ends with 2 for wrong use", function()
    local kernel = support.write("kernel", "x")
    local wrong = {
      { "missing argument 'targets'" }, { "can not be used together", kernel, "--old", "--new" },
      { "--journal takes one target", kernel, kernel, "--journal", "x" },
      { "a journal's name ends with .redo or .undo", kernel, "--journal", kernel },
    }
    for _, case in ipairs(wrong) do
      local status, stdout, stderr = suture("recover", table.unpack(case, 2))
      assert.matches(case[1], stderr, 1, true)
      assert.same({ 2, "" }, { status, stdout })
    end
    assert.equal(4, (suture("recover", kernel, "--journal", support.path "missing.redo")))
  end)
end)

describe("an interrupted flush", function()
  it("is settled by opening a file for patching, which says so", function()
    local kernel, config = interrupted()
    local script = support.write("open.lua",
      "local b <close> = assert(require 'suture'.open(arg[1])) print(b:read(6, 2))")
    local status, stdout, stderr = suture(script, config)
    assert.same({ 0, "01\n" }, { status, stdout })
    assert.equal("suture: " .. config .. ": an interrupted flush was finished\n", stderr)
    assert.equal("KERNEL01", support.read(kernel))
  end)

  it("is status 4 for verbs that look, and 6 for run where it cannot be settled", function()
    local kernel = interrupted()
    local recipe = support.write("recipe.lua", "return { apply = function(b) b[0] = 1 end }")
    for _, words in ipairs { { "check", recipe, kernel }, { "dump", kernel } } do
      local status, stdout, stderr = suture(table.unpack(words))
      assert.same({ 4, "" }, { status, stdout })
      assert.matches("suture recover", stderr, 1, true)
    end
    support.write(kernel, "KERNEL!!")
    local status, stdout, stderr = suture("run", recipe, kernel, "--json")
    assert.equal(6, status)
    assert.matches('"status":"indeterminate"', stdout, 1, true)
    assert.matches('"kind":"indeterminate"', stdout, 1, true)
    assert.matches("^suture: " .. kernel:gsub("%p", "%%%0"), stderr)
    assert.equal("KERNEL!!", support.read(kernel))
  end)
end)
