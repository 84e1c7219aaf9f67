-- The contents of refs: what is none is told, what a crash has left half is removed, nothing of it is obeyed.

local support = require "spec.support"
local world = require "spec.support.world"

local DATA <const> = ("suture "):rep(2000)

local quote <const> = support.quote

-- A flush of two files in two folders that was killed when one was written. Returns the path of the one that has a ref,
-- that of its ref, and the ref's lines. The folder's name has what is escaped in a ref.
local function referring(name)
  local paths = {}
  for index, folder in ipairs { name .. ".a%b\nc", name .. ".b%c\nd" } do
    paths[index] = support.write(world.folder(folder) .. "/file", DATA)
  end
  world.interrupt({ { paths[1], 5, "new" }, { paths[2], 5, "new" } }, { call = "fdatasync" })
  for _, path in ipairs(paths) do
    local folder = path:match "^(.*)/"
    if world.traces(folder) == ".ref" then
      local ref = folder .. "/" .. world.must(("ls -A %s | grep suture"):format(quote(folder))):match "^[^\n]+"
      local lines = {}
      for line in support.read(ref):gmatch "([^\n]*)\n" do
        lines[#lines + 1] = line
      end
      return path, ref, lines
    end
  end
  error "there is no ref"
end

-- What recovery says for each of the texts.
local function recover_with(path, ref, texts)
  local code = { "local texts <const> = {" }
  for index, text in ipairs(texts) do
    code[index + 1] = ("%q,"):format(text)
  end
  code[#code + 1] = ([[}
    for _, text in ipairs(texts) do
      local file <close> = assert(io.open(%q, "wb"))
      assert(file:write(text) and file:flush())
      local ok, said = pcall(core.recover, %q)
      print(ok and said or said.kind)
    end]]):format(ref, path)
  local status, stdout, stderr = world.lua(table.concat(code, "\n"), { under = [[sh -c 'umask 077; exec "$@"' sh]] })
  assert(status == 0, stderr)
  local said = {}
  for word in stdout:gmatch "%a+" do
    said[#said + 1] = word
  end
  return said
end

describe("a ref", function()
  it("tells of folders of any name", function()
    local targets = {}
    for index, name in ipairs { "written.a%b\nc", "written.b%c\nd" } do
      targets[index] = { support.write(world.folder(name) .. "/file", DATA), 5, "new" }
    end
    assert.equal("place", (world.flush(targets)))
    for _, target in ipairs(targets) do
      assert.equal(world.patched(DATA, 5, "new"), support.read(target[1]))
    end
  end)

  it("that a crash has cut, anywhere, is removed", function()
    local path, ref, lines = referring "cut"
    local text, texts = table.concat(lines, "\n") .. "\n", {}
    for len = 0, #text - 1 do
      texts[len + 1] = text:sub(1, len)
    end
    texts[#texts + 1] = ("\0"):rep(#text)
    texts[#texts + 1] = text:sub(1, 40) .. ("\0"):rep(#text - 40)
    for index, word in ipairs(recover_with(path, ref, texts)) do
      assert(word == "clean", ("cut at %d: %s"):format(index - 1, word))
    end
    assert.equal(DATA, support.read(path))
  end)

  describe("is not obeyed", function()
    -- A line's number, what it is instead, and what recovery says.
    local cases <const> = {
      { 1, "suture-ref 2", "indeterminate" },
      { 1, "another text, which is longer than the first line of a ref", "indeterminate" },
      { 2, "0123", "indeterminate" },
      { 2, ("X"):rep(32), "indeterminate" },
      { 2, ("0"):rep(32), "clean" },
      { 3, "no numbers", "indeterminate" },
      { 3, "1", "indeterminate" },
      { 3, "1 2 3", "indeterminate" },
      { 3, "1 2", "indeterminate" },
      { 4, "journal", "indeterminate" },
      { 4, ".suture-a/../b", "indeterminate" },
      { 4, ".suture-0", "clean" },
      { 4, ".suture-" .. ("0"):rep(60), "indeterminate" },
      { 5, "no/absolute/path", "indeterminate" },
      { 5, "/nowhere%20", "indeterminate" },
      { 6, "%2", "indeterminate" },
      { 7, "END", "clean" },
      { 7, "end\nof it\nend", "indeterminate" },
    }

    for _, case in ipairs(cases) do
      it(("with %q as its line %d"):format(case[2], case[1]), function()
        local path, ref, lines = referring(("line.%d.%s"):format(case[1], case[2]:sub(1, 20):gsub("%W", "_")))
        lines[case[1]] = case[2]
        assert.same({ case[3] }, recover_with(path, ref, { table.concat(lines, "\n") .. "\n" }))
        assert.equal(DATA, support.read(path))
      end)
    end
  end)

  it("as it is leads to its journal", function()
    local path, ref, lines = referring "whole"
    assert.same({ "finished" }, recover_with(path, ref, { table.concat(lines, "\n") .. "\n" }))
    assert.equal(world.patched(DATA, 5, "new"), support.read(path))
  end)
end)
