--- `-` as a target or as the output: standard input is patched in a private file, and a result goes out through
--- standard output when all went well.

local core <const> = require "suture.core"
local host <const> = require "suture.host"
local shell <const> = require "suture.shell"

local stream = {}

-- What a stream is called on the command line and in reports.
local NAME <const> = "-"

---@class suture.stream
---@field folder string  that nobody else may enter
---@field input string   path in it for what comes through standard input
---@field result string  path in it for what goes out
local Stream <const> = {}
Stream.__index = Stream

local function demand(done, reason, errno)
  if not done then
    core.raise("io", reason, { errno = errno })
  end
end

--- Whether a word of the command line means standard input or output.
---@param word string?
---@return boolean
function stream.is_meant(word)
  return word == NAME
end

--- A private folder in $TMPDIR. To be closed: that removes it. Raises `io` where there is none.
---@return suture.stream
function stream.open()
  local folder <const>, reason <const>, errno <const> = host.make_folder()
  demand(folder, "no folder for what comes and goes as a stream: " .. tostring(reason), errno)
  return setmetatable({ folder = folder, input = folder .. "/stdin", result = folder .. "/stdout" }, Stream)
end

--- Removes the folder and what is in it.
function Stream:__close()
  shell.remove(self.folder)
end

--- Reads standard input to its end into the file `input`. Raises `io` where there is no room, and `interrupted`.
function Stream:take()
  demand(host.take(self.input))
end

--- Writes a file to standard output. Raises `io` where that fails, after part of it may have gone; `interrupted`.
---@param path string
function stream.give(path)
  demand(host.give(path))
end

local function renamed(text, path)
  local from <const>, to <const> = text:find(path, 1, true)
  return from and text:sub(1, from - 1) .. NAME .. text:sub(to + 1) or text
end

--- Makes a report be about the streams instead of the private files.
---@param report suture.report
function Stream:rename(report)
  report.target = report.target == self.input and NAME or report.target
  report.output = report.output == self.result and "standard output" or report.output
  local problem <const> = report.error
  if problem then
    problem.text, problem.message = renamed(problem.text, self.input), renamed(problem.message, self.input)
    problem.path = problem.path and renamed(problem.path, self.input)
  end
end

return stream
