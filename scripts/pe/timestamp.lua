local pe <const> = require "suture.format.pe"

local function is_done(times, wanted)
  for _, entry in ipairs(times) do
    if entry.time ~= wanted then
      return false
    end
  end
  return true
end

local function apply(b, params, context)
  local file <const> = pe.read(b)
  local times <const> = file:times()
  if is_done(times, params.time) then
    return context.already(("all times are %d"):format(params.time))
  end
  for _, entry in ipairs(times) do
    entry.time = params.time
  end
  file:update_checksum()
  if file:is_signed() then
    context.log(pe.SIGNATURE_LOST)
  end
end

local function example()
  return require "suture.format.pe.sample" { class = 32, time = 0x5f5e1000, exports = true, debug = 1 }
end

return {
  name = "pe/timestamp",
  summary = "Set the build times in a Windows program, for reproducible builds",
  description = [[
Sets the times in the file header, the export directory and all entries of the
debug directory to one value, and recomputes the checksum, so that two builds of
one source come out the same. Take SOURCE_DATE_EPOCH for `time`. Debuggers match
a program and its symbols by these times: give both the same treatment, or keep
them. A signature (Authenticode) in the file is no longer valid after that.]],
  version = "1.0.0",
  license = "MIT",
  categories = { "pe", "reproducible" },
  params = {
    time = { type = "integer", default = 0, min = 0, max = 0xffffffff, help = "seconds since 1970" },
  },
  targets = { { name = "program", match = pe.is_pe } },
  apply = apply,
  examples = {
    {
      input = example, params = { time = 1 },
      changes = { { 0x88, "\1\0\0\0" }, { 0xd8, "\xf4\xe6" }, { 0x404, "\1\0\0\0" }, { 0x484, "\1\0\0\0" } },
    },
  },
}
