--- Standard output of the verbs. A result that cannot be written is found out,
--- and does not stop what else is to be done.

local output = {}

local failed

--- Writes text at once, so that a reader of a pipe has each result when it is there.
---@param text string
---@return boolean written  false from the first failure on
function output.write(text)
  if not failed then
    local ok, reason = io.stdout:write(text)
    if ok then
      ok, reason = io.stdout:flush()
    end
    failed = not ok and reason or nil
  end
  return not failed
end

--- Why something could not be written; nil where everything was.
---@return string?
function output.failure()
  return failed
end

return output
