--- One example of a recipe, put to the test: what it finds before and after, what comes out, that a second run and a
--- refused file touch nothing, that it can be taken back, and that its guards hold.
---
--- Each question runs the recipe in its cell, on files that are laid out anew.

local core <const> = require "suture.core"
local damage <const> = require "suture.library.damage"
local files <const> = require "suture.library.files"
local names <const> = require "suture.library.names"
local recipe <const> = require "suture.recipe"
local records <const> = require "suture.records"
local reverting <const> = require "suture.revert"

local trial = {}

local FOREIGN <const>, FAILED <const> = 3, 5

-- Enough for every guard that a person wrote; a table of a thousand is looked at in part.
local most_guards <const>, most_flips <const> = 32, 16

local Trial <const> = {}
Trial.__index = Trial

-- In the words of the example: where its files lie for the moment is of no use to anybody.
local function reason_of(reports)
  local text = reports[1].error and reports[1].error.text
  for _, report in ipairs(text and reports or {}) do
    text = text:gsub(report.target:gsub("%p", "%%%0"), (report.target:gsub("^.*/%d+%-", "")))
  end
  return text
end

function Trial:options()
  return { params = self.params, timeout = self.given.timeout, memory = self.given.memory }
end

-- The reports of the recipe itself, in the order of the targets: those of recipes that it depends on come first.
function Trial:own(reports, code)
  local list <const> = {}
  for index, target in ipairs(self.files.targets) do
    for _, report in ipairs(reports) do
      list[index] = report.target == target.path and report or list[index]
    end
  end
  return list, code
end

function Trial:check()
  return self:own(recipe.check(self.path, self.files.targets, self:options()))
end

function Trial:run()
  return self:own(recipe.run(self.path, self.files.targets, self:options()))
end

-- The result of one question; a reason makes it a failure.
function Trial:tell(what, reason, skipped)
  self.emit { check = what, ok = reason == nil, reason = reason, skipped = skipped }
  return reason == nil
end

local function found(reports)
  local verdict <const>, reason <const> = reports[1].verdict or "no verdict", reason_of(reports)
  return ("it found %s%s"):format(verdict, reason and (" (" .. reason .. ")") or "")
end

function Trial:verdict_is(wanted, when)
  local reports <const> = self:check()
  local is_right <const> = reports[1].verdict == wanted
  return self:tell(("is %s %s"):format(wanted, when), not is_right and found(reports) or nil)
end

