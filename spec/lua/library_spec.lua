-- Which recipes have names: the layouts of a folder of the recipe path, what hides what, and that no name leaves it.

local shelf = require "spec.support.shelf"
local support = require "spec.support"

-- Runs Lua code inside the executable with a recipe path; returns what it printed, as lines.
local function ask(path, code)
  local script = support.write("ask.lua", "local library = require 'suture'.library\n" .. code)
  -- As suture.library.folders, .find and .recipes are called by scripts.
  local status, stdout, stderr = support.run(("SUTURE_PATH=%s XDG_DATA_HOME=/nowhere %s %s"):format(
    support.quote(path), shelf.suture(), script))
  assert.same({ 0, "" }, { status, stderr })
  local lines = {}
  for line in stdout:gmatch "[^\n]+" do
    lines[#lines + 1] = line
  end
  return lines
end

-- The path of a name, from the folder on; or what is said where there is none.
local function find(folder, name, path)
  local line = table.concat(ask(path or folder, ("print(select(2, pcall(library.find, %q)))"):format(name)), " ")
  return line:sub(1, #folder + 1) == folder .. "/" and line:sub(#folder + 2) or line
end

local function list(path)
  return ask(path, "for _, entry in ipairs(library.recipes(nil, function(path, reason) print(path .. ': ' .. reason) "
    .. "end)) do print(entry.name .. (entry.hidden_by and ' (hidden)' or '')) end")
end

local R <const> = shelf.recipe()

describe("a folder of the recipe path", function()
  it("that is plain has a recipe in each file", function()
    local folder = shelf.folder { ["one.lua"] = R, ["a/b/two.lua"] = R, ["readme.txt"] = "", [".x.lua"] = R }
    assert.same({ "a/b/two", "one" }, list(folder))
    assert.equal("one.lua", find(folder, "one"))
    assert.equal("a/b/two.lua", find(folder, "a/b/two"))
  end)

  it("that is a library has those below recipes/, and nothing else", function()
    local folder = shelf.folder {
      ["recipes/one.lua"] = R, ["recipes/a/two.lua"] = R, ["lua/part.lua"] = R, ["spec/one_spec.lua"] = R,
      ["other.lua"] = R,
    }
    assert.same({ "a/two", "one" }, list(folder))
    assert.equal("recipes/a/two.lua", find(folder, "a/two"))
    for _, name in ipairs { "other", "lua/part", "recipes/one", "spec/one_spec" } do
      assert.matches("no recipe '" .. name, find(folder, name), 1, true)
    end
  end)

  it("may hold libraries, whose names are no part of their recipes' names", function()
    local folder = shelf.folder {
      ["acme/recipes/router/fix.lua"] = R, ["acme/lua/part.lua"] = R, ["zoo/recipes/router/fix.lua"] = R,
      ["zoo/recipes/lion.lua"] = R, ["own.lua"] = R,
    }
    assert.same({ "own", "router/fix", "lion", "router/fix (hidden)" }, list(folder))
    assert.equal("acme/recipes/router/fix.lua", find(folder, "router/fix"))
    assert.equal("zoo/recipes/lion.lua", find(folder, "lion"))
    assert.matches("no recipe", find(folder, "acme/recipes/router/fix"))
  end)

  it("passes over a library that lies deeper", function()
    local folder = shelf.folder { ["a/b/recipes/x.lua"] = R, ["a/y.lua"] = R }
    local lines = list(folder)
    assert.matches("a/b/: is a library, and passed over", lines[1], 1, true)
    assert.same({ "a/y" }, { table.unpack(lines, 2) })
  end)

  it("hides what later folders have of the same name", function()
    local first, second = shelf.folder { ["x.lua"] = R }, shelf.folder { ["x.lua"] = R, ["y.lua"] = R }
    local path = first .. ":/nowhere::" .. second
    assert.same({ "x", "x (hidden)", "y" }, list(path))
    assert.equal("x.lua", find(first, "x", path))
    assert.equal("y.lua", find(second, "y", path))
  end)

  it("may be missing, a file or empty", function()
    assert.same({}, list("/nowhere:" .. support.write("file", "") .. ":" .. shelf.folder()))
  end)

  it("leaves scripts out, but not recipes that run themselves", function()
    local folder = shelf.folder { ["script.lua"] = "#!/usr/bin/env suture\nprint 'hello'\n",
      ["lone.lua"] = "#!/usr/bin/env -S suture run\n" .. R }
    assert.same({ "lone" }, list(folder))
    assert.matches("no recipe 'script'", find(folder, "script"))
  end)

  it("tells of what it cannot look at, and goes on", function()
    local folder = shelf.folder { ["my fix.lua"] = R, ["-x.lua"] = R, ["good.lua"] = R, ["deep/" .. ("d/"):rep(20)
      .. "x.lua"] = R }
    support.run(("mkfifo %s/pipe.lua; ln -s /nowhere %s/gone.lua; mkdir %s/folder.lua"):format(folder, folder, folder))
    local lines = table.concat(list(folder), "\n")
    assert.matches("good", lines, 1, true)
    assert.matches("my fix.lua: its name is none of a recipe", lines, 1, true)
    assert.matches("-x.lua: its name is none of a recipe", lines, 1, true)
    assert.matches("/d/: lies too deep", lines, 1, true)
    assert(not lines:find "pipe" and not lines:find "gone", lines)
    for _, name in ipairs { "pipe", "gone", "folder" } do
      assert.matches("no recipe '" .. name .. "'", find(folder, name), 1, true)
    end
  end)
end)

describe("a name", function()
  it("does not leave its folder", function()
    local outer = shelf.folder { ["secret.lua"] = R, ["inner/x.lua"] = R, ["inner/a/y.lua"] = R }
    local inner = outer .. "/inner"
    for _, name in ipairs { "a/../../secret", "a/../x", "a/./y", "x/../../secret", "a//y", "", "a/", "-x", "a/.y",
      "x\n", "x y", "a\\y", ("x"):rep(300) } do
      local said = find(inner, name)
      assert.matches("is not the name of a recipe", said, 1, true)
    end
  end)

  it("of a library is not found through a link that leads out of it", function()
    local outer = shelf.folder { ["secret.lua"] = R, ["elsewhere/z.lua"] = R, ["lib/recipes/x.lua"] = R,
      ["lib/data/kept.lua"] = R }
    local recipes = outer .. "/lib/recipes"
    support.run(("cd %s && ln -s ../../secret.lua leak.lua && ln -s ../../elsewhere away && ln -s . loop && "
      .. "ln -s ../data/kept.lua kept.lua"):format(recipes))
    local lines = list(outer .. "/lib")
    assert.equal(recipes .. "/leak.lua: leads out of its library", lines[1])
    assert.same({ "kept", "x" }, { table.unpack(lines, 2) })
    assert.matches("no recipe 'leak'", find(outer .. "/lib", "leak"), 1, true)
    assert.matches("no recipe 'away/z'", find(outer .. "/lib", "away/z"), 1, true)
    assert.equal("recipes/kept.lua", find(outer .. "/lib", "kept"))
  end)

  it("that is missing suggests the nearest, and tells where it was looked for", function()
    local folder = shelf.folder { ["acme/timeout.lua"] = R, ["acme/unlock.lua"] = R }
    assert.equal(("no recipe 'acme/timeuot' in %s, /nowhere/suture; did you mean 'acme/timeout'?"):format(folder),
      find(folder, "acme/timeuot"))
    assert.equal(("no recipe 'entirely-different' in %s, /nowhere/suture"):format(folder),
      find(folder, "entirely-different"))
  end)

  it("is none where it begins with '.' or '/' or has a recipe's ending", function()
    for _, path in ipairs { "./x", "../x", "/x", "x.lua", "a/b.lua" } do
      assert.same({ path }, ask("/nowhere", ("print(library.find %q)"):format(path)))
    end
  end)
end)
