local environment <const> = require "suture.format.environment"

local function check(params, context)
  if params.remove == (params.value ~= nil) then
    context.refuse "give either value or remove=true"
  elseif (params.name .. (params.value or "")):find "\0" then
    context.refuse "the name or the value has a NUL"
  end
end

-- The texts with the variable set where it first stood, or at the end; without it if there is no value.
local function changed(texts, name, value)
  local list <const>, start <const> = {}, name .. "="
  local new = value and start .. value
  for _, text in ipairs(texts) do
    if text:sub(1, #start) ~= start then
      list[#list + 1] = text
    elseif new then
      list[#list + 1], new = new, nil
    end
  end
  list[#list + 1] = new
  return list
end

local function apply(b, params, context)
  check(params, context)
  local env <const> = environment.open(b, params.offset, params.size or #b - params.offset)
  local packed <const> = environment.pack(changed(env.texts, params.name, params.value))
  local room <const> = env.offset + env.size - env.data
  if #packed > room then
    context.refuse(("0x%x: the variables take %d bytes, and there is room for %d"):format(env.data, #packed, room))
  end
  environment.write(b, env, packed)
end

local function image(...)
  return environment.image({ ... }, 64)
end

return {
  name = "uboot/environment",
  summary = "Set or remove a variable in the environment of U-Boot",
  description = [[
Changes one variable in a file or a dump of flash memory and makes the CRC
follow; the others keep their order, a new one comes last. The CRC may be of
either byte order, and the flag of a redundant environment may follow it: which
of it is so is told by which CRC fits, so that size must be right. Of a pair
each copy is one run; the flag, which tells U-Boot the newer one, stays as it
is.]],
  version = "1.0.0",
  license = "MIT",
  categories = { "uboot", "firmware" },
  params = {
    name = { type = "string", required = true, pattern = "^[^=]+$", help = "the variable, such as bootdelay" },
    value = { type = "string", help = "its new value" },
    remove = { type = "boolean", default = false, help = "take the variable out" },
    offset = { type = "integer", default = 0, min = 0, help = "where the environment begins (CONFIG_ENV_OFFSET)" },
    size = { type = "integer", min = 6, help = "its bytes (CONFIG_ENV_SIZE); up to the end if not given" },
  },
  targets = { { name = "environment" } },
  apply = apply,
  examples = {
    { input = image("bootdelay=2", "baudrate=115200"), params = { name = "bootdelay", value = "0" },
      output = image("bootdelay=0", "baudrate=115200"), verdict = "applicable" },
    { input = image "bootdelay=2", params = { name = "ipaddr", value = "10.0.0.2" },
      output = image("bootdelay=2", "ipaddr=10.0.0.2"), verdict = "applicable" },
    { input = image("bootdelay=2", "ipaddr=10.0.0.2"), params = { name = "bootdelay", remove = true },
      output = image "ipaddr=10.0.0.2", verdict = "applicable" },
    { input = image "bootdelay=2", params = { name = "bootdelay", value = "2" }, verdict = "applied" },
    { input = image "bootdelay=2", params = { name = "bootdelay", value = "2", size = 32 }, verdict = "foreign" },
  },
}
