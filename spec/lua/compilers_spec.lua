-- A recipe that was written against what gcc -O2 makes of a program, on what other compilers, levels and versions of
-- the source make: it applies, and then the program behaves as patched, or it refuses and tells what comes next.

local hunks_of = require "spec.support.hunks"
local support = require "spec.support"

-- A lease of up to LIMIT seconds is granted. ADDED moves the code, CHANGED changes the statement that is patched.
local SOURCE <const> = [[
#include <stdio.h>
#include <stdlib.h>

#ifdef ADDED
__attribute__((noinline)) static unsigned digits(const char *text)
{
    unsigned count = 0;
    for (; *text; text++)
        count += *text >= '0' && *text <= '9';
    return count;
}
#endif

__attribute__((noinline)) static int granted(const char *key, int seconds)
{
    unsigned hash = 5381;
    for (; *key; key++)
        hash = hash * 33 + (unsigned char)*key;
#ifdef CHANGED
    if (seconds >= LIMIT + 1 || seconds < 0)
#else
    if (seconds > LIMIT)
#endif
        return 0;
    return hash % 7 != 3;
}

int main(int argc, char **argv)
{
    for (int i = 1; i + 1 < argc; i += 2) {
#ifdef ADDED
        printf("%u ", digits(argv[i]));
#endif
        printf("%s %s\n", argv[i + 1], granted(argv[i], atoi(argv[i + 1])) ? "granted" : "refused");
    }
    return 0;
}
]]

local OLD_LIMIT <const>, NEW_LIMIT <const> = 60, 90
local INPUTS <const> = "a 0 a 59 a 60 a 61 b 89 c 90 d 91 eve -1 eve 4711 f1 75 g22 75 h333 75 i 75 j 75 k 75 k -90"

-- The end of the loop, the comparison, and the multiplication behind it.
local SIGNATURE <const> = "75 ec 31 d2 83 fe 3c 7f ?? 69 c0 b7 6d db b6"

local HEAD <const> = "local suture <const> = require 'suture'\nlocal hex <const>, pattern <const> = "
  .. "suture.hex, suture.pattern\nreturn { name = 'lease', edits = { "

local ONE <const> = HEAD .. ([[
  { find = pattern "%s", skip = 6, old = "\60", new = "\90", note = "the longest lease" } } }]]):format(SIGNATURE)

-- One alternative for each compiler. clang compares with the first that is too long.
local ANY <const> = HEAD .. ([[
  { note = "the longest lease", old = "\60", new = "\90", any = {
    { find = pattern "%s", skip = 6, note = "gcc -O2" },
    { find = pattern "75 e9 ba 00 00 00 00 83 fe 3c 7f ?? 89 c1", skip = 9, note = "gcc -O1" },
    { find = pattern "eb ef 31 d2 83 fe 3c 7f ?? 31 d2 b9 07 00 00 00", skip = 6, note = "gcc -Os" },
    { find = pattern "75 ec 31 d2 83 fe 3c 77 ?? 69 c0", skip = 6, note = "gcc -O2, later source" },
    { find = pattern "31 c0 83 fe 3d 0f 4c c1 c3", skip = 4, old = "\61", new = "\91", note = "clang -O2" },
  } } } }]]):format(SIGNATURE)

local builds <const> = {
  { "gcc -O2", is_home = true },
  { "gcc -O1" }, { "gcc -O3" }, { "gcc -Os" }, { "clang -O2" },
  { "gcc -O2 -DADDED", is_home = true },
  { "gcc -O2 -DCHANGED", is_refused = true },
}

local function has(compiler)
  return (support.run("command -v " .. compiler)) == 0
end

local function build(command, limit)
  local path = support.path(("lease.%d%s"):format(limit, command:gsub("[^%w]", ".")))
  local status, _, stderr = support.run(("%s -w -DLIMIT=%d -o %s -x c -"):format(command, limit, path), SOURCE)
  assert(status == 0, stderr)
  return path
end

local function behaviour(program)
  local status, stdout, stderr = support.run(program .. " " .. INPUTS)
  assert(status == 0, stderr)
  return stdout
end

local function suture(verb, recipe, target)
  return support.run(("%s %s %s %s"):format(support.suture, verb, support.write("lease.lua", recipe), target))
end

-- Patches a program that was just built; demands that it then behaves as one that was built with the new limit, and
-- that a second run changes nothing.
local function patched(command, recipe, program)
  local before = support.read(program)
  local status, _, stderr = suture("run", recipe, program)
  if status ~= 0 then
    assert.equal(before, support.read(program))
    return status, stderr
  end
  assert.equal(behaviour(build(command, NEW_LIMIT)), behaviour(program))
  local after = support.read(program)
  local again, said = suture("run", recipe, program)
  assert.equal(0, again)
  assert.matches("already applied", said, 1, true)
  assert.equal(after, support.read(program))
  return 0
end

describe("a recipe written against gcc -O2", function()
  setup(function()
    local is_visible = behaviour(build("gcc -O2", OLD_LIMIT)) ~= behaviour(build("gcc -O2", NEW_LIMIT))
    assert(is_visible, "the limit changes nothing")
  end)

  for _, case in ipairs(builds) do
    local command <const> = case[1]
    local compiler <const> = command:match "^%w+"

    it("applies rightly to " .. command .. ", or refuses and tells what comes next", function()
      if not has(compiler) then
        pending("no " .. compiler)
      end
      local program = build(command, OLD_LIMIT)
      local original = behaviour(program)
      local status, stderr = patched(command, ONE, program)
      assert(status == 0 and not case.is_refused or status == 3 and not case.is_home, stderr)
      if status == 3 then
        assert.matches("needed exactly 1 match of " .. SIGNATURE, stderr, 1, true)
        assert.equal(original, behaviour(program))
        local said = hunks_of(support.write("lease.lua", ONE), program)
        assert.matches("^neither\t%-\t1\tthe longest lease\tneeded exactly 1 match[^\n]*\n  0x%x+\t", said)
        assert.matches(" 83 fe [3?][c?] ", said)
      end
    end)

    it("covers " .. command .. " with a signature of its own in any", function()
      if not has(compiler) then
        pending("no " .. compiler)
      end
      local status, stderr = patched(command, ANY, build(command, OLD_LIMIT))
      assert(status == 0, stderr)
    end)
  end

  it("tells of the changed statement which byte is another one, and what pattern would find it", function()
    local program = build("gcc -O2 -DCHANGED", OLD_LIMIT)
    local start = support.read(program):find("\x31\xd2\x83\xfe\x3c\x77", 1, true) - 3
    local said = hunks_of(support.write("lease.lua", ONE), program)
    assert.equal(("  0x%x\t75 ec 31 d2 83 fe 3c ?? ?? 69 c0 b7 6d db b6\t1\t0x%x 7f->77"):format(start, start + 7),
      said:match "\n([^\n]*)")
  end)

  it("finds what that pattern tells, and patches it rightly", function()
    local widened = ONE:gsub("3c 7f", "3c ??")
    assert.equal(0, (patched("gcc -O2 -DCHANGED", widened, build("gcc -O2 -DCHANGED", OLD_LIMIT))))
  end)
end)
