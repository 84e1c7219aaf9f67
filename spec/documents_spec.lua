-- The documents for users: their commands print what they say they print, what they name is there, and they lead to
-- files that are there.

local document = require "spec.docs.document"
local registered = require "spec.docs.registered"
local support = require "spec.support"

-- Those that have a spec of their own, since their examples do not stand on each other.
local ELSEWHERE <const> = { ["docs/api.md"] = "spec/docs_spec.lua", ["docs/mmap.md"] = "spec/docs/mmap_spec.lua" }

local function documents()
  local list = {}
  local _, found = support.run "ls README.md docs/*.md"
  for path in found:gmatch "[^\n]+" do
    list[#list + 1] = path
  end
  return list
end

local VERBS <const> = registered.verbs()
local MAKEFILE <const> = support.read "./Makefile"
local SESSION <const> = support.read "docs/repl-session.txt"

-- A session that is shown is a part of the captured one; no block of commands is left out by its language.
local function check_session(block)
  assert(block.language ~= "sh" and block.language ~= "bash", "a block of commands that are not run")
  if block.language == "text" then
    assert(SESSION:find(block.text, 1, true), ("line %d: not in docs/repl-session.txt"):format(block.line))
  end
end

-- Paths and words of the shell that stand for the verb's arguments are not looked at.
local function check_command(verb, rest)
  local known = { ["--help"] = true }
  for _, option in ipairs(assert(VERBS[verb], ("no verb %s"):format(verb))) do
    known[option] = true
  end
  for option in rest:gmatch "%f[%w-]%-%-%l[%l-]*" do
    assert(known[option], ("no option %s of %s"):format(option, verb))
  end
end

for _, path in ipairs(documents()) do
  describe(path, function()
    local text = support.read("./" .. path)

    if not ELSEWHERE[path] then
      -- In one test, since each block stands on what those before it have left.
      it("prints what its commands print", function()
        local folder = document.folder(path:gsub("%W", "-"))
        for _, block in ipairs(document.blocks(text)) do
          check_session(block)
          folder:act(block, function(command, shown, printed)
            assert.equal(shown, printed, ("line %d: %s"):format(block.line, command))
          end)
        end
      end)
    end

    it("names verbs and options that are there", function()
      for verb, rest in text:gmatch "`suture (%l+)%f[%s`]([^`]*)`" do
        check_command(verb, rest)
      end
      for verb, rest in text:gmatch "\n    suture (%l+)([^\n]*)" do
        check_command(verb, rest)
      end
    end)

    it("names targets of make that are there", function()
      for _, form in ipairs { "`make (%l+)", "\n    make (%l+)" } do
        for target in text:gmatch(form) do
          assert(MAKEFILE:find("\n" .. target .. ":", 1, true), "no target " .. target)
        end
      end
    end)

    it("links to files that are there", function()
      local here = path:match "^.*/" or ""
      for link in document.prose(text):gmatch "%]%(([^)#:]+)[^)]*%)" do
        assert.is_truthy(support.read("./" .. here .. link))
      end
    end)

    it("names files that are there", function()
      for folder in ("src lua spec scripts docs"):gmatch "%l+" do
        for name in document.prose(text):gmatch("%f[%w/](" .. folder .. "/[%l%d_/-]+%.%l+)") do
          assert.is_truthy(support.read("./" .. name))
        end
      end
    end)
  end)
end
