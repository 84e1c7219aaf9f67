-- digest: against hashlib, openssl, xxhsum and published values.

local suture = require "suture"
local support = require "spec.support"
local raised = require "spec.support.raised"

local SIZES <const> = { md5 = 16, sha1 = 20, sha224 = 28, sha256 = 32, sha384 = 48, sha512 = 64, blake2b = 64,
  blake2s = 32, xxh3 = 8, xxh64 = 8, xxh128 = 16, ["xxh3-128"] = 16 }
local OPENSSL <const> = { blake2b = "blake2b512", blake2s = "blake2s256" }
local XXHSUM <const> = { xxh64 = 1, xxh128 = 2, ["xxh3-128"] = 2, xxh3 = 3 }

local function hex(bytes)
  return (bytes:gsub(".", function(byte) return ("%02x"):format(byte:byte()) end))
end

local NOISE <const> = require "spec.support.noise"

local function noise(length)
  local off = math.random(#NOISE - length)
  return NOISE:sub(off + 1, off + length)
end

-- What other programs find, in hex, of a file.
local function witness(name, path)
  if XXHSUM[name] then
    local _, stdout = support.run(("xxhsum -q -H%d <%s"):format(XXHSUM[name], path))
    return stdout:match "= (%x+)" or stdout:match "^%x+"
  end
  local _, stdout = support.run(("openssl dgst -%s -r %s"):format(OPENSSL[name] or name, path))
  return stdout:match "^%x+"
end

-- The published values for "abc", and of xxHash those for no bytes.
local PUBLISHED <const> = {
  md5 = "900150983cd24fb0d6963f7d28e17f72",
  sha1 = "a9993e364706816aba3e25717850c26c9cd0d89d",
  sha224 = "23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7",
  sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
  sha384 = "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7",
  sha512 = "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd"
    .. "454d4423643ce80e2a9ac94fa54ca49f",
  blake2b = "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d17d87c5392aab792dc252d5de4533cc95"
    .. "18d38aa8dbf1925ab92386edd4009923",
  blake2s = "508c5e8c327c14e2e1a72ba34eeb452f37458b209ed63a294d999b4c86675982",
}
local OF_NOTHING <const> = {
  xxh64 = "ef46db3751d8e999", xxh3 = "2d06800538d394c2", xxh128 = "99aa06d3014798d86001c324468d497f",
}

describe("bytes:digest", function()
  before_each(function()
    math.randomseed(21)
  end)

  for name, value in pairs(PUBLISHED) do
    it("is the published value for abc: " .. name, function()
      assert.equal(value, hex(suture.buffer("xabcx"):digest(1, 3, name)))
    end)
  end

  for name, value in pairs(OF_NOTHING) do
    it("is the published value for nothing: " .. name, function()
      assert.equal(value, hex(suture.buffer(""):digest(0, 0, name)))
      assert.equal(value, hex(suture.buffer(7):digest(7, 0, name)))
    end)
  end

  for name, size in pairs(SIZES) do
    it("is what other programs find, at every size: " .. name, function()
      local data = noise(70100)
      local b = suture.buffer(data)
      for _, range in ipairs { { 0, 0 }, { 1, 1 }, { 3, 55 }, { 7, 64 }, { 2, 128 }, { 5, 240 }, { 9, 241 },
        { 11, 1025 }, { 99, 70001 } } do
        local off, len = table.unpack(range)
        local path = support.write("digest.bin", data:sub(off + 1, off + len))
        local got = b:digest(off, len, name)
        assert.equal(size, #got)
        assert.equal(witness(name, path), hex(got))
      end
    end)
  end

  it("is what hashlib finds", function()
    local data = noise(100000)
    local path = support.write("digest.bin", data)
    local _, stdout, stderr = support.run(([[python3 -c '
import hashlib, sys
for name in sys.argv[2:]:
    print(hashlib.new(name, open(sys.argv[1], "rb").read()).hexdigest())' %s md5 sha1 sha224 sha256 sha384 sha512 \
blake2b blake2s]]):format(path))
    local b <close> = assert(suture.open(path, "read"))
    local lines = {}
    for i, name in ipairs { "md5", "sha1", "sha224", "sha256", "sha384", "sha512", "blake2b", "blake2s" } do
      lines[i] = hex(b:digest(0, #b, name)) .. "\n"
    end
    assert.equal(stdout, table.concat(lines), stderr)
  end)

  it("reads what is pending, and through views", function()
    local path = support.write("digest.bin", ("x"):rep(9000))
    local b = assert(suture.open(path))
    b:write(4090, "pending")
    local wanted = suture.buffer(("x"):rep(4080) .. "pending" .. ("x"):rep(13))
    assert.equal(wanted:digest(0, 4100, "sha256"), b:digest(10, 4100, "sha256"))
    assert.equal(wanted:digest(0, 4100, "sha256"), b:view(10, 4100):digest(0, 4100, "sha256"))
    b:cancel()
    raised("closed", b.digest, b, 0, 0, "md5")
  end)

  it("is what other programs find in a large file, with bytes that are pending in it", function()
    local path, copy = support.write("large.bin", noise(70001):rep(70)), support.path "copy.bin"
    local b = assert(suture.open(path))
    for off = 4094, #b - 4, 300007 do
      b:write(off, "\1\2\3\4")
    end
    b:save(copy)
    for name in pairs(SIZES) do
      assert.equal(witness(name, copy), hex(b:digest(0, #b, name)))
      assert.equal(suture.buffer(b:read(5000, 2 << 20)):digest(0, 2 << 20, name), b:digest(5000, 2 << 20, name))
    end
    b:cancel()
  end)

  it("leaves no trace of one call in the next", function()
    local b = suture.buffer(noise(500))
    for name in pairs(SIZES) do
      local first = b:digest(0, 500, name)
      b:digest(3, 99, name)
      assert.equal(first, b:digest(0, 500, name))
    end
  end)

  it("raises for a name it does not know, with a suggestion", function()
    local b = suture.buffer(9)
    local function message(...)
      return tostring(raised("argument", b.digest, b, ...))
    end
    assert.equal("buffer: bad argument #3 to 'digest' (unknown digest 'sha265'; did you mean 'sha256'?)",
      message(0, 9, "sha265"))
    assert.equal("buffer: bad argument #3 to 'digest' (unknown digest 'crc32')", message(0, 9, "crc32"))
    assert.equal("buffer: bad argument #3 to 'digest' (unknown digest '')", message(0, 9, ""))
    assert.equal("buffer: bad argument #3 to 'digest' (name must be a string, got nothing)", message(0, 9))
    assert.equal("buffer: bad argument #3 to 'digest' (name must be a string, got table)", message(0, 9, {}))
    assert.equal("buffer: bad argument #3 to 'digest' (name contains a NUL byte)", message(0, 9, "md5\0"))
    assert.equal("buffer: bad argument #4 to 'digest' (too many arguments: at most 3)", message(0, 9, "md5", 1))
    assert.equal("buffer: bad argument #2 to 'digest' (length must be an integer, got string)", message(0, "9", "md5"))
  end)

  it("raises for ranges that leave the object", function()
    local b = suture.buffer(9)
    assert.equal("buffer: 0x3: digest of 7 bytes passes the end (size 0x9)",
      tostring(raised("range", b.digest, b, 3, 7, "md5")))
    raised("range", b.digest, b, 10, 0, "md5")
    raised("range", b.digest, b, -1, 1, "md5")
    raised("range", b.digest, b, 0, -1, "md5")
    raised("range", b.digest, b, math.maxinteger, math.maxinteger, "md5")
  end)

  it("raises truncated instead of digesting zeros", function()
    local path = support.write("cut.bin", ("x"):rep(20000))
    local b <close> = assert(suture.open(path, "read"))
    support.run("truncate -s 9000 " .. path)
    raised("truncated", b.digest, b, 0, 20000, "sha256")
    raised("truncated", b.digest, b, 0, 10, "xxh3")
  end)

  it("works on both sides of 2 and 4 GiB", function()
    local path = support.path("large.bin")
    support.run("truncate -s 5G " .. path)
    local b <close> = assert(suture.open(path, "copy"))
    local data = noise(300)
    for _, seam in ipairs { 2 << 30, 4 << 30 } do
      b:write(seam - 150, data)
      for name in pairs(SIZES) do
        assert.equal(suture.buffer(data):digest(0, 300, name), b:digest(seam - 150, 300, name))
      end
      assert.equal(suture.buffer(data):crc32(0, 300), b:crc32(seam - 150, 300))
      assert.equal(suture.buffer(data):checksum(0, 300, "sum32be"), b:checksum(seam - 150, 300, "sum32be"))
    end
    os.remove(path)
  end)

  it("needs nothing but the C library beside the executable", function()
    local root = support.path("root")
    local script = [[
      local b = require "suture".buffer "abc"
      for _, name in ipairs { "md5", "sha1", "sha256", "sha512", "blake2b", "blake2s", "xxh3", "xxh128" } do
        io.write(#b:digest(0, 3, name), " ")
      end
      print(b:crc32(0, 3))]]
    local copy = ([[mkdir -p $root && ldd $suture | grep -o '/[^ ]*' | while read -r file; do
      mkdir -p $root${file%/*} && cp -L $file $root$file; done; cp $suture $root/suture]])
      :gsub("$(%l+)", { root = root, suture = "build/suture" })
    assert.equal(0, (support.run(copy)))
    support.write(root .. "/script.lua", script)
    local status, stdout, stderr = support.run(("chroot %s /suture /script.lua"):format(root))
    assert.equal("", stderr)
    assert.equal("16 20 32 64 64 32 8 16 891568578\n", stdout)
    assert.equal(0, status)
  end)
end)
