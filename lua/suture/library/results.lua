--- An output handler for busted: each result is one line of JSON in the file that SUTURE_SPEC_RESULTS names. What
--- specs print themselves stays out of it.

local dkjson <const> = require "dkjson"

-- A table, as assertions compare them, is no text for one line.
local function text_of(message)
  return type(message) == "string" and message or message ~= nil and tostring(message) or nil
end

---@param options table  of busted's
---@return table handler
return function(options)
  local busted <const> = require "busted"
  local handler <const> = require "busted.outputHandlers.base"()
  local file <const> = assert(io.open(os.getenv "SUTURE_SPEC_RESULTS", "ab"))

  local function tell(result, status)
    file:write(dkjson.encode { name = result.name, status = status, message = text_of(result.message) }, "\n")
    file:flush()
    return nil, true
  end

  local lists <const> = { success = "successes", pending = "pendings", failure = "failures", error = "errors" }

  local function test_ended(_, _, status)
    local list <const> = handler[lists[status]]
    return tell(list[#list], status)
  end

  -- Of what is no test: a file that cannot be loaded, a setup.
  local function failed(element)
    return element.descriptor == "it" or tell(handler.errors[#handler.errors], "error")
  end

  busted.subscribe({ "test", "end" }, test_ended, { predicate = handler.cancelOnPending })
  busted.subscribe({ "error" }, failed)
  busted.subscribe({ "failure" }, failed)
  handler.options = options
  return handler
end
