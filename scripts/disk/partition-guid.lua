local gpt <const> = require "suture.format.gpt"

local fields <const> = { own = "unique", type = "type" } -- by the parameter `which`
local NONE <const> = ("\0"):rep(16)

local function apply(b, params, context)
  local guid <const> = gpt.guid(params.guid)
  if not guid or guid == NONE then
    context.refuse(("'%s' is no GUID that a partition can have"):format(params.guid))
  end
  local disk <const> = gpt.open(b)
  local owner <const> = params.which == "own" and gpt.owner(b, disk, guid) or params.partition
  if owner ~= params.partition then
    context.refuse(("partition %d has this GUID"):format(owner))
  end
  gpt.set(b, disk, params.partition, fields[params.which], guid)
end

local old <const>, new <const> = "6d0b3f2e-0000-4000-8000-000000000001", "2a9c1f77-1111-4111-9111-00000000ffff"
local linux <const>, home <const> = "0fc63daf-8483-4772-8e79-3d69d8477de4", "933ac7e1-2eb4-4f13-b844-0e14e2aef915"

local function disk(kind, own)
  return gpt.disk { { type = gpt.guid(kind), unique = gpt.guid(own), name = gpt.name "root" } }
end

return {
  name = "disk/partition-guid",
  summary = "Set the GUID of a partition of a GPT disk, its own or its type's",
  description = [[
Writes the GUID into both copies of the partition table and makes the four CRCs
follow. The own one is what PARTUUID= finds a partition by, and must be no other
partition's; that of the type says what it is for. Sectors have 512 or 4096
bytes. A disk is refused if its two copies are not both whole and alike:
`sgdisk --verify` tells more of it.]],
  version = "1.0.0",
  license = "MIT",
  categories = { "disk", "gpt" },
  params = {
    partition = { type = "integer", required = true, min = 1, help = "its number, as in /dev/sda1" },
    guid = { type = "string", required = true, help = "such as " .. linux },
    which = { type = "enum", values = { "own", "type" }, default = "own", help = "which of the partition's two GUIDs" },
  },
  targets = { { name = "disk", match = gpt.is_there } },
  apply = apply,
  examples = {
    { input = function() return disk(linux, old) end, params = { partition = 1, guid = new },
      output = disk(linux, new), verdict = "applicable" },
    { input = function() return disk(linux, old) end, params = { partition = 1, guid = home, which = "type" },
      output = disk(home, old), verdict = "applicable" },
    { input = function() return disk(linux, old) end, params = { partition = 1, guid = old }, verdict = "applied" },
    { input = function() return disk(linux, old) end, params = { partition = 1, guid = "root" }, verdict = "foreign" },
  },
}
