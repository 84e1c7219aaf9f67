-- suture run and check on a stream: what goes out, what is said where, and what is left when it fails.

local dkjson = require "dkjson"
local support = require "spec.support"

local quote = support.quote

local RECIPE <const> = "return { name = 'a/b', edits = { { at = 2, old = '\\5', new = '\\9', note = 'the limit' } } }"

-- Megabytes of the long stream; 256 when it is measured.
local LONG <const> = tonumber(os.getenv "STREAM_MIB") or 24

local recipe, zero, folder

setup(function()
  recipe, folder = support.write("recipe.lua", RECIPE), support.path "tmp"
  zero = support.write("zero.lua", "return { apply = function(b) b[0] = 1 end }")
  support.run("mkdir -p " .. folder)
end)

-- Runs a shell command in which `suture` and $bin are the executable, $r the recipe, $zero another one. Nothing may be
-- left in $TMPDIR.
local function shell(command, stdin)
  local script = ("export TMPDIR=%s r=%s zero=%s bin=%s; suture() { $bin \"$@\"; }\n%s"):format(folder, recipe, zero,
    support.suture, command)
  local status, stdout, stderr = support.run("bash -c " .. quote(script), stdin)
  local _, left = support.run("ls -A " .. folder)
  assert.equal("", left)
  return status, stdout, stderr
end

