--- Errors as text for people: the message first, then the bytes around the offset.

local bytes <const> = require "suture.repl.display.bytes"
local core <const> = require "suture.core"
local display <const> = require "suture.repl.display"
local paint <const> = require "suture.repl.paint"

local complaint <const> = {}

-- Where the line is wrong, as Lua's own messages have it in front.
local function place_of(err)
  return err.where and err.where .. ": " or ""
end

--- The message in one line, with the place in the input in front if one is known.
---@param err any
---@return string
function complaint.line(err)
  if core.is_error(err) then
    return place_of(err) .. tostring(err)
  elseif type(err) == "string" then
    return err
  end
  return ("(error object) %s"):format(display.described(err))
end

local function context(err, session)
  if not core.is_error(err) or not err.file_offset then
    return ""
  end
  for _, target in ipairs(session.targets:open_ones()) do
    if target.path == err.path then
      return bytes.around(target.bytes, err.file_offset, 1, session.style)
    end
  end
  return ""
end

--- The error in as many lines as it takes.
---@param err any
---@param session suture.repl.session
---@return string
function complaint.text(err, session)
  local message <const> = paint("error", complaint.line(err), session.style)
  local ok <const>, around <const> = pcall(context, err, session)
  return message .. "\n" .. (ok and around or "")
end

return complaint
