--- What comes next to a hunk that is not there: where its bytes nearly are, in
--- what they differ, and what pattern would be found there.

local core <const> = require "suture.core"
local candidates <const> = require "suture.hunk.candidates"
local likeness <const> = require "suture.hunk.likeness"
local pass <const> = require "suture.hunk.pass"
local pieces <const> = require "suture.hunk.pieces"

local count <const> = core.methods.count

local nearest = {}

--- A place where a hunk nearly is.
---@class suture.candidate
---@field offset integer       in the file
---@field differences {offset: integer, wanted: string, found: string}[]  the first 64, in hex, "?" for what is free
---@field pattern string       what was looked for, with these bytes made wild
---@field matches integer      how often that is in the file

-- So many hunks of a recipe are looked into, so many alternatives of each: who misses more has another file.
local most_hunks <const>, most_alternatives <const> = 4, 4
local most_differences <const> = 64

-- Of all candidates together so many bytes are compared.
local most_compared <const> = 1 << 20

-- What is found more often tells nothing, unless it is at the very place or the best there is.
local too_often <const> = 256

local function wish_of(alternative, known)
  local sides <const> = { likeness.of(alternative.old), likeness.of(alternative.new) }
  if alternative.at then
    return { forms = sides, places = { alternative.base + alternative.at }, is_anywhere = true }
  end
  local matches <const>, places <const> = known[alternative] or {}, {}
  for index = 1, math.min(#matches, candidates.most) do
    places[index] = matches[index] + alternative.skip
  end
  if #places > 0 then
    return { forms = sides, places = places, is_anywhere = false }
  end
  local forms <const> = { likeness.of(alternative.find), likeness.of(alternative.patched) }
  return { forms = forms, places = {}, is_anywhere = true }
end

local function wishes_of(finding)
  local list <const> = {}
  for index = 1, math.min(#finding.form.alternatives, most_alternatives) do
    list[index] = wish_of(finding.form.alternatives[index], finding.known)
  end
  return list
end

local function widened(candidate)
  return likeness.widened(candidate.form, candidate.differing)
end

-- How often each of these patterns is in the file, by its text.
local function count_all(b, texts)
  local patterns <const>, most <const>, counts <const> = {}, {}, {}
  for text in pairs(texts) do
    local pattern <const> = core.pattern(text)
    if pass.suits(pattern) then
      patterns[text], most[text] = pattern, too_often
    else
      counts[text] = count(b, pattern)
    end
  end
  for text, list in pairs(pass.run(b, patterns, most)) do
    counts[text] = list.is_cut and count(b, patterns[text]) or #list
  end
  return counts
end

local function differences_of(b, candidate)
  local list <const> = {}
  for number = 1, math.min(#candidate.differing, most_differences) do
    local index <const> = candidate.differing[number]
    list[number] = {
      offset = b.offset + candidate.offset + index - 1, wanted = likeness.byte(candidate.form, index),
      found = ("%02x"):format(candidate.data:byte(index)),
    }
  end
  return list
end

local function told(b, list, counts)
  local result <const> = {}
  for rank, candidate in ipairs(list) do
    local text <const> = widened(candidate)
    if candidate.is_place or counts[text] <= too_often or rank == 1 and #candidate.differing > 0 then
      result[#result + 1] = {
        offset = b.offset + candidate.offset, differences = differences_of(b, candidate), pattern = text,
        matches = counts[text],
      }
    end
  end
  return result
end

local function forms_anywhere(wishes)
  local list <const> = {}
  for _, wish in ipairs(wishes) do
    if wish.is_anywhere then
      table.move(wish.forms, 1, #wish.forms, #list + 1, list)
    end
  end
  return list
end

-- What comes next to each of one target's hunks, in one pass.
local function best_of(b, findings)
  local wishes <const>, all <const>, best <const> = {}, {}, {}
  for index, finding in ipairs(findings) do
    wishes[index] = wishes_of(finding)
    table.move(wishes[index], 1, #wishes[index], #all + 1, all)
  end
  local forms <const> = forms_anywhere(all)
  local votes_of <const> = pieces.votes(b, forms)
  for index in ipairs(findings) do
    best[index] = candidates.of(b, wishes[index], votes_of, most_compared // math.max(1, #forms))
  end
  return best
end

-- And how often the patterns that would find it are there, in another one.
local function look(b, findings, result)
  local best <const>, texts <const> = best_of(b, findings), {}
  for _, list in ipairs(best) do
    for _, candidate in ipairs(list) do
      texts[widened(candidate)] = true
    end
  end
  local counts <const> = count_all(b, texts)
  for index, finding in ipairs(findings) do
    result[finding] = told(b, best[index], counts)
  end
end

--- Looks for what comes next to those hunks that have a problem, of the first few.
---@param findings suture.finding[]
---@return table<suture.finding, suture.candidate[]>  the best first
function nearest.of(findings)
  local by_target <const>, result <const>, missing = {}, {}, 0
  for _, finding in ipairs(findings) do
    missing = missing + (finding.problem and 1 or 0)
    if finding.problem and missing <= most_hunks then
      local list <const> = by_target[finding.bytes] or {}
      list[#list + 1], by_target[finding.bytes] = finding, list
    end
  end
  for b, list in pairs(by_target) do
    look(b, list, result)
  end
  return result
end

return nearest
