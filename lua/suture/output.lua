--- Standard output of the verbs. A result that cannot be written is found out,
--- and does not stop what else is to be done.

local output = {}

local HELD <const> = 0x10000 -- characters, before they are written

local failed
local held, size = {}, 0

--- Writes text at once, so that a reader of a pipe has each result when it is there.
---@param text string
---@return boolean written  false from the first failure on
function output.write(text)
  if size > 0 then
    held[#held + 1] = text
    text, held, size = table.concat(held), {}, 0
  end
  if not failed then
    local ok, reason = io.stdout:write(text)
    if ok then
      ok, reason = io.stdout:flush()
    end
    failed = not ok and reason or nil
  end
  return not failed
end

--- Writes text soon: with what follows, for results that are many and short.
---@param text string
---@return boolean written  false from the first failure on
function output.add(text)
  held[#held + 1] = text
  size = size + #text
  return size < HELD and not failed or output.write ""
end

--- Why something could not be written; nil where everything was.
---@return string?
function output.failure()
  return failed
end

return output
