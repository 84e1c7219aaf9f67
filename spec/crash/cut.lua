--- Where a step of a scenario is cut.

local cut <const> = {}

--- The middle one of the writes that follow the commit: some targets are written, some are not.
---@param calls call[]
---@return call|nil
function cut.among_writes(calls)
  local writes <const> = {}
  local committed = false
  for _, call in ipairs(calls) do
    committed = committed or call.name:find "^rename" ~= nil
    if committed and call.name == "pwrite64" then
      writes[#writes + 1] = call
    end
  end
  return writes[#writes // 2 + 1]
end

return cut
