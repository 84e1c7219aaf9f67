-- scripts/code/nop-call, judged by objdump and by running what was patched, as several compilers' settings build it.

local driver = require "spec.scripts.driver"
local elf = require "spec.scripts.elf"
local support = require "spec.support"
local world = require "spec.support.world"

local NAME <const> = "code/nop-call"
local SIGNATURE <const> = "e8 ?? ?? ?? ?? 85 c0" -- call; test eax, eax

local SOURCE <const> = [[
#include <stdio.h>
volatile int key;
__attribute__((noinline)) int check(void) { return key == 42; }
int main(void) { puts(check() ? "open" : "locked"); return 0; }
]]

local function built(options)
  return function() return elf.compiled(options .. " -fno-ipa-cp -fno-ipa-pure-const", SOURCE) end
end

local function says(word)
  return function(path)
    local status, stdout = support.run(path)
    assert.same({ 0, word .. "\n" }, { status, stdout })
  end
end

local function assembler(path, off, count)
  local part = support.write("part.bin", support.read(path):sub(off + 1))
  local text = world.must("objdump -D -b binary -m i386:x86-64 -M intel " .. part)
  local list = {}
  for line in text:gmatch "\n +%x+:\t[^\t]+\t([^\n]*)" do
    list[#list + 1] = line:gsub("%s+", " "):gsub(" $", "")
  end
  return table.concat(list, "; ", 1, count)
end

local hex <const> = require "suture".hex
local plain <const> = hex "55 e8 11 22 33 44 85 c0 74 05 c3"

local cases = {
  ["a call by its signature"] = {
    input = plain, params = { signature = SIGNATURE }, output = hex "55 0f 1f 44 00 00 85 c0 74 05 c3",
    before = function(path) assert.matches("^push rbp; call 0x", assembler(path, 0, 2)) end,
    after = function(path)
      assert.equal("push rbp; nop DWORD PTR [rax+rax*1+0x0]; test eax,eax", assembler(path, 0, 3))
    end,
  },
  ["a call whose result is told"] = {
    input = plain, params = { signature = SIGNATURE, returns = -2 }, output = hex "55 b8 fe ff ff ff 85 c0 74 05 c3",
    after = function(path) assert.matches("mov eax,0xfffffffe; test eax,eax", assembler(path, 0, 3), 1, true) end,
  },
  ["a call through a table"] = {
    input = hex "90 ff 15 11 22 33 44 c3", params = { signature = "ff 15 ?? ?? ?? ?? c3" },
    after = function(path) assert.equal("nop; nop WORD PTR [rax+rax*1+0x0]; ret", assembler(path, 0, 3)) end,
  },
  ["a call through a table whose result is told"] = {
    input = hex "90 ff 15 11 22 33 44 c3", params = { signature = "ff 15 ?? ?? ?? ?? c3", returns = 7 },
    after = function(path) assert.equal("nop; mov eax,0x7; nop; ret", assembler(path, 0, 4)) end,
  },
  ["a call that a linker has made longer"] = {
    input = hex "90 67 e8 11 22 33 44 c3", params = { signature = "67 e8 ?? ?? ?? ?? c3" },
    after = function(path) assert.equal("nop; nop WORD PTR [rax+rax*1+0x0]; ret", assembler(path, 0, 3)) end,
  },
  ["the second of two calls"] = {
    input = hex "e8 01 00 00 00 e8 02 00 00 00 c3", params = { signature = "e8 ?? ?? ?? ?? e8 ?? ?? ?? ??", call = 5 },
    output = hex "e8 01 00 00 00 0f 1f 44 00 00 c3",
  },
  ["all matches"] = { input = plain .. plain, params = { signature = SIGNATURE, count = 2 } },
  ["one match of two"] = {
    input = plain .. plain, params = { signature = SIGNATURE, nth = 2 },
    output = plain .. hex "55 0f 1f 44 00 00 85 c0 74 05 c3",
  },
}

for _, options in ipairs { "-O0", "-O1", "-O2", "-Os", "-O3 -fno-pie -no-pie", "-O2 -fcf-protection=full" } do
  cases["a program that gcc built with " .. options] = {
    input = built(options), params = { signature = SIGNATURE, returns = 1 },
    before = says "locked", after = says "open",
  }
end

driver.proves(NAME, {
  params = { signature = SIGNATURE },
  cases = cases,
  partial = {
    ["one of two"] = {
      input = plain .. hex "0f 1f 44 00 00 85 c0", params = { signature = SIGNATURE, count = 2 },
    },
  },
  refused = {
    ["code without the call"] = hex "55 85 c0 74 05 c3",
    ["a jump in its place"] = hex "55 e9 11 22 33 44 85 c0 74 05 c3",
    ["another test behind it"] = hex "55 e8 11 22 33 44 85 c9 74 05 c3",
    ["a call that the end cuts"] = hex "55 e8 11 22 33 44 85",
    ["two calls where one is told"] = { input = plain .. plain, message = "2" },
    ["a call and one that is out where one is told"] = plain .. hex "0f 1f 44 00 00 85 c0",
    ["one call where two are told"] = { input = plain, params = { signature = SIGNATURE, count = 2 } },
    ["a call with another result"] = {
      input = hex "55 b8 02 00 00 00 85 c0", params = { signature = SIGNATURE, returns = 1 },
    },
    ["no second call"] = { input = plain, params = { signature = SIGNATURE, nth = 2 } },
    ["a signature without a call"] = {
      input = plain, params = { signature = "85 c0 74 05" }, message = "the signature has no call",
    },
    ["a signature with two calls"] = {
      input = plain, params = { signature = "e8 ?? ?? ?? ?? e8 ?? ?? ?? ??" }, message = "-p call=OFFSET",
    },
    ["no call where it is told"] = {
      input = plain, params = { signature = SIGNATURE, call = 1 }, message = "the signature has no call",
    },
    ["no call beyond the signature"] = {
      input = plain, params = { signature = SIGNATURE, call = 0x7fffffffffffffff }, message = "has no call",
    },
    ["half a byte"] = { input = plain, params = { signature = "e8 ?? ?? ?? ?? 8" }, message = "is no pattern" },
  },
})
