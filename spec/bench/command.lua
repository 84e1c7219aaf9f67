--- Commands as contenders: whole processes, and programs that measure a part of themselves.

local command <const> = {}

local spawn <const> = (os.getenv "BENCH_BUILD" or "build") .. "/bench/spawn"

local function lines_of(text)
  local pipe <const> = assert(io.popen(text))
  local output <const> = pipe:read "a"
  assert(pipe:close(), text .. ": failed")
  return output
end

--- What a whole process costs. An exit status that is not wanted raises: a failure is quick.
---@param text string  words for the shell, without redirections
---@param wanted? integer  exit status; 0 if absent
---@return { wall: number, cpu: number, memory: integer }  seconds, seconds, KiB
function command.cost(text, wanted)
  local wall <const>, cpu <const>, memory <const>, status <const> =
    lines_of(spawn .. " " .. text):match "(%d+) (%d+) (%d+) (%d+)"
  assert(tonumber(status) == (wanted or 0), ("%s: status %s"):format(text, status))
  return { wall = wall / 1e9, cpu = cpu / 1e9, memory = math.tointeger(memory) }
end

--- A contender: the wall time of a whole process, in seconds.
---@param text string
---@param wanted? integer
---@return fun(): number
function command.wall(text, wanted)
  return function()
    return command.cost(text, wanted).wall
  end
end

--- A contender: the processor time of a whole process, in seconds.
---@param text string
---@return fun(): number
function command.cpu(text)
  return function()
    return command.cost(text).cpu
  end
end

--- A contender: the number that a program prints about itself.
---@param text string
---@return fun(): number
function command.printed(text)
  return function()
    return assert(tonumber(lines_of(text)), text .. ": prints no number")
  end
end

--- The rows of a program that compares by itself: work, ours, peer, ratio, goal (nil where there is none). It prints
--- one line for each, with tabs between, among lines for people.
---@param text string
---@return fun(): string?, string, string, number, number?
function command.rows(text)
  local next_row <const> = lines_of(text):gmatch "#\t%l+\t([^\t\n]*)\t([^\t\n]*)\t([^\t\n]*)\t([%d.]+)\t([%d.]+)"
  return function()
    local work <const>, ours <const>, peer <const>, ratio <const>, goal <const> = next_row()
    if work then
      return work, ours, peer, tonumber(ratio), tonumber(goal) > 0 and tonumber(goal) or nil
    end
  end
end

return command
