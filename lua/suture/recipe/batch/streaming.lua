--- A run that standard input or output has part in.

local job <const> = require "suture.recipe.batch.job"
local meter <const> = require "suture.meter"
local output <const> = require "suture.output"
local stream <const> = require "suture.recipe.stream"

local streaming = {}

--- Whether a run is one: its target or its output is `-`.
---@param request suture.request
---@return boolean
function streaming.is_meant(request)
  return stream.is_meant(request.targets[1]) or stream.is_meant(request.options.output)
end

-- The target, the options changed for it, and the path of what is to go out when all went well; nil for nothing.
local function connect(private, self, options)
  local target <const> = self.sets[1][1]
  if stream.is_meant(job.path(target)) then
    private:take()
    local goes_out <const> = self.verb.writes and (not options.output or stream.is_meant(options.output))
    if goes_out then
      options.output, options.record = nil, false
    end
    return private.input, goes_out and private.input or nil
  end
  options.output = private.result
  return target, private.result
end

--- Does the one set. Where the result goes to standard output, what is said about it goes to stderr. Raises `io` where
--- a stream fails, and `interrupted`.
---@param self suture.batch.job
---@return integer status
function streaming.run(self)
  local private <close> = stream.open()
  local name <const> = job.name(self.sets[1])
  local options <const> = job.options(self, name, meter(name))
  local target <const>, result <const> = connect(private, self, options)
  local reports <const>, status <const> = self.verb.act(self.request.recipes, { target }, options)
  for _, entry in ipairs(reports) do
    private:rename(entry)
  end
  local out <const>, err <const> = job.texts(reports, self.request, self.verb, true)
  if result and status == 0 then
    stream.give(result)
  end
  io.stderr:write(err, result and out or "")
  if not result and out ~= "" then
    output.write(out)
  end
  return status
end

return streaming
