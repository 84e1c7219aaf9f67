--- What was typed in earlier sessions: a file of one line for each chunk.
---
--- A newline is kept as \n and a backslash doubled. Sessions that run at the same time add to one file; when it has
--- grown too long, the older half goes.

local core <const> = require "suture.core"
local host <const> = require "suture.host"

local MOST <const> = 256 * 1024 -- bytes

local history <const> = {}

local function encoded(text)
  return (text:gsub("[\\\n]", { ["\\"] = "\\\\", ["\n"] = "\\n" }))
end

local function decoded(line)
  return (line:gsub("\\(.)", { ["\\"] = "\\", n = "\n" }))
end

--- Where the history lies: $XDG_STATE_HOME/suture/history, else below the home folder.
---@return string? path  nil where there is no place for it
function history.path()
  local state, home <const> = os.getenv "XDG_STATE_HOME", os.getenv "HOME"
  if (not state or not state:find "^/") and home and home ~= "" then
    state = home .. "/.local/state"
  end
  return state and state:find "^/" and state .. "/suture/history" or nil
end

--- The chunks of a history, the last one last. A file that is not there has none.
---@param path string
---@return string[]
function history.load(path)
  local file <close> = io.open(path, "rb")
  local chunks <const> = {}
  local text <const> = file and file:read "a" or ""
  for line in text:gmatch "[^\n]+" do
    chunks[#chunks + 1] = decoded(line)
  end
  return chunks
end

--- Adds a chunk, durably enough to be seen by the next session. The file is for its owner alone, and so is its folder
--- where it has to be made. A chunk that is longer than a quarter of a history is not kept. Raises `io`.
---@param path string
---@param text string
function history.add(path, text)
  local line <const> = encoded(text) .. "\n"
  if #line > MOST // 4 then
    return
  end
  local ok <const>, message <const> = host.remember(path, line, MOST)
  if not ok then
    core.raise("io", message)
  end
end

return history
