-- The rules of the house that the build must keep: floors, exports, headers, the top level.

local support = require "spec.support"

local function lines(command)
  local status, stdout, stderr = support.run(command)
  assert(status == 0, stderr)
  local list = {}
  for line in stdout:gmatch "[^\n]+" do
    list[#list + 1] = line
  end
  return list
end

-- The compiler and flags of a floor, as make uses them for its first source.
local function compiler(floor)
  local source = lines(("ls src/%s/*.c"):format(floor))[1]
  local object = source:gsub("^src", "build/obj"):gsub("c$", "o")
  local _, recipe = support.run(("make -n -W %s %s"):format(source, object))
  local before, includes = recipe:match "([^\n]+) %-MMD %-MP (%-I.-) %-c "
  return before .. " " .. includes
end

local function compiles(floor, text)
  return (support.run(compiler(floor) .. " -Werror -fsyntax-only -x c -", text)) == 0
end

describe("house", function()
  describe("floors", function()
    it("core does not see Lua", function()
      assert.is_true(compiles("core", "#include <stdio.h>\nint unused;\n"))
      assert.is_false(compiles("core", "#include <lua.h>\nint unused;\n"))
      assert.is_false(compiles("core", "#include <lauxlib.h>\nint unused;\n"))
    end)

    local header = { core = "image.h", bind = "module.h", host = "worker.h" }
    local sees = { core = { core = true }, bind = { core = true, bind = true }, host = { bind = true, host = true } }
    for floor, seen in pairs(sees) do
      for other, name in pairs(header) do
        it(("%s %s %s"):format(floor, seen[other] and "sees" or "does not see", other), function()
          assert.same(seen[other] or false, compiles(floor, ('#include "%s"\nint unused;\n'):format(name)))
        end)
      end
    end

    for _, path in ipairs(lines "ls src/*/*.h") do
      it(path .. " compiles alone", function()
        assert.is_true(compiles(path:match "^src/(%w+)/", ('#include "%s"\nint unused;\n'):format(path:match "[^/]+$")))
      end)
    end

    it("core neither prints nor exits", function()
      local found = lines "nm -u build/obj/core/*.o | grep -wE 'exit|_exit|abort|v?f?printf|puts|stderr|stdout' || true"
      assert.same({}, found)
    end)
  end)

  describe("what is built", function()
    it("core.so exports luaopen_suture_core alone", function()
      local names = {}
      for _, line in ipairs(lines "nm -D --defined-only build/lib/lua/5.4/suture/core.so") do
        names[#names + 1] = line:match "%S+$"
      end
      assert.same({ "luaopen_suture_core" }, names)
    end)

    it("suture needs nothing but the C library", function()
      local allowed = { ["libc.so.6"] = true, ["libm.so.6"] = true }
      for _, line in ipairs(lines "readelf -d build/suture | grep NEEDED") do
        local name = line:match "%[(.-)%]"
        assert.is_true(allowed[name] or name:find "^ld%-linux" ~= nil, name)
      end
    end)

    it("suture exports the Lua API and none of its own functions", function()
      for _, line in ipairs(lines "nm -D --defined-only build/suture | grep ' [Tt] '") do
        assert.matches("^lua", line:match "%S+$")
      end
    end)

    it("is not built again without a change", function()
      assert.same({}, lines "make --no-print-directory")
    end)
  end)

  describe("files", function()
    it("at the top are those of the house", function()
      local allowed = { Makefile = 1, src = 1, lua = 1, scripts = 1, spec = 1, docs = 1, build = 1 }
      allowed["README.md"], allowed.LICENSE = 1, 1
      for _, name in ipairs(lines "ls -A") do
        assert.is_true(allowed[name] ~= nil or name:find "^%." ~= nil, name)
      end
    end)

    it("of C say in their first line what they are for", function()
      for _, path in ipairs(lines "ls src/*/*.c src/*/*.h") do
        local text = support.read(path)
        local name = path:match "([^/]+)%.[ch]$"
        assert(text:find("^/%*%s+%*? ?" .. name .. ":"), path .. " does not begin with its name and job")
      end
    end)

    it("of Lua say in their first line what they are for", function()
      for _, path in ipairs(lines "find lua spec scripts -name '*.lua'") do
        assert(support.read(path):find "^%-%-" or path:find "^scripts/", path .. " does not begin with a comment")
      end
    end)
  end)
end)
