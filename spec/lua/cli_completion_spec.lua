-- Completion in the shells themselves: each reads its script and is asked what it offers.

local support = require "spec.support"

local folder = support.path "completion"

local function sh(command)
  local status, stdout, stderr = support.run(command)
  assert(status == 0, command .. ": " .. stderr)
  return stdout
end

-- In a folder with two files, one recipe on the path, and suture as a command.
local function run(shell, text)
  local script = support.write("ask." .. shell, text)
  return sh(("cd %s/work && HOME=%s SUTURE_PATH=%s/recipes PATH=%s:$PATH %s %s"):format(
    folder, folder, folder, folder, shell == "zsh" and "zsh -f" or shell, script))
end

local function sorted(text)
  local lines = {}
  for line in text:gmatch "[^\n]+" do
    lines[#lines + 1] = line
  end
  table.sort(lines)
  return table.concat(lines, " ")
end

-- The words of a line, as bash cuts them.
local function bash(...)
  local words = {}
  for index, word in ipairs { ... } do
    words[index] = support.quote(word)
  end
  return sorted(run("bash", ([[
source <(suture completion bash)
COMP_WORDS=(suture %s)
COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
_suture
printf '%%s\n' "${COMPREPLY[@]}"]]):format(table.concat(words, " "))))
end

-- What is offered is listed by functions in place of zsh's own.
local function zsh(...)
  local words = {}
  for index, word in ipairs { ... } do
    words[index] = support.quote(word)
  end
  return sorted(run("zsh", ([[
compdef() { : }
_describe() { local entry; for entry in "${(@P)4}"; do print -r -- "${entry%%%%:*}"; done }
compset() { : }
_files() { print -l -- *(N) }
source <(suture completion zsh)
words=(suture %s)
CURRENT=${#words}
_suture]]):format(table.concat(words, " "))))
end

local function fish(line)
  local text = run("fish", ("suture completion fish | source\ncomplete -C %s"):format(support.quote(line)))
  return sorted(text:gsub("\t[^\n]*", ""))
end

describe("suture completion", function()
  setup(function()
    local executable = support.suture:find "^'/" and support.suture or '"$PWD"/' .. support.suture
    sh(("mkdir -p %s/work %s/recipes/own && ln -s %s %s/suture && touch %s/work/one.bin %s/work/two.bin"):format(
      folder, folder, executable, folder, folder, folder))
    support.write(folder .. "/recipes/own/blink.lua", [[return { apply = function() end,
      params = { rate = { type = "integer", help = "times a second" },
        mode = { type = "enum", values = { "on", "off" } } } }]])
  end)

  it("completes in bash", function()
    assert.equal("recover revert", bash("rec") .. " " .. bash("reve"))
    assert.equal("own/blink", bash("run", "own"))
    assert.equal("one.bin", bash("run", "own/blink", "one"))
    assert.equal("mode= rate=", bash("run", "own/blink", "-p", ""))
    assert.equal("off on", bash("run", "own/blink", "-p", "mode", "=", "o"))
    assert.equal("off on", bash("run", "own/blink", "-p", "mode", "=", ""))
    assert.equal("--timeout", bash("run", "own/blink", "--ti"))
    assert.equal("one.bin two.bin", bash("dump", ""))
    assert.equal("bash", bash("completion", "b"))
  end)

  it("completes in zsh", function()
    assert.equal("own/blink", zsh("check", "own"):match "own/%S+")
    assert.equal("mode= rate=", zsh("run", "own/blink", "-p", ""))
    assert.equal("mode=off mode=on", zsh("run", "own/blink", "-p", "mode=o"))
    assert.equal("one.bin two.bin", zsh("dump", ""))
    assert.equal("--timeout", zsh("run", "own/blink", "--ti"))
  end)

  it("completes in fish", function()
    assert.equal("recover", fish "suture rec")
    assert.equal("own/blink", fish "suture run own")
    assert.equal("mode= rate=", fish "suture run own/blink -p ")
    assert.equal("mode=off mode=on", fish "suture run own/blink -p mode=o")
    assert.equal("one.bin", fish "suture dump o")
  end)

  it("tells the explanation behind a tab, and files by a colon", function()
    local stdout = sh(("SUTURE_PATH=%s/recipes %s completion candidates -- run own/blink -p ra"):format(
      folder, support.suture))
    assert.equal("rate=\ttimes a second\n", stdout)
    assert.equal(":\n", sh(support.suture .. " completion candidates -- dump x"))
  end)

  it("refuses another shell, and words behind one", function()
    local status, stdout, stderr = support.run(support.suture .. " completion csh")
    assert.same({ 2, "" }, { status, stdout })
    assert.matches("must be one of 'bash', 'zsh', 'fish', 'candidates'", stderr, 1, true)
    assert.same({ 2, "", "suture: completion bash takes no further word\n" },
      { support.run(support.suture .. " completion bash run") })
  end)

  it("survives a recipe that does not end, and one that is none", function()
    support.write(folder .. "/recipes/own/loop.lua", "while true do end")
    support.write(folder .. "/recipes/own/none.lua", "return {")
    assert.equal("", bash("run", "own/loop", "-p", ""))
    assert.equal("", bash("run", "own/none", "-p", ""))
  end)
end)
