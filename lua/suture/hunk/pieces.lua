--- Parts of a pattern, at least one of which is there where the pattern itself
--- nearly is: what differs in few places leaves the others whole.

local core <const> = require "suture.core"
local likeness <const> = require "suture.hunk.likeness"
local pass <const> = require "suture.hunk.pass"

local pieces = {}

--- A part of a form, to be looked for.
---@class suture.piece
---@field pattern suture.pattern
---@field text string
---@field start integer   from the form's first byte to the piece's

-- The fixed bytes are cut into so many groups. Two of them make a piece, so that two may differ wholly; where there
-- are few bytes it takes three.
local groups <const>, few <const> = 4, 8

-- So many fixed bytes that follow each other make a piece too.
local stretch <const>, most_stretches <const> = 5, 8

-- With fewer bytes in a piece it is everywhere.
local least_fixed <const> = 3

-- Matches of a piece lie so far apart at least: else there could be too many.
local least_distance <const> = 2

local function group(fixed, number)
  local first <const>, last <const> = (number - 1) * #fixed // groups + 1, number * #fixed // groups
  return table.move(fixed, first, last, 1, {})
end

local function piece(form, indices)
  if #indices < least_fixed then
    return nil
  end
  local text <const> = likeness.part(form, indices)
  local pattern <const> = core.pattern(text)
  return pass.suits(pattern, least_distance) and { pattern = pattern, text = text, start = indices[1] - 1 } or nil
end

-- Of all pieces so many matches are looked at; each piece has its share.
local most_hits <const> = 1 << 17

-- The fixed bytes of all groups but these.
local function without(form, one, other)
  local indices <const> = {}
  for number = 1, groups do
    if number ~= one and number ~= other then
      local more <const> = group(form.fixed, number)
      table.move(more, 1, #more, #indices + 1, indices)
    end
  end
  return indices
end

-- Where a short stretch alone is there: some of these have a piece of it, wherever it begins.
local function stretches(form)
  local fixed <const>, list <const> = form.fixed, {}
  local step <const> = math.max(2, (#fixed - stretch) // most_stretches)
  for first = 1, #fixed - stretch + 1, step do
    list[#list + 1] = piece(form, table.move(fixed, first, first + stretch - 1, 1, {}))
  end
  return list
end

--- The pieces of a form. None where it is so short that they would be everywhere.
---@param form suture.likeness
---@return suture.piece[]
function pieces.of(form)
  local list <const>, is_short <const> = stretches(form), #form.fixed < few
  for one = 1, groups do
    for other = is_short and one or one + 1, is_short and one or groups do
      list[#list + 1] = piece(form, without(form, one, other))
    end
  end
  return list
end

-- The pieces of all forms, each looked for once however many have it.
local function pieces_of(forms)
  local patterns <const>, users <const>, votes_of <const> = {}, {}, {}
  for _, form in ipairs(forms) do
    votes_of[form] = {}
    for _, one in ipairs(pieces.of(form)) do
      patterns[one.text] = one.pattern
      users[#users + 1] = { form = form, text = one.text, start = one.start }
    end
  end
  return patterns, users, votes_of
end

local function shares(patterns, share)
  local most <const> = {}
  for text in pairs(patterns) do
    most[text] = share
  end
  return most
end

--- Looks for the pieces of forms in one pass. For each form and each offset: how many pieces are where they are when
--- the form begins there.
---@param b suture.bytes
---@param forms suture.likeness[]
---@return table<suture.likeness, table<integer, integer>>
function pieces.votes(b, forms)
  local patterns <const>, users <const>, votes_of <const> = pieces_of(forms)
  local hits <const> = pass.run(b, patterns, shares(patterns, most_hits // math.max(1, #users)))
  for _, user in ipairs(users) do
    local votes_here <const> = votes_of[user.form]
    for _, hit in ipairs(hits[user.text]) do
      local offset <const> = hit - user.start
      votes_here[offset] = (votes_here[offset] or 0) + 1
    end
  end
  return votes_of
end

--- The offsets worth a comparison, those with most votes first.
---@param votes_here table<integer, integer>
---@param most integer  how many of them
---@return integer[]
function pieces.shortlist(votes_here, most)
  local list <const> = {}
  for offset in pairs(votes_here) do
    list[#list + 1] = offset
  end
  table.sort(list, function(one, other)
    local more <const>, fewer <const> = votes_here[one], votes_here[other]
    return more > fewer or more == fewer and one < other
  end)
  return table.move(list, 1, math.min(#list, most), 1, {})
end

return pieces
