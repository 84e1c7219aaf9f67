-- What the user says about the cell: --trust, --strict, --memory; and what is said where the kernel lacks a part.

local recipe = require "suture.recipe"
local support = require "spec.support"

local START <const> = "\0\0\xc7\x01\x75\x0a\0\0"
local quote <const> = support.quote

local target

local function suture(words, before)
  return support.run(("%s %s %s"):format(before or "", support.suture, words))
end

local function run(text, options, before)
  target = support.write("target", START)
  local path = support.write("recipe.lua", text)
  return suture(("run %s %s %s"):format(quote(path), quote(target), options or ""), before)
end

local good <const> = "return { apply = function(b) b[0] = 9 end }"

-- Some of the system calls fail.
local function injecting(failure, ...)
  local words = { "env ASAN_OPTIONS=detect_leaks=0 strace -f -qq -o /dev/null" }
  for _, call in ipairs { ... } do
    words[#words + 1] = ("-e inject=%s:error=%s"):format(call, failure)
  end
  return table.concat(words, " ")
end

-- A kernel without some of the calls: they fail as if there were none.
local function without(...)
  return injecting("ENOSYS", ...)
end

describe("--trust", function()
  it("lifts the cell and says so", function()
    local status, stdout, stderr = run(
      "return { apply = function(b) assert(io.open('/etc/passwd') and os.getenv 'PATH' and debug) b[0] = 9 end }",
      "--trust")
    assert.equal(0, status)
    assert.matches("changed", stdout, 1, true)
    assert.equal(("suture: %s runs with all your rights (--trust)\n"):format(support.path "recipe.lua"), stderr)
  end)

  it("does not lift the separation", function()
    local status, _, stderr = run([[return { apply = function(b) b[0] = 9
      for _, fd in ipairs { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 } do
        local link = io.popen("readlink /proc/$PPID/fd/" .. fd):read "a"
        assert(not link:find "target" or not io.open("/proc/self/fdinfo/" .. fd):read "a":find "lock:")
      end
      error "mine" end }]], "--trust")
    assert.equal(5, status)
    assert.matches("mine", stderr, 1, true)
    assert.equal(START, support.read(target))
  end)

  it("says nothing where it is not given", function()
    local status, _, stderr = run(good)
    assert.same({ 0, "" }, { status, stderr })
  end)
end)

describe("--memory", function()
  for _, word in ipairs { "0", "-1", "x", "nan" } do
    it("refuses " .. word, function()
      local status, _, stderr = run(good, "--memory=" .. word)
      assert.equal(2, status)
      assert.matches("--memory needs MiB above 0, not '" .. word, stderr, 1, true)
    end)
  end
end)

describe("a kernel without", function()
  local lacks <const> = {
    ["Landlock"] = { "landlock_create_ruleset" },
    ["seccomp"] = { "seccomp" },
    ["Landlock, no seccomp"] = { "landlock_create_ruleset", "seccomp" },
  }
  for name, calls in pairs(lacks) do
    it(name .. " is named, once", function()
      target = support.write("target", START)
      local path, second = support.write("recipe.lua", good), support.write("second", START)
      local status, _, stderr = suture(("run %s %s %s"):format(path, target, second), without(table.unpack(calls)))
      assert.same({ 0, ("suture: warning: this system has no %s: recipes are confined less than they should be\n")
        :format(name) }, { status, stderr })
    end)

    it(name .. " is refused with --strict", function()
      local status, stdout, stderr = run(good, "--strict", without(table.unpack(calls)))
      assert.same({ 4, "" }, { status, stdout })
      local words = ("this system has no %s: a recipe would not be confined wholly (--strict)"):format(name)
      assert.matches(words, stderr, 1, true)
      assert.equal(START, support.read(target))
    end)

    it(name .. " is told by info", function()
      local status, stdout = suture("info --system", without(table.unpack(calls)))
      assert.equal(0, status)
      assert.equal(name:find "Landlock" ~= nil, stdout:find("Landlock: no", 1, true) ~= nil)
      assert.equal(name:find "seccomp" ~= nil, stdout:find("seccomp: no", 1, true) ~= nil)
      assert.matches("in part (--strict refuses to run them)", stdout, 1, true)
    end)
  end

  it("Landlock opens nothing at all", function()
    support.write("asset", "x")
    local text <const> = "return { apply = function(b, _, context) b[0] = context.asset('asset'):u8(0) end }"
    local status, _, stderr = run(text, "", without "landlock_create_ruleset")
    assert.equal(5, status)
    assert.matches("out of reach for a recipe", stderr, 1, true)
    assert.equal(0, (run(text)))
  end)

  it("a part that it promised fails", function()
    local parts <const> = { landlock_restrict_self = "Landlock", landlock_add_rule = "Landlock",
      prctl = "no new privileges", setrlimit = "limits" }
    -- The sanitizer does not live without these.
    if (os.getenv "SUTURE_BIN" or ""):find("asan", 1, true) then
      parts.prctl, parts.setrlimit = nil, nil
    end
    for call, part in pairs(parts) do
      local status, _, stderr = run(good, "", injecting("ENOMEM", call == "setrlimit" and "prlimit64" or call))
      assert.equal(4, status)
      assert.matches(("cannot confine the recipe (%s)"):format(part), stderr, 1, true)
      assert.equal(START, support.read(target))
    end
  end)
end)

describe("suture info", function()
  it("tells what this machine offers", function()
    local status, stdout, stderr = suture "info --system"
    assert.same({ 0, "" }, { status, stderr })
    assert.matches("^Landlock: [^\n]+\nseccomp: %l+\nlimits of [^\n]+: yes\nlimit of the address space: %l+\n"
      .. "limit of Lua's memory: yes\nrecipes are confined: [^\n]+\n$", stdout)
  end)

  it("needs to be told about what", function()
    local status, stdout, stderr = suture "info"
    assert.same({ 2, "", "suture: info needs a recipe, or --system\n" }, { status, stdout, stderr })
  end)
end)

describe("suture.recipe.describe", function()
  local function describe_it(text, options)
    local path = support.write("recipe.lua", text)
    local script = support.write("describe.lua", ([[
      local about, problem = require "suture".recipe.describe(arg[1], %s)
      if not about then print(problem.code, problem.kind) io.stderr:write(problem.text) os.exit(1) end
      print(about.name, about.summary, about.params and about.params.n.type, about.apply, about.targets and
        about.targets[1].match, about.targets and about.targets[1].versions[1].label)]]):format(options or "nil"))
    return support.run(("%s %s %s"):format(support.suture, script, path))
  end

  it("tells what a recipe says about itself", function()
    local status, stdout, stderr = describe_it [[return { name = "a/b", summary = "s\xff", apply = print,
      params = { n = { type = "integer", required = true } },
      targets = { { match = print, versions = { { label = "l", size = 1 } } } } }]]
    assert.same({ 0, "a/b\ts\u{fffd}\tinteger\tnil\tnil\tl\n", "" }, { status, stdout, stderr })
  end)

  local hostile <const> = {
    ["reads files"] = { "2\trecipe", "return { apply = print, summary = io.open('/etc/passwd'):read 'a' }" },
    ["runs commands"] = { "2\trecipe", "os.execute 'true'" },
    ["never ends"] = { "5\tlimit", "while true do end" },
    ["takes all memory"] = { "5\tlimit", "local t = {} while true do t[#t + 1] = {} end" },
    ["says too much"] = { "2\trecipe",
      "local p = {} for i = 1, 30000 do p['p' .. i] = { type = 'integer' } end return { apply = print, params = p }" },
    ["is none"] = { "2\targument", "return 5" },
    ["floods"] = { "5\tlimit", "while true do print '' end" },
  }
  for name, case in pairs(hostile) do
    it("takes no harm from one that " .. name, function()
      local status, stdout = describe_it(case[2], "{ timeout = 3, memory = 24 }")
      assert.same({ 1, case[1] .. "\n" }, { status, stdout })
    end)
  end

  it("raises unsupported outside the executable", function()
    if not package.searchers[5] and not pcall(require, "suture.host") then
      local ok, err = pcall(recipe.describe, "x")
      assert.same({ false, "unsupported" }, { ok, err.kind })
    end
  end)
end)
