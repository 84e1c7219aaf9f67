--- A pattern of which the second part lies some bytes further on, or nearer,
--- than it should: an instruction in between has become longer or shorter.

local core <const> = require "suture.core"
local likeness <const> = require "suture.hunk.likeness"

local read <const> = core.methods.read

local shift = {}

--- So many bytes are looked at in either direction.
shift.most = 8

--- What a shift costs, in bits that differ; and what each byte does that is left out or put in.
shift.price = 8
local price_of_fixed <const>, price_of_free <const> = 8, 2

-- What the first bytes of the form cost where it begins, for each number of them from 0.
local function costs_before(form, data)
  local costs <const> = { [0] = 0 }
  for index = 1, form.length do
    costs[index] = costs[index - 1] + likeness.distance_of_byte(form, index, data:byte(index) or 0)
  end
  return costs
end

-- What the last bytes cost from each index on, so many bytes further on.
local function costs_behind(form, data, by)
  local costs <const> = { [form.length + 1] = 0 }
  for index = form.length, 1, -1 do
    local byte <const> = data:byte(index + by)
    costs[index] = costs[index + 1] + (byte and likeness.distance_of_byte(form, index, byte) or price_of_fixed)
  end
  return costs
end

-- What the bytes cost that have no room.
local function cost_of_loss(form, first, last)
  local cost = 0
  for index = first, last do
    cost = cost + (form.masks[index] ~= 0 and price_of_fixed or price_of_free)
  end
  return cost
end

-- After how many bytes the shift is cheapest, and what is lost there.
local function best_split(form, data, by)
  local before <const>, behind <const> = costs_before(form, data), costs_behind(form, data, by)
  local dropped <const>, best, lost, least = math.max(0, -by), nil, 0, math.maxinteger
  for split = 1, form.length - dropped - 1 do
    local loss <const> = cost_of_loss(form, split + 1, split + dropped)
    local cost <const> = before[split] + loss + behind[split + dropped + 1]
    if cost < least then
      best, lost, least = split, loss, cost
    end
  end
  return best, lost
end

--- The form as it would have to be at an offset where its second part is so many bytes further on (or nearer, below 0).
--- nil where it does not fit into the file.
---@param b suture.bytes
---@param form suture.likeness
---@param offset integer
---@param by integer
---@return suture.likeness?
---@return integer? cost  of the shift, in bits
function shift.fit(b, form, offset, by)
  local length <const> = form.length + by
  if length < 2 or offset < 0 or length > #b or offset > #b - length then
    return nil
  end
  local split <const>, lost <const> = best_split(form, read(b, offset, length), by)
  if not split then
    return nil
  end
  local dropped <const>, added <const> = math.max(0, -by), math.max(0, by)
  local head <const> = likeness.bytes(form, 1, split)
  local tail <const> = likeness.bytes(form, split + dropped + 1, form.length)
  return likeness.of_text(head .. (" ??"):rep(added) .. " " .. tail), shift.price + lost + added * price_of_free
end

return shift