describe("suture run -", function()
  it("patches standard input to standard output, and tells on stderr", function()
    assert.same({ 0, "A.\9x", "-: changed (1 byte at 0x2)\n" }, { shell("suture run $r -", "A.\5x") })
    assert.same({ 0, "A.\9x", "-: unchanged (already applied)\n" }, { shell("suture run $r -", "A.\9x") })
    assert.same({ 0, "A.\9x", "" }, { shell("suture run $r - -q", "A.\5x") })
  end)

  it("goes between pipes, any number of times", function()
    local status, stdout = shell("printf 'A.\\5' | suture run $r - | suture run -r $r - 2>/dev/null | od -An -tx1")
    assert.same({ 0, " 41 2e 09\n" }, { status, stdout })
  end)

  it("prints its JSON line to stderr", function()
    local _, stdout, stderr = shell("suture run $r - --json", "A.\5")
    local object = dkjson.decode(stderr)
    assert.same({ "A.\9", "-", "changed", "applicable" }, { stdout, object.target, object.status, object.verdict })
  end)

  it("gives nothing where the recipe refuses or fails", function()
    local cases = {
      { 3, "suture: -: 0x2: expected 05 (or 09 when applied), found 06\n", "suture run $r -", "A.\6" },
      { 3, "suture: -: 0x2: read of 1 byte passes the end (size 0x0)\n", "suture run $r -", "" },
      { 5, "suture: -: --verify: 'false' ended with status 1\n", "suture run $r - --verify false", "A.\5" },
    }
    for _, case in ipairs(cases) do
      assert.same({ case[1], "", case[2] }, { shell(case[3], case[4]) })
    end
  end)

  it("shows the checker a copy of the result", function()
    local status, stdout, stderr = shell("suture run $r - -q --verify 'od -An -tx1 {}'", "A.\5")
    assert.same({ 0, "A.\9", " 41 2e 09\n" }, { status, stdout, stderr })
  end)

  it("keeps no record", function()
    support.run("rm -rf " .. support.path "state")
    shell("suture run $r -", "A.\5")
    assert.equal(0, (support.run("test -z \"$(ls -A $SUTURE_STATE/records 2>/dev/null)\"")))
  end)

  it("writes to a file with -o, and from a file with -o -", function()
    local out = support.path "out"
    assert.same({ 0, "-: changed (1 byte at 0x2), written to " .. out .. "\n", "" },
      { shell("suture run $r - -o " .. out, "A.\5") })
    assert.equal("A.\9", support.read(out))
    local target = support.write("target", "A.\5")
    assert.same({ 0, "A.\9", target .. ": changed (1 byte at 0x2), written to standard output\n" },
      { shell(("suture run $r %s -o -"):format(target)) })
    assert.same({ 0, "A.\9", "" }, { shell("suture run $r - -o - -q", "A.\5") })
    assert.equal("A.\5", support.read(target))
    local named = support.write("named.lua",
      "return { targets = { { name = 't' } }, apply = function(b) b[0] = 0x42 end }")
    assert.same({ 0, "B.\5", "" }, { shell(("suture run %s t=%s -o - -q"):format(named, target)) })
  end)

  it("says in one line (4) that standard output or input failed", function()
    local cases = {
      { "standard output: No space left on device", "suture run $r - -q >/dev/full" },
      { "standard output: Bad file descriptor", "suture run $r - -q >&-" },
      { "standard input: Bad file descriptor", "suture run $r - -q <&-" },
      { "standard input: Is a directory", "suture run $r - -q </" },
      { "standard output: Broken pipe",
        "head -c 1M /dev/zero | suture run $zero - -q | head -c 1 >/dev/null; exit ${PIPESTATUS[1]}" },
    }
    for _, case in ipairs(cases) do
      local status, stdout, stderr = shell(case[2], "A.\5")
      assert.same({ 4, "", "suture: " .. case[1] .. "\n" }, { status, stdout, stderr })
    end
  end)

  it("says in one line (4) that there is no room for the stream, and leaves nothing", function()
    local status, stdout, stderr = shell("ulimit -f 8; head -c 100000 /dev/zero | suture run $r -")
    assert.same({ 4, "" }, { status, stdout })
    assert.matches("^suture: [^\n]*/stdin: File too large\n$", stderr)
    status, stdout, stderr = shell("TMPDIR=/proc suture run $r -", "A.\5")
    assert.same({ 4, "" }, { status, stdout })
    assert.matches("^suture: no folder for [^\n]*\n$", stderr)
  end)

  it("ends with 130 at Ctrl-C while it waits for input, and leaves nothing", function()
    local status, stdout, stderr = shell([[
      mkfifo $TMPDIR/../fifo
      $bin run $r - <$TMPDIR/../fifo & pid=$!
      exec 3>$TMPDIR/../fifo; echo A >&3
      for i in $(seq 200); do ls $TMPDIR/*/stdin >/dev/null 2>&1 && break; sleep 0.02; done
      sleep 0.1; kill -INT $pid; wait $pid; status=$?; rm $TMPDIR/../fifo; exit $status]])
    assert.same({ 130, "", "suture: interrupted\n" }, { status, stdout, stderr })
  end)

  it("takes a stream of any length, in memory that does not grow with it", function()
    local measured = [[
import resource, subprocess, sys
process = subprocess.run(sys.argv[1:], stdout=sys.stdout)
sys.stderr.write(str(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss))
sys.exit(process.returncode)]]
    support.write("measure.py", measured)
    local function peak(mebibytes)
      local status, stdout, stderr = shell(("head -c %dM /dev/zero | python3 $TMPDIR/../measure.py %s run %s - -q"
        .. " | sha256sum; exit ${PIPESTATUS[1]}"):format(mebibytes, support.suture, zero))
      assert.equal(0, status, stderr)
      local _, wanted = support.run(("{ printf '\\001'; head -c %d /dev/zero; } | sha256sum"):format(
        (mebibytes << 20) - 1))
      assert.equal(wanted, stdout)
      return tonumber(stderr)
    end
    local short, long = peak(1), peak(LONG)
    if os.getenv "STREAM_MIB" then
      print(("\npeak of %d MiB: %d KiB, of 1 MiB: %d KiB"):format(LONG, long, short))
    end
    assert.is_true(long - short < LONG * 1024 // 4, ("%d KiB, and %d KiB"):format(short, long))
  end)
end)

describe("suture check -", function()
  it("prints the verdict to standard output", function()
    assert.same({ 1, [[
applicable
  hunk 0x2: old (the limit)
-00000000  41 2e 05*                                         |A..|
+00000000  41 2e 09*                                         |A..|
]], "" }, { shell("suture check $r -", "A.\5") })
    assert.same({ 0, "applied\n  hunk 0x2: new (the limit)\n", "" }, { shell("suture check $r -", "A.\9") })
    local status, stdout = shell("suture check $r - --json", "A.\6")
    assert.same({ 3, "refused" }, { status, dkjson.decode(stdout).status })
  end)
end)