local function patched(input, changes)
  for _, entry in ipairs(changes) do
    local offset <const>, bytes <const> = entry[1], entry[2]
    if offset > #input then
      core.raise("argument", ("a change at 0x%x lies behind the input (size 0x%x)"):format(offset, #input))
    end
    input = input:sub(1, offset) .. bytes .. input:sub(offset + #bytes + 1)
  end
  return input
end

-- What must come out, in the order of the targets. A target of which nothing is said stays as it is.
function Trial:expected()
  local list <const> = {}
  for index, name in ipairs(self.files.names) do
    local output <const> = (self.example.outputs or {})[name]
    list[index] = output or patched(self.inputs[index], (self.example.changes or {})[name] or {})
  end
  return list
end

-- Returns the reports of the run that patched.
function Trial:patch()
  local expected <const> = self:expected()
  self.files:lay(self.inputs)
  local reports <const>, code <const> = self:run()
  local reason <const> = code ~= 0 and found(reports) or self.files:difference(expected)
  return self:tell("gives what it should", reason) and reports or nil
end

local function is_changed(reports)
  for _, report in ipairs(reports) do
    if report.status == "changed" then
      return true
    end
  end
  return false
end

function Trial:again()
  self.files:mark()
  local reports <const>, code <const> = self:run()
  local reason <const> = code ~= 0 and found(reports) or is_changed(reports) and "it has changed the file"
    or self.files:touched()
  return self:tell("touches nothing the second time", reason)
end

local function take_back(targets)
  local record <const> = records.find(records.file(targets[1].path))
  local paths <const> = {}
  for index, target in ipairs(record.targets) do
    paths[index] = target.path
  end
  reverting.run(record, paths)
end

-- The record is that of the target which was changed.
local function changed_first(reports, targets)
  local list <const> = {}
  for index, report in ipairs(reports) do
    table.insert(list, report.status == "changed" and 1 or #list + 1, targets[index])
  end
  return list
end

function Trial:revert(reports)
  if not is_changed(reports) then
    return
  end
  local ok <const>, err <const> = pcall(take_back, changed_first(reports, self.files.targets))
  if not ok and (not core.is_error(err) or err.kind == "interrupted") then
    error(err, 0)
  end
  self:tell("is taken back byte for byte", not ok and tostring(err) or self.files:difference(self.inputs))
end

-- The inputs, one of them replaced.
function Trial:with(index, content)
  local list <const> = { table.unpack(self.inputs) }
  list[index] = content
  return list
end

function Trial:refuses(what, contents)
  self.files:lay(contents)
  local reports <const>, code <const> = self:run()
  if code == 0 and not self.recognises then
    return self:tell("refuses " .. what, nil, "it has neither match nor edits, and takes any file")
  end
  local reason <const> = code ~= FOREIGN and ("status %d: %s"):format(code, found(reports)) or self.files:touched()
  return self:tell("refuses " .. what, reason)
end

function Trial:refuse_all(reports)
  for index, input in ipairs(self.inputs) do
    for _, foreign in ipairs(damage.foreign(input, reports[index])) do
      self:refuses(self.files:label(index) .. foreign[1], self:with(index, foreign[2]))
    end
  end
end

local function relies_on(report, range)
  for _, other in ipairs(damage.guarded(report)) do
    if other.offset == range.offset and other.length == range.length then
      return true
    end
  end
  return false
end

-- Whether the recipe sees that a byte is another one: it refuses the file, or no longer goes by that range.
function Trial:sees(index, range, offset)
  self.files:lay(self:with(index, damage.flip(self.inputs[index], offset)))
  local reports <const>, code <const> = self:run()
  if code == FOREIGN or code == FAILED then
    return self.files:touched() == nil
  end
  return not relies_on(reports[index], range)
end

-- Bytes of a pattern may be wild, but not all of them.
function Trial:holds(index, range)
  local last <const> = math.min(range.offset + range.length, #self.inputs[index]) - 1
  for offset = range.offset, math.min(last, range.offset + most_flips - 1) do
    if self:sees(index, range, offset) then
      return true
    end
  end
  return false
end

-- A guard always holds for the bytes that it was made of.
local any_bytes <const> = "the recipe takes whatever stands there"

function Trial:flip(index, range)
  local what <const> = ("sees a flipped byte in its guard at %s0x%x (%d byte%s)"):format(self.files:label(index),
    range.offset, range.length, range.length == 1 and "" or "s")
  self:tell(what, nil, not self:holds(index, range) and any_bytes or nil)
end

function Trial:flip_all(reports)
  for index, report in ipairs(reports) do
    for number, range in ipairs(damage.guarded(report)) do
      if number > most_guards then
        return
      elseif range.offset < #self.inputs[index] then
        self:flip(index, range)
      end
    end
  end
end

function Trial:refuse_itself()
  if self:verdict_is("foreign", "before") then
    self:refuses("it", self.inputs)
  end
end

function Trial:all()
  self.files:lay(self.inputs)
  if self.example.verdict == "foreign" then
    return self:refuse_itself()
  elseif not self:verdict_is(self.example.verdict, "before") then
    return
  end
  local reports <const> = self:patch()
  if not reports then
    return
  end
  self:verdict_is("applied", "after")
  self:again()
  self:revert(reports)
  self:refuse_all(reports)
  self:flip_all(reports)
end

-- A file that an example names lies in the recipe's own folder: it is the recipe that names it, not the user.
local function params_of(path, example)
  local params <const>, folder <const> = {}, path:match("^(.*/)") or "./"
  for name, value in pairs(example.params) do
    params[name] = value
    if example.files[name] then
      local file <const> = folder .. tostring(value)
      if not names.is_inside(file, folder) then
        core.raise("argument", ("the file '%s' is not in the recipe's folder"):format(tostring(value)))
      end
      params[name] = file
    end
  end
  return params
end

local function make(path, told, example, given, emit)
  local self <const> = setmetatable({ path = path, example = example, recognises = told.recognises, emit = emit,
    given = given, params = params_of(path, example), inputs = {} }, Trial)
  self.files = files.new(given.folder, example.inputs, told.targets)
  for index, name in ipairs(self.files.names) do
    self.inputs[index] = example.inputs[name]
  end
  return self
end

--- Puts an example to the test.
---@param path string      of the recipe
---@param told table       as `worker.examples` gives it
---@param example suture.example
---@param given { folder: string, timeout: number?, memory: number? }  the folder is for files of the trial
---@param emit fun(result: { check: string, ok: boolean, reason: string?, skipped: string? })
function trial.run(path, told, example, given, emit)
  local ok <const>, err <const> = pcall(function()
    make(path, told, example, given, emit):all()
  end)
  if ok then
    return
  elseif not core.is_error(err) or err.kind == "interrupted" then
    error(err, 0)
  end
  emit { check = "can be run", ok = false, reason = tostring(err) }
end

return trial
