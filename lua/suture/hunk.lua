--- Hunks: guarded changes. A hunk names a place or a signature, the old bytes
--- and the new ones; it writes where the old ones stand, does nothing where the
--- new ones stand already, and raises where it finds neither.

local core <const> = require "suture.core"
local edit <const> = require "suture.hunk.edit"
local sites <const> = require "suture.hunk.sites"

-- Taken before anyone wraps them: what a hunk does is reported once, as a hunk.
local read <const>, expect <const>, patch <const> = core.methods.read, core.methods.expect, core.methods.patch

local hunk = {}

local observer

--- What an observer hears: a hunk was found at `offset` (in the file), in a
--- state. "absent" is the state of an optional hunk that was not found.
---@class suture.sighting
---@field bytes suture.bytes
---@field offset integer?
---@field length integer
---@field span integer[]?   offset (in the file) and length of what the finding relied on
---@field state "old"|"new"|"absent"
---@field note string?

--- Has a function called for each hunk that is found from now on, before it
--- writes. nil ends that.
---@param fn fun(sighting: suture.sighting)?
function hunk.observe(fn)
  observer = fn
end

local function report(sighting)
  if observer then
    observer(sighting)
  end
end

-- One alternative: its own problem. Several: all of them, since none is more to blame.
local function no_alternative(problems)
  if #problems == 1 then
    return problems[1]
  end
  local texts <const>, absent = {}, true
  for index, problem in ipairs(problems) do
    local place <const> = problem.offset and ("0x%x: "):format(problem.offset) or ""
    texts[index] = ("%d: %s%s"):format(index, place, problem.message)
    absent = absent and problem.absent or false
  end
  local message <const> = "no alternative has a site (" .. table.concat(texts, "; ") .. ")"
  return { kind = "notunique", message = message, absent = absent }
end

--- Finds a hunk's sites without writing: those of the first alternative that
--- has any. A signature that is found too often ends the search, since a later
--- alternative would only hide that.
---@param b suture.bytes
---@param form suture.edit
---@return suture.site[]|nil
---@return suture.alternative|suture.problem
function hunk.inspect(b, form)
  local problems <const> = {}
  for index, alternative in ipairs(form.alternatives) do
    local found <const>, problem <const> = sites.of(b, alternative)
    if found then
      return found, alternative
    end
    problems[index] = problem
    if problem.kind == "notunique" and not problem.absent then
      return nil, problem
    end
  end
  return nil, no_alternative(problems)
end

local function raise(b, problem)
  local offset <const> = problem.offset
  core.raise(problem.kind, problem.message, {
    path = b.path, offset = offset, file_offset = offset and b.offset + offset or nil,
  })
end

-- The guards go through the core, so that a flush demands these bytes of the file again.
local function guard(b, site)
  expect(b, site.match, read(b, site.match, site.span))
  expect(b, site.offset, site.current)
end

local function settle(b, alternative, site, note)
  report {
    bytes = b, offset = b.offset + site.offset, length = #site.current, state = site.state,
    span = { b.offset + site.match, site.span }, note = alternative.note or note,
  }
  if site.state == "old" then
    patch(b, site.offset, site.current, alternative.new:apply(site.current))
  end
end

local function settle_all(b, alternative, found, note)
  for _, site in ipairs(found) do
    guard(b, site)
  end
  local offsets <const>, state = {}, "new"
  for index, site in ipairs(found) do
    settle(b, alternative, site, note)
    offsets[index] = site.offset
    state = site.state == "old" and "old" or state
  end
  return offsets, state
end

--- The method `b:hunk { ... }`. The keys:
---
---   at = offset                where, counted from `base`
---   find = string or pattern   or: a signature. It is looked for as it is and with `new` laid over it at `skip`,
---                              so that a patched file is recognised; both together must match exactly once
---   any = { hunk, ... }        or: alternatives, of which the first that has a site is taken. What an
---                              alternative leaves out it takes from the hunk around it
---   old, new                   string or pattern, of one length. Bits that are wild in `new` stay as they are
---   skip                       from the start of the match to the bytes that change
---   within = { offset, length }  the match lies in there. base: `at` and `within` count from it
---   count                      that many matches, all of which change. nth: the match with that number changes
---   optional                   not found is no error
---   note                       for people, in reports
---
--- Every site is looked at before the first one is written. Raises `mismatch`
--- where neither side stands, `notunique` for too many matches or none.
---@param b suture.bytes
---@param given table
---@return integer|integer[]|nil offset where it patches; a list with `count` above 1; nil where it is absent
---@return "old"|"new"|"absent" state what was found: "old" if anything was written
function hunk.apply(b, given)
  local form <const> = edit.read(given)
  local found <const>, answer <const> = hunk.inspect(b, form)
  if not found then
    if not (form.optional and answer.absent) then
      raise(b, answer)
    end
    report { bytes = b, length = 0, state = "absent", note = form.note }
    return nil, "absent"
  end
  local offsets <const>, state <const> = settle_all(b, answer, found, form.note)
  return (answer.count or 1) > 1 and not answer.nth and offsets or offsets[1], state
end

hunk.hunk = hunk.apply

return hunk
