local gpt <const> = require "suture.format.gpt"

local function apply(b, params, context)
  local name <const> = gpt.name(params.name)
  if not name then
    context.refuse "a name is UTF-8 of up to 36 characters, fewer if they are rare ones"
  end
  gpt.set(b, gpt.open(b), params.partition, "name", name)
end

local function disk(name)
  return gpt.disk {
    { type = gpt.guid "0fc63daf-8483-4772-8e79-3d69d8477de4", unique = gpt.guid "6d0b3f2e-0000-4000-8000-000000000001",
      name = gpt.name(name) },
  }
end

return {
  name = "disk/partition-name",
  summary = "Rename a partition of a GPT disk or disk image",
  description = [[
Writes the name into both copies of the partition table and makes the four CRCs
follow. Sectors have 512 or 4096 bytes. A disk is refused if its two copies are
not both whole and alike: `sgdisk --verify` tells more of it. Where the kernel
has the disk in use it learns the name from `partprobe` or at the next start.]],
  version = "1.0.0",
  license = "MIT",
  categories = { "disk", "gpt" },
  params = {
    partition = { type = "integer", required = true, min = 1, help = "its number, as in /dev/sda1" },
    name = { type = "string", required = true, help = "the new name; may be empty" },
  },
  targets = { { name = "disk", match = gpt.is_there } },
  apply = apply,
  examples = {
    { input = function() return disk "root" end, params = { partition = 1, name = "system" },
      output = disk "system", verdict = "applicable" },
    { input = function() return disk "root" end, params = { partition = 1, name = "root" }, verdict = "applied" },
    { input = function() return disk "root" end, params = { partition = 2, name = "home" }, verdict = "foreign" },
  },
}
