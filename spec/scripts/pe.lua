-- What the specs of PE recipes share: files of both classes, damage that all of them refuse, a program made by
-- binutils, and pefile's word.

local json = require "dkjson"
local sample = require "suture.format.pe.sample"
local support = require "spec.support"
local world = require "spec.support.world"

local pe = {}

pe.variants = { ["PE32"] = { class = 32 }, ["PE32+"] = { class = 64 } }

--- A sample of a variant.
function pe.sample(variant, made)
  return sample(setmetatable(made, { __index = variant }))
end

local LFANEW <const> = 0x80 -- of samples

--- Damage that every recipe for PE files refuses. `data` is a sample that it would patch.
---@return table<string, string>
function pe.damage(data)
  local function with(off, format, value)
    return world.patched(data, off, string.pack(format, value))
  end
  return {
    ["another magic"] = "NE" .. data:sub(3),
    ["a DOS program"] = with(0x3c, "<I4", 0),
    ["a header beyond the end"] = with(0x3c, "<I4", 0x7ffffff0),
    ["a header at the highest offset"] = with(0x3c, "<I4", 0xffffffff),
    ["a header where none is"] = with(0x3c, "<I4", 0x40),
    ["a ROM image"] = with(LFANEW + 24, "<I2", 0x107),
    ["an optional header that is too small"] = with(LFANEW + 20, "<I2", 66),
    ["an optional header beyond the end"] = with(LFANEW + 20, "<I2", 0xffff),
    ["more sections than bytes"] = with(LFANEW + 6, "<I2", 0xffff),
    ["the DOS header cut"] = data:sub(1, 0x3f),
    ["the signature cut"] = data:sub(1, LFANEW + 3),
    ["the file header cut"] = data:sub(1, LFANEW + 23),
    ["the optional header cut"] = data:sub(1, LFANEW + 24 + 95),
    ["the section headers cut"] = data:sub(1, LFANEW + 24 + 240),
  }
end

local witness <const> = [[
import json, sys, pefile
pe = pefile.PE(sys.argv[1])
times = [pe.FILE_HEADER.TimeDateStamp]
if hasattr(pe, "DIRECTORY_ENTRY_EXPORT"):
    times.append(pe.DIRECTORY_ENTRY_EXPORT.struct.TimeDateStamp)
times += [entry.struct.TimeDateStamp for entry in getattr(pe, "DIRECTORY_ENTRY_DEBUG", [])]
print(json.dumps({
    "aware": bool(pe.FILE_HEADER.IMAGE_FILE_LARGE_ADDRESS_AWARE), "valid": pe.verify_checksum(), "times": times,
    "subsystem": pefile.SUBSYSTEM_TYPE[pe.OPTIONAL_HEADER.Subsystem],
}))
]]

--- What pefile reads: aware, valid (the checksum), times, subsystem.
function pe.judged(path)
  local status, stdout, stderr = support.run("/usr/bin/python3 - " .. support.quote(path), witness)
  assert(status == 0, stderr)
  return json.decode(stdout)
end

--- A program that binutils link, of either class.
function pe.linked()
  local source = support.write("answer.c", "int _start(void) { return 42; }\n")
  local object, program = support.path "answer.o", support.path "answer.exe"
  world.must(("gcc -c -fno-pic -fno-asynchronous-unwind-tables -o %s %s"):format(object, source))
  world.must(("ld -m i386pep --subsystem console -o %s %s 2>/dev/null"):format(program, object))
  return support.read(program)
end

--- Demands that objdump reads the file as well.
function pe.lint(path)
  world.must("objdump -p " .. support.quote(path))
end

return pe
