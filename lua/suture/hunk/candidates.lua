--- Places where a form nearly is, judged by how far the bytes there are from it.

local core <const> = require "suture.core"
local likeness <const> = require "suture.hunk.likeness"
local pieces <const> = require "suture.hunk.pieces"
local shift <const> = require "suture.hunk.shift"

local read <const> = core.methods.read

local candidates = {}

--- So many are kept.
candidates.most = 3

-- In so few bytes every offset is looked at; of so many it is tried whether a part is shifted.
local few_bytes <const>, most_shifts <const> = 1 << 14, 64

--- What is looked for: either form, at some places or anywhere.
---@class suture.wish
---@field forms suture.likeness[]
---@field places integer[]      where it should be, if that is known
---@field is_anywhere boolean   whether it may be elsewhere

--- A form at an offset where it nearly is.
---@class suture.resemblance
---@field form suture.likeness
---@field offset integer
---@field data string           what is there
---@field differing integer[]   the indices of bytes that differ
---@field distance integer
---@field away integer          from the place where it should be, in bytes
---@field is_shifted boolean?   the form's second part was shifted to fit
---@field is_place boolean?     this is the place where it should be

local function every_offset(b, form)
  local list <const> = {}
  for offset = 0, #b - form.length do
    list[#list + 1] = offset
  end
  return list
end

local function is_better(one, other)
  if one.distance ~= other.distance then
    return one.distance < other.distance
  elseif one.away ~= other.away then
    return one.away < other.away
  end
  return one.offset < other.offset
end

-- How far off it may be: nearly as far as bytes at random, so that a part of it that is there is found.
local function limit_of(form)
  return #form.fixed * 7
end

-- How many bytes must be as they should: a fifth of them, and so many that it is no accident in a file of that size.
local function least_alike(b, form)
  local by_accident <const> = math.log(math.max(1, #b), 2) // 8 + 1
  return math.max(3, #form.fixed // 5, by_accident + 1)
end

local function is_like(b, candidate)
  local form <const> = candidate.form
  return #form.fixed - #candidate.differing >= least_alike(b, form)
end

-- Whether two are views of one place: where a part is shifted the other part alone is like it too.
local function is_same(one, other)
  local reach <const> = (one.is_shifted or other.is_shifted) and shift.most or 0
  return math.abs(one.offset - other.offset) <= reach
end

-- Keeps the best few, each place once.
local function keep(list, candidate)
  for index = #list, 1, -1 do
    if is_same(list[index], candidate) then
      if not is_better(candidate, list[index]) then
        return
      end
      table.remove(list, index)
    end
  end
  list[#list + 1] = candidate
  table.sort(list, is_better)
  list[candidates.most + 1] = nil
end

-- What a form is at an offset; nil where it is further off than `most`, or not in the file.
local function candidate_at(b, form, offset, most, place)
  if offset < 0 or form.length > #b or offset > #b - form.length then
    return nil
  end
  local data <const> = read(b, offset, form.length)
  local distance <const> = likeness.distance(form, data, most)
  return distance and {
    form = form, offset = offset, distance = distance, away = place and math.abs(offset - place) or 0,
    differing = likeness.differing(form, data), data = data,
  }
end

-- The form that differs in fewer bytes from what is at a place, however many these are; nil where one stands there.
local function closer_form(b, wish, place)
  local best
  for _, form in ipairs(wish.forms) do
    local candidate <const> = candidate_at(b, form, place, math.maxinteger, place)
    best = candidate and not (best and #best.differing <= #candidate.differing) and candidate or best
  end
  return best and best.distance > 0 and best or nil
end

-- What is where it should be.
local function at_place(b, wish)
  local list <const> = {}
  for _, place in ipairs(wish.places) do
    local candidate <const> = closer_form(b, wish, place)
    if candidate then
      keep(list, candidate)
    end
  end
  return list[1]
end

local function look_elsewhere(b, wish, form, offsets, list)
  local place <const>, most = wish.places[1], limit_of(form)
  for _, offset in ipairs(offsets) do
    local candidate <const> = offset ~= place and candidate_at(b, form, offset, most, place)
    if candidate and is_like(b, candidate) then
      keep(list, candidate)
      most = #list == candidates.most and math.min(most, list[#list].distance) or most
    end
  end
end

local function try_shift(b, wish, form, offset, by, list)
  local shifted <const>, cost <const> = shift.fit(b, form, offset, by)
  local candidate <const> = shifted and candidate_at(b, shifted, offset, limit_of(form), wish.places[1])
  if candidate and is_like(b, candidate) then
    candidate.distance, candidate.is_shifted = candidate.distance + cost, true
    keep(list, candidate)
  end
end

-- Pieces may be those of the first part or of the second one.
local function look_for_shifts(b, wish, form, offsets, share, list)
  for index = 1, math.min(#offsets, most_shifts, math.max(1, share // (4 * shift.most))) do
    for by = 1, shift.most do
      for _, sign in ipairs { 1, -1 } do
        try_shift(b, wish, form, offsets[index], sign * by, list)
        try_shift(b, wish, form, offsets[index] - sign * by, sign * by, list)
      end
    end
  end
end

local function candidates_of(b, wish, votes_of, compared)
  local list <const> = {}
  for _, form in ipairs(wish.is_anywhere and wish.forms or {}) do
    local share <const> = math.max(16, compared // form.length)
    local offsets <const> = pieces.shortlist(votes_of[form], share)
    local has_few <const> = #b <= math.min(few_bytes, share)
    look_elsewhere(b, wish, form, has_few and every_offset(b, form) or offsets, list)
    if not list[1] or list[1].distance > shift.price then
      look_for_shifts(b, wish, form, offsets, share, list)
    end
  end
  return list, at_place(b, wish)
end

--- The best of what comes next to a hunk, whose alternatives are wishes. One that is where it should be is always
--- among them.
---@param b suture.bytes
---@param wishes suture.wish[]
---@param votes_of table<suture.likeness, table<integer, integer>>  of the forms that may be anywhere
---@param compared integer  so many bytes may be compared for each form
---@return suture.resemblance[]  the best first
function candidates.of(b, wishes, votes_of, compared)
  local list <const>, placed <const> = {}, {}
  for _, wish in ipairs(wishes) do
    local elsewhere <const>, here <const> = candidates_of(b, wish, votes_of, compared)
    for _, candidate in ipairs(elsewhere) do
      keep(list, candidate)
    end
    if here then
      keep(placed, here)
    end
  end
  if placed[1] then
    placed[1].is_place, list[candidates.most] = true, nil
    keep(list, placed[1])
  end
  return list
end

return candidates
