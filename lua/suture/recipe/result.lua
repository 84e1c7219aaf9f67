--- What a recipe's process sends, taken as hostile: each message is checked by
--- kind, type, range and order, all of them together are bounded.

local failure <const> = require "suture.recipe.failure"
local succession <const> = require "suture.recipe.succession"
local wire <const> = require "suture.recipe.wire"

local result = {}

-- A recipe that says more than this says nothing to a person.
local most_lines <const>, most_text <const> = 10000, 1 << 20
local most_progress <const> = 100000
local most_items <const> = 4000000
local most_words <const> = 1 << 16
local most_examples <const> = 16 << 20
local most_description <const> = 1 << 20 -- and no recipe says more: suture.recipe.description

-- More candidates, or more differing bytes of one, help nobody.
local most_nearest <const>, most_differences <const> = 3, 64

local states <const> = { old = true, new = true, absent = true, neither = true }
local placeless <const> = { absent = true, neither = true }
local words <const> = { applicable = true, applied = true, partial = true }
local kinds <const> = { recipe = true }
for kind in ([[argument range readonly closed pending mismatch notunique foreign stale changed truncated format io
  locked unsupported limit interrupted indeterminate]]):gmatch "%a+" do
  kinds[kind] = true
end

--- What ends the reading of a result: raised by `take`.
---@class suture.result.end
---@field limit string?  which limit was passed; else the message is none
local Ending <const> = {}

local function refuse()
  error(setmetatable({}, Ending), 0)
end

local function pass(limit, ...)
  error(setmetatable({ limit = limit:format(...) }, Ending), 0)
end

local function need(condition)
  if not condition then
    refuse()
  end
end

local function optional(text)
  return text ~= "" and text or nil
end

