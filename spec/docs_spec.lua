-- Documentation: every function that scripts can reach is annotated, has an entry in docs/api.md with an example that
-- runs, and is called by a spec; and nothing is documented that is not there.

local annotations = require "spec.docs.annotations"
local console = require "spec.docs.console"
local core = require "suture.core"
local reference = require "spec.docs.reference"
local registered = require "spec.docs.registered"
local suture = require "suture"
local support = require "spec.support"

local types <const> = registered.types()

-- The class of each kind of object, and where it is annotated.
local CLASSES <const> = {
  b = { "lua/meta/suture/bytes.lua", "lua/meta/suture/numbers.lua" },
  c = { "lua/meta/suture/cursor.lua", "lua/suture/cursor.lua" },
  p = { "lua/meta/suture/pattern.lua" },
  sp = { "lua/meta/suture/savepoint.lua" },
  set = { "lua/suture/transaction.lua" },
  layout = { "lua/suture/struct.lua" },
  set_sp = { "lua/suture/transaction/savepoint.lua" },
}

-- How the documentation writes what a metatable does.
local FORMS <const> = {
  __len = "#%s", __tostring = "tostring(%s)", __close = "local %s <close> = ...", __pairs = "pairs(%s)",
  __eq = "%s == q", __concat = "%s .. text",
}
local SILENT <const> = { __gc = true, __name = true, __index = true, __newindex = true }

local function is_accessor(name)
  return name:find "^[uif]%d+[lb]?e?$" ~= nil
end

local function annotated(kind)
  local found = {}
  for _, path in ipairs(CLASSES[kind]) do
    local classed = annotations.classed(path)
    for _, fn in ipairs(annotations.functions(path)) do
      if classed[fn.owner] then
        found[fn.name] = fn
      end
    end
  end
  return found
end

