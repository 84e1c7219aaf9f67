-- Compiles edges.c with the core's objects.

local support = require "spec.support"

local OBJECTS <const> = { "bulk", "catalogue", "checksum", "crc", "digest", "pages", "window" }

--- Compiles it, for any processor where `portable` says so, and returns the path of the program, quoted.
return function(portable)
  local program = support.quote(support.path(portable and "edges-portable" or "edges"))
  local objects = {}
  for i, name in ipairs(OBJECTS) do
    objects[i] = ("build/obj/core/%s.o"):format(name)
  end
  if not portable then
    objects[#objects + 1] = "build/obj/core/fold.o build/obj/core/lookup.o"
  end
  local command = "cc -O1 -std=c11 -D_GNU_SOURCE %s -Isrc/core -o %s spec/support/edges.c %s %s"
  local status, _, stderr = support.run(command:format(portable and "-DPORTABLE" or "", program,
    table.concat(objects, " "), "-l:libb2.a -l:libcrypto.a -l:libdeflate.a"))
  assert(status == 0, stderr)
  return program
end
