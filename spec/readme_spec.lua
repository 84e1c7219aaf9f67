-- README.md: its commands print what it says they print.

local support = require "spec.support"

-- The blocks of one language, in order.
local function blocks(text, language)
  local list = {}
  for block in text:gmatch("\n```" .. language .. "\n(.-)```\n") do
    list[#list + 1] = block
  end
  return list
end

-- A block of commands as a list of { command, the output that is shown }.
local function commands(block)
  local list = {}
  for line in block:gmatch "[^\n]*\n" do
    local command = line:match "^%$ (.*)\n$"
    if command then
      list[#list + 1] = { command, "" }
    else
      list[#list][2] = list[#list][2] .. line
    end
  end
  return list
end

describe("README.md", function()
  local text = support.read "./README.md"
  local folder = support.path "readme"

  local function run(command)
    local bin = support.quote(folder .. "/bin")
    return support.run(("cd %s && PATH=%s:$PATH && { %s\n} 2>&1"):format(support.quote(folder), bin, command))
  end

  setup(function()
    local executable = support.suture:find "^'/" and support.suture or '"$PWD"/' .. support.suture
    local prepare = "mkdir -p %s/bin && ln -s %s %s/bin/suture"
    local status, _, stderr = support.run(prepare:format(folder, executable, folder))
    assert(status == 0, stderr)
    for _, block in ipairs(blocks(text, "lua")) do
      local name = assert(block:match "^%-%- (%S+%.lua)\n", "a block of Lua begins with the name of its file")
      support.write(folder .. "/" .. name, block)
    end
  end)

  for number, block in ipairs(blocks(text, "console")) do
    it("prints what its commands print: block " .. number, function()
      for _, entry in ipairs(commands(block)) do
        local _, stdout = run(entry[1])
        assert.equal(entry[2], stdout, entry[1])
      end
    end)
  end

  it("links to files that are there", function()
    for path in text:gmatch "%]%(([^)#:]+)%)" do
      assert.is_truthy(support.read("./" .. path))
    end
  end)

  it("names every recipe that ships", function()
    local _, stdout = support.run "cd scripts && ls */*.lua"
    for name in stdout:gmatch "(%S+)%.lua\n" do
      assert.matches("`" .. name .. "`", text, 1, true)
    end
  end)
end)
