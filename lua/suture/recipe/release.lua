--- Version numbers: a recipe's own, and what it needs of suture.

local core <const> = require "suture.core"
local suture <const> = require "suture"

local release = {}

local function fail(kind, format, ...)
  core.raise(kind, format:format(...))
end

local function check_text(value, place)
  if type(value) ~= "string" then
    fail("argument", "%s must be a string, not a %s", place, type(value))
  end
end

local function numbers(dotted)
  local list <const> = {}
  for number in dotted:gmatch("%d+") do
    list[#list + 1] = tonumber(number)
  end
  return list
end

-- Negative, zero or positive, as the left one is older, the same or newer.
local function compare(left, right)
  local a <const>, b <const> = numbers(left), numbers(right)
  for index = 1, math.max(#a, #b) do
    local difference <const> = (a[index] or 0) - (b[index] or 0)
    if difference ~= 0 then
      return difference
    end
  end
  return 0
end

local comparisons <const> = {
  [">="] = function(order) return order >= 0 end,
  ["<="] = function(order) return order <= 0 end,
  [">"] = function(order) return order > 0 end,
  ["<"] = function(order) return order < 0 end,
  ["="] = function(order) return order == 0 end,
}

--- Checks a version such as "1.0.0" or "2.1-rc1". Raises `argument`.
---@param value any
---@param place string  what it is, for the message
function release.check_version(value, place)
  check_text(value, place)
  local dotted <const>, rest <const> = value:match("^(%d[%d.]*)(.*)$")
  local proper <const> = dotted and not dotted:find("%.%.") and not dotted:find("%.$")
  if not proper or not (rest == "" or rest:find("^[-+][%w.-]+$")) then
    fail("argument", "%s must be like 1.0.0, not '%s'", place, value)
  end
end

--- Checks that this suture is one that is needed: ">= 0.1" or ">= 0.1, < 2".
--- Raises `argument` for other words, `unsupported` where it is not.
---@param value any
---@param place string
function release.check_need(value, place)
  check_text(value, place)
  for part in (value .. ","):gmatch("%s*(.-)%s*,") do
    local sign <const>, wanted <const> = part:match("^([<>=]+)%s*(%d[%d.]*)$")
    if not comparisons[sign] then
      fail("argument", "%s must be like '>= 0.1', not '%s'", place, value)
    elseif not comparisons[sign](compare(suture.version, wanted)) then
      fail("unsupported", "the recipe needs suture %s, this is %s", value, suture.version)
    end
  end
end

return release
