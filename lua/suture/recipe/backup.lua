--- Copies of the old files, made beside them before a flush.

local core <const> = require "suture.core"

local backup = {}

-- As the file is, not as it reads with what is pending.
local function copy(path, suffix)
  local file <const>, err <const> = core.open(path, { mode = "read", recover = false })
  if not file then
    error(err, 0)
  end
  local ok <const>, problem <const> = pcall(core.duplicate, file, path .. suffix)
  file:close()
  if not ok then
    error(problem, 0)
  end
end

--- Takes away copies that were made for nothing.
---@param copies string[]
function backup.remove(copies)
  for _, path in ipairs(copies) do
    os.remove(path)
  end
end

--- Makes a durable copy of each file at its path with the suffix, with owner, mode, times and attributes. A file that
--- is there already is never replaced. Raises `io` for that and whatever else a copy fails of; none is left then.
---@param paths string[]
---@param suffix string
---@return string[] copies  their paths
function backup.make(paths, suffix)
  local copies <const> = {}
  for _, path in ipairs(paths) do
    local ok <const>, err <const> = pcall(copy, path, suffix)
    if not ok then
      backup.remove(copies)
      error(err, 0)
    end
    copies[#copies + 1] = path .. suffix
  end
  return copies
end

return backup