local function sources(folder)
  local texts = {}
  for _, path in ipairs(annotations.files(folder)) do
    if path:find "_spec%.lua$" then
      texts[#texts + 1] = support.read("./" .. path)
    end
  end
  return table.concat(texts)
end

local specs <const> = sources "spec/bind spec/lua spec/core spec/host"

-- Whether a spec calls it as a method or a field: b:name(...), b.name, b, ...
local function is_called(name)
  return specs:find("[%w_)\"]:" .. name .. "%f[^%w_]") or specs:find("[%w_)]%." .. name .. "%f[^%w_]")
end

local function mentions(text, name)
  return text:find("%f[%w_]" .. name .. "%f[^%w_]") ~= nil
end

describe("docs/api.md", function()
  for _, kind in ipairs(registered.names(types)) do
    local methods = types[kind].methods
    local object = kind == "set_sp" and "sp" or kind

    it("has an entry for every method of " .. kind, function()
      for name in pairs(methods) do
        if not (object == "c" and is_accessor(name)) then
          assert(reference.find(object .. ":" .. name), ("no entry for %s:%s"):format(object, name))
        end
      end
    end)

    it("has an entry for what the metatable of " .. kind .. " does", function()
      for name in pairs(types[kind].meta) do
        local form = FORMS[name] and ("`" .. FORMS[name]:format(object) .. "`")
        assert(SILENT[name] or form and reference.text:find(form, 1, true),
          ("nothing of %s for %s"):format(name, object))
      end
    end)
  end

  it("has an entry for every field of the module", function()
    for _, name in ipairs(registered.fields()) do
      assert(reference.find("suture." .. name), "no entry for suture." .. name)
    end
  end)

  it("has an entry for every function of suture.recipe", function()
    for name in pairs(suture.recipe) do
      assert(reference.find("suture.recipe." .. name), "no entry for suture.recipe." .. name)
    end
  end)

  it("names every format", function()
    local entry = assert(reference.find "suture.format")
    local _, found = support.run "ls lua/suture/format"
    for name in found:gmatch "(%l+)%.lua\n" do
      assert(name == "init" or entry.body:find("`" .. name .. "`", 1, true), "nothing of the format " .. name)
    end
  end)

  it("names every field of suture.core, in its table and in its example", function()
    local entry = assert(reference.find "suture.core")
    for name in pairs(core) do
      assert(entry.body:find("`core." .. name .. "`", 1, true), "nothing of core." .. name)
      assert(entry.examples[1].text:find("core." .. name, 1, true), "no example of core." .. name)
    end
    for name in entry.body:gmatch "`core%.([%w_]+)`" do
      assert(core[name] ~= nil, "no core." .. name)
    end
  end)

  it("names every field of an error, and every kind in its table", function()
    local err = core.error("io", "")
    for _, name in ipairs { "kind", "message", "path", "offset", "file_offset", "errno", "where" } do
      assert(reference.find("err." .. name), "no entry for err." .. name)
      assert(pcall(function() return err[name] end))
    end
    local rows = {}
    for row in reference.text:gmatch "\n| (`%l+`[^|\n]*) |" do
      for kind in row:gmatch "`(%l+)`" do
        rows[kind] = true
      end
    end
    for _, kind in ipairs(registered.kinds()) do
      assert(rows[kind], "no row for the kind " .. kind)
    end
    assert.is_true(#registered.kinds() > 15)
  end)

  it("has an entry for every verb, with its options", function()
    for verb, options in pairs(registered.verbs()) do
      local entry = assert(reference.find("suture " .. verb), "no entry for the verb " .. verb)
      local text = entry.body .. (verb == "run" and reference.find("suture check").body or "")
      for _, option in ipairs(options) do
        assert(text:find(option, 1, true), ("no %s of %s"):format(option, verb))
      end
    end
  end)

  it("has no entry for what is not there", function()
    local verbs = registered.verbs()
    for _, entry in ipairs(reference.entries) do
      for _, span in ipairs(entry.spans) do
        local object, method = span:match "^(%l+):([%w_]+)"
        local field = span:match "^suture%.([%w_]+)"
        local verb = span:match "^suture (%l+)"
        local member = span:match "^suture%.recipe%.([%w_]+)"
        if object then
          assert(types[object].methods[method], "no method " .. span)
        elseif member then
          assert(suture.recipe[member], "no function " .. span)
        elseif field then
          assert(field == "core" or suture[field] ~= nil, "no field " .. span)
        elseif verb then
          assert(verbs[verb], "no verb " .. span)
        elseif span:find "^b%.%l" then
          assert(pcall(function() return suture.buffer(1)[span:sub(3)] end), "no field " .. span)
        end
      end
    end
    for object, method in reference.text:gmatch "`(%l+):([%w_]+)[^`]*`" do
      assert(types[object].methods[method], ("no method %s:%s"):format(object, method))
    end
  end)

  it("has one example in each entry, which calls what the entry is about", function()
    for _, entry in ipairs(reference.entries) do
      local language = entry.section == "The command line" and "console" or "lua"
      assert(#entry.examples == 1 and entry.examples[1].language == language,
        ("docs/api.md:%d: not one block of %s"):format(entry.line, language))
      local example = entry.examples[1].text
      assert(language == "console" or example:find "assert", ("docs/api.md:%d: asserts nothing"):format(entry.line))
      for _, span in ipairs(entry.spans) do
        local name = span:match "^%l+[:.]recipe%.([%w_]+)" or span:match "^%l+[:.]([%w_]+)" or span:match "^suture %l+"
        assert(not name or name == "name" or mentions(example, name),
          ("docs/api.md:%d: does not call %s"):format(entry.line, name))
      end
    end
  end)

  it("has every typed accessor in an example, of a cursor too", function()
    local cursors = assert(reference.find "c:u8").examples[1].text
    for name in pairs(core.methods) do
      if is_accessor(name) then
        assert(mentions(assert(reference.find("b:" .. name)).examples[1].text, name), name)
        assert(mentions(cursors, name), name)
      end
    end
  end)

  it("links to headings that are there", function()
    local anchors = {}
    for heading in ("\n" .. reference.text):gmatch "\n##+ ([^\n]+)" do
      anchors[heading:lower():gsub("[^%w _-]", ""):gsub(" ", "-")] = true
    end
    local prose = reference.text:gsub("\n```.-\n```\n", "\n")
    for target in prose:gmatch "%]%(#([^)]+)%)" do
      assert(anchors[target], "no heading #" .. target)
    end
    for path in prose:gmatch "%]%(([^)#:]+)[^)]*%)" do
      assert.is_truthy(support.read("./docs/" .. path))
    end
  end)
end)

-- Every example in a folder of its own, after the lines that the document begins with.
describe("the example in docs/api.md", function()
  local executable = support.suture:find "^'/" and support.suture or '"$PWD"/' .. support.suture
  local folder = support.path "examples"
  local count = 0

  setup(function()
    assert.equal(0, (support.run(("mkdir -p %s/bin && ln -s %s %s/bin/suture"):format(folder, executable, folder))))
  end)

  -- In a folder of its own, with records of its own.
  local function run(command, stdin)
    count = count + 1
    local place = ("%s/%d"):format(folder, count)
    return support.run(("mkdir -p %s/state && cd %s && export PATH=%s/bin:$PATH SUTURE_STATE=$PWD/state && %s"):format(
      place, place, folder, command), stdin)
  end

  local function script(example)
    local list = { reference.preamble.examples[1].text }
    -- So that lines count as in the document.
    local _, lines = list[1]:gsub("\n", "\n")
    assert(lines < example.line)
    list[#list + 1] = ("\n"):rep(example.line - lines)
    list[#list + 1] = example.text
    return table.concat(list)
  end

  for _, entry in ipairs(reference.entries) do
    for _, example in ipairs(entry.examples) do
      it(("of %s, line %d"):format(entry.heading, entry.line), function()
        if example.language == "lua" then
          local status, stdout, stderr = run("cat > api.lua; suture api.lua", script(example))
          assert.same({ 0, "", "" }, { status, stdout, stderr })
          return
        end
        local commands = { "{ cat > firmware.lua; suture firmware.lua; }" }
        local wanted = {}
        for _, entry_of in ipairs(console.commands(example.text)) do
          commands[#commands + 1] = entry_of[1]
          wanted[#wanted + 1] = entry_of[2]
        end
        local _, stdout, stderr = run(table.concat(commands, "\n"), reference.preamble.examples[1].text)
        assert.same({ table.concat(wanted), "" }, { stdout, stderr })
      end)
    end
  end
end)

describe("annotations", function()
  for _, kind in ipairs(registered.names(CLASSES)) do
    it("has one for every method of " .. kind .. ", and no others", function()
      local found = annotated(kind)
      for name in pairs(types[kind].methods) do
        assert(found[name], ("no annotation of %s:%s"):format(kind, name))
      end
      for name in pairs(found) do
        assert(types[kind].methods[name], ("%s:%s is not there"):format(kind, name))
      end
    end)
  end

  it("has one for every function of suture.core, and no others", function()
    local found = {}
    for _, fn in ipairs(annotations.functions "lua/meta/suture/core.lua") do
      found[fn.name] = true
      assert(type(core[fn.name]) == "function", fn.name .. " is not there")
    end
    for _, name in ipairs(registered.functions(core)) do
      assert(found[name], "no annotation of core." .. name)
    end
  end)

  it("names the kinds of errors that there are, and no others", function()
    local text = support.read "./lua/meta/suture/error.lua"
    local found = {}
    for kind in text:gmatch '\n%-%-%-| "(%l+)"' do
      found[kind] = true
    end
    for _, kind in ipairs(registered.kinds()) do
      assert(found[kind], kind)
      found[kind] = nil
    end
    assert.same({}, found)
  end)

  for _, path in ipairs(annotations.files "lua/meta") do
    describe("of " .. path, function()
      it("is Lua, and begins as a meta file", function()
        assert(load(support.read("./" .. path), "@" .. path, "t", {}))
        assert.matches("^%-%-%-@meta ", support.read("./" .. path))
      end)

      it("tells each function's parameters, what it does and what it raises", function()
        local count = 0
        for _, fn in ipairs(annotations.functions(path)) do
          local where = ("%s:%d: %s: "):format(path, fn.line, fn.name)
          local names = {}
          for index, parameter in ipairs(fn.comment.parameters) do
            names[index] = parameter.name
          end
          assert.same(fn.parameters, names, where .. "the parameters")
          assert(fn.comment.text:find "%u%l+", where .. "no text")
          assert(fn.comment.text:find "Raises%s", where .. "nothing of what it raises")
          count = count + 1
        end
        assert.is_true(count > 0 or path:find "error%.lua$" ~= nil)
      end)
    end)
  end

  it("agrees with the signatures in docs/api.md", function()
    local compared = 0
    for kind in pairs { b = true, p = true, sp = true } do
      for name, fn in pairs(annotated(kind)) do
        local _, span = reference.find(("%s:%s"):format(kind, name))
        local told = reference.parameters(span)
        if span:find "%(" then
          assert.equal(#told, #fn.comment.parameters, span)
        end
        for index, parameter in ipairs(told) do
          local mine = fn.comment.parameters[index]
          assert.equal(parameter.optional, mine.optional, span .. ": " .. mine.name)
          assert.equal(parameter.name or mine.name, mine.name, span)
          compared = compared + 1
        end
      end
    end
    assert.is_true(compared > 60)
  end)

  for _, path in ipairs(annotations.files "lua/suture") do
    it("is complete for " .. path, function()
      local public = annotations.public(path)
      for _, fn in ipairs(annotations.functions(path)) do
        if public[fn.owner] then
          local where = ("%s:%d: "):format(path, fn.line)
          local told = {}
          for _, parameter in ipairs(fn.comment.parameters) do
            told[parameter.name] = true
          end
          for _, name in ipairs(fn.parameters) do
            assert(told[name] or name == "_" or name == "...", where .. "nothing of parameter " .. name)
          end
          -- The first line of a file tells what a verb, a command or a lone function does.
          local is_told = path:find "/cli/" or path:find "/commands/" or fn.owner == "return"
            or fn.comment.text:find "%S"
          assert(is_told, where .. "no text")
          assert(not fn.gives_value or #fn.comment.returns > 0, where .. "nothing of what it returns")
        end
      end
    end)
  end

  it("uses no class that nobody defines", function()
    local all_defined, all_used = {}, {}
    for _, path in ipairs(annotations.files "lua") do
      local defined, used = annotations.classes(path)
      for name in pairs(defined) do
        all_defined[name] = true
      end
      for name in pairs(used) do
        all_used[name] = path
      end
    end
    for name, path in pairs(all_used) do
      assert(all_defined[name], ("%s uses %s"):format(path, name))
    end
  end)
end)

describe("specs", function()
  for _, kind in ipairs(registered.names(types)) do
    it("call every method of " .. kind, function()
      for name in pairs(types[kind].methods) do
        local called = is_called(name) or is_accessor(name) and mentions(specs, name)
        assert(called, ("nobody calls %s:%s"):format(kind, name))
      end
    end)
  end

  it("call every function of the module, of suture.recipe and of suture.core", function()
    for _, name in ipairs(registered.fields()) do
      assert(specs:find("suture%." .. name), "nobody calls suture." .. name)
    end
    for module, functions in pairs { recipe = suture.recipe, core = core } do
      for _, name in ipairs(registered.functions(functions)) do
        assert(specs:find(module .. "%." .. name .. "%f[^%w_]"), ("nobody calls %s.%s"):format(module, name))
      end
    end
  end)
end)