local function short(text)
  need(#text <= most_words)
  return text
end

-- Offset -1 stands for none.
local function place(offset, length)
  need(offset >= -1 and length >= 0 and offset <= math.maxinteger - length)
  return offset >= 0 and offset or nil
end

local function count(self, what, most, limit)
  self.counts[what] = (self.counts[what] or 0) + 1
  if self.counts[what] > most then
    pass(limit, most)
  end
end

-- What each message adds to the outcome.
local takers <const> = {}

function takers.recipe(self, name, version)
  need(not self.outcome.name)
  self.outcome.name, self.outcome.version = short(name), optional(short(version))
end

function takers.log(self, text)
  self.said = self.said + #text
  count(self, "log", most_lines, "%d lines of log")
  if self.said > most_text then
    pass("%d bytes of log", most_text)
  end
  self.listener.log(text)
end

function takers.progress(self, percent)
  need(percent <= 100)
  count(self, "progress", most_progress, "%d reports of progress")
  self.listener.progress(percent)
end

-- The target of that number: how far its changes have come, and what is known of it.
local function target_of(self, number)
  local state <const> = self.targets[number]
  need(state)
  return state, self.outcome.targets[number]
end

function takers.target(self, number, name, label)
  local _ <const>, target <const> = target_of(self, number)
  need(not target.told)
  target.told, target.name, target.label = true, optional(short(name)), optional(short(label))
end

function takers.hunk(self, number, note, offset, length, state)
  target_of(self, number)
  need(states[state] and (offset >= 0 or placeless[state]) and length >= 0)
  table.insert(self.outcome.hunks, {
    target = number, note = optional(short(note)), offset = place(offset, placeless[state] and 0 or length),
    length = length, state = state,
  })
end

-- The hunk that a message tells more about, which does so once.
local function last_hunk(self, field)
  local list <const> = self.outcome.hunks
  local last <const> = list[#list]
  need(last and not last[field])
  return last
end

function takers.label(self, text)
  last_hunk(self, "label").label = short(text)
end

function takers.problem(self, text)
  local last <const> = last_hunk(self, "problem")
  need(last.state == "neither")
  last.problem = short(text)
end

local function is_pattern(text)
  return (text .. " "):gsub("[%x?][%x?] ", "") == "" and text ~= ""
end

function takers.nearest(self, offset, matches, pattern)
  local last <const> = last_hunk(self)
  need(last.state == "neither" and offset >= 0 and matches >= 0 and is_pattern(short(pattern)))
  last.nearest = last.nearest or {}
  need(#last.nearest < most_nearest)
  last.nearest[#last.nearest + 1] = { offset = offset, matches = matches, pattern = pattern, differences = {} }
end

function takers.difference(self, offset, wanted, found)
  local nearest <const> = last_hunk(self).nearest or {}
  local last <const> = nearest[#nearest]
  need(last and #last.differences < most_differences)
  need(offset >= last.offset and wanted:find "^[%x?][%x?]$" and found:find "^%x%x$")
  last.differences[#last.differences + 1] = { offset = offset, wanted = wanted, found = found }
end

function takers.guard(self, number, offset, bytes)
  local state <const>, target <const> = target_of(self, number)
  need(offset >= 0 and offset <= state.size and #bytes <= state.size - offset)
  table.insert(target.guards, { offset = offset, bytes = bytes })
end

-- In the order of the file, as changes are carried out: what is in front of one has its new length already.
function takers.change(self, number, offset, old, new)
  local state <const>, target <const> = target_of(self, number)
  need(old ~= new and offset >= state.reached and offset <= state.size_now and #old <= state.size_now - offset)
  state.size_now = state.size_now + #new - #old
  state.reached = offset + #new
  table.insert(target.changes, { offset = offset, old = old, new = new })
end

function takers.failure(self, code, kind, message, text, number, offset, where)
  need(code >= failure.USAGE and code <= failure.RECIPE and kinds[kind])
  need(number == 0 or self.targets[number])
  self.ended = true
  self.outcome.failure = {
    code = code, kind = kind, message = short(message), text = short(text), target = number > 0 and number or nil,
    offset = place(offset, 0), where = optional(short(where)),
  }
end

-- Whether the recipe itself changed anything, beyond what the recipes before it have.
local function has_changes(self)
  for number, target in ipairs(self.outcome.targets) do
    if #succession.own(self.targets[number].earlier, target.changes) > 0 then
      return true
    end
  end
  return false
end

function takers.verdict(self, word, reason)
  need(words[word] and self.outcome.name and not (word == "applied" and has_changes(self)))
  self.ended = true
  self.outcome.verdict, self.outcome.reason = word, optional(short(reason))
end

function takers.description(self, text)
  need(self.outcome.name and not self.worked and #text <= most_description)
  self.ended = true
  self.outcome.description = text
end

function takers.examples(self, text)
  need(self.outcome.name and not self.worked)
  if #text > most_examples then
    pass("%d bytes of examples", most_examples)
  end
  self.ended = true
  self.outcome.examples = text
end

local Result <const> = {}
Result.__index = Result

local of_a_description <const> = { recipe = true, description = true, examples = true, failure = true, log = true }

-- The message that stands for a result, by what is asked for.
local awaited <const> = { only = "description", instead = "description", examples = "examples" }
local is_description <const> = { description = true, examples = true }
local is_alone <const> = { only = true, examples = true }

local function read(self, what, ...)
  need(not self.ended and (not is_description[what] or awaited[self.describes] == what))
  need(not is_alone[self.describes] or of_a_description[what])
  takers[what](self, ...)
  self.worked = self.worked or not of_a_description[what]
end

--- Takes one frame. Raises an Ending for what is no message, not in its place, or one too many: the process is
--- to be killed then; and `interrupted`.
---@param frame string
function Result:take(frame)
  count(self, "all", most_items, "%d messages")
  self.bytes = self.bytes + #frame
  if self.bytes > self.most then
    pass("%d bytes of result (--memory)", self.most)
  end
  local fields <const> = table.pack(pcall(wire.unpack, frame))
  if not fields[1] and fields[2].kind ~= "format" then
    error(fields[2], 0)
  end
  need(fields[1])
  read(self, table.unpack(fields, 2, fields.n))
end

--- Whether the last message has come.
---@return boolean
function Result:is_complete()
  return self.ended
end

--- Whether an error is one of `take`, and which limit it tells.
---@param err any
---@return boolean
---@return string?
function result.ending(err)
  if getmetatable(err) == Ending then
    return true, err.limit
  end
  return false
end

--- A result of which nothing has come yet.
---@param targets { size: integer, earlier: suture.change[]? }[]  their sizes, and what earlier recipes change in them
---@param most number       bytes that it may have in all
---@param listener { log: fun(text: string), progress: fun(percent: integer) }
---@param describes "only"|"instead"|"never"|"examples"  whether a description is what is wanted, is taken in the place
--- of a result that has not begun, is out of place; or whether examples are wanted
---@return table result  of the class whose methods take messages
function result.new(targets, most, listener, describes)
  local self <const> = setmetatable({
    outcome = { hunks = {}, targets = {} }, targets = {}, counts = {}, bytes = 0, said = 0, ended = false,
    worked = false, most = most, listener = listener, describes = describes,
  }, Result)
  for number, target in ipairs(targets) do
    self.targets[number] = { size = target.size, size_now = target.size, reached = 0, earlier = target.earlier or {} }
    self.outcome.targets[number] = { guards = {}, changes = {} }
  end
  return self
end

return result
