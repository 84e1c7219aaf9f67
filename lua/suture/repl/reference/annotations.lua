--- Reads the annotations of a Lua file: each public function with what is said about it.

local annotations <const> = {}

---@class suture.repl.parameter
---@field name string
---@field optional boolean
---@field text string  its type, and what is said about it

---@class suture.repl.described
---@field owner string   the table that the function goes into; "return" where the module is the function
---@field name string
---@field parameters suture.repl.parameter[]
---@field returns suture.repl.parameter[]
---@field text string    paragraphs, their lines joined

-- A type ends at a blank outside of brackets, but a blank behind a comma, a colon or a bar is within it.
local function type_length(text)
  local depth, at = 0, 1
  while at <= #text do
    local char <const> = text:sub(at, at)
    if char:find "[%(%[{<]" then
      depth = depth + 1
    elseif char:find "[%)%]}>]" then
      depth = depth - 1
    elseif char == " " and depth == 0 and not text:sub(1, at - 1):find "[,:|]$" then
      break
    end
    at = at + 1
  end
  return at - 1
end

local function typed(rest)
  local length <const> = type_length(rest)
  return rest:sub(1, length), (rest:sub(length + 1):gsub("^%s+", ""))
end

local function joined(kind, remark)
  return remark == "" and kind or ("%s, %s"):format(kind, remark)
end

local readers <const> = {}

function readers.param(entry, rest)
  local name <const>, mark <const>, after <const> = rest:match "^([%w_.]+)(%??)%s*(.*)$"
  if name and name ~= "_" then
    local kind <const>, remark <const> = typed(after)
    table.insert(entry.parameters, {
      name = name, optional = mark == "?" or kind:sub(-1) == "?", text = joined(kind, remark),
    })
  end
end

readers["return"] = function(entry, rest)
  local kind <const>, after <const> = typed(rest)
  local name <const>, remark <const> = after:match "^([%a_][%w_]*)%f[^%w_]%s*(.*)$"
  local is_name <const> = name and (remark == "" or after:find("  ", 1, true) or rest:find("  ", 1, true))
  table.insert(entry.returns, {
    name = is_name and name or kind, optional = kind:sub(-1) == "?",
    text = joined(kind, is_name and remark or after),
  })
end

-- The parameters and results of a function that is only given by its type: fun(a: T, b?: T): R, S.
function readers.type(entry, rest)
  local inner <const>, results <const> = rest:match "^fun(%b())%s*:?%s*(.*)$"
  for word in (inner or ""):sub(2, -2):gmatch "[^,]+" do
    local name <const>, mark <const>, kind <const> = word:match "^%s*([%w_.]+)(%??):%s*(.*)$"
    if name then
      table.insert(entry.parameters, { name = name, optional = mark == "?", text = kind })
    end
  end
  for kind in (results or ""):gmatch "[^,%s]+" do
    table.insert(entry.returns, { name = kind, optional = kind:sub(-1) == "?", text = kind })
  end
end

local function continued(entry, line)
  local list <const> = #entry.returns > 0 and entry.returns or entry.parameters
  local last <const> = list[#list]
  last.text = last.text .. " " .. line
end

local function read_comment(lines)
  local entry <const>, tagged = { parameters = {}, returns = {}, text = "" }, false
  for _, line in ipairs(lines) do
    local tag <const>, rest <const> = line:match "^%-%-%-@(%l+)%s*(.*)$"
    local plain <const> = not tag and line:match "^%-%-%-%s*(.-)%s*$"
    if readers[tag] then
      tagged = true
      readers[tag](entry, rest)
    elseif plain and tagged and #entry.parameters + #entry.returns > 0 then
      continued(entry, plain)
    elseif plain then
      entry.text = entry.text .. (plain == "" and "\n\n" or entry.text:find "[^\n]$" and " " .. plain or plain)
    end
  end
  return entry
end

-- The owner and the name of what a line defines at the left margin.
local function definition(line)
  local owner <const>, name <const> = line:match "^function ([%w_]+)[.:]([%w_]+)%("
  if owner then
    return owner, name
  elseif line:find "^return function%(" then
    return "return", ""
  end
  return line:match "^(fields)%.([%w_]+) = "
end

--- The functions of a file that have a comment, in order.
---@param text string
---@return suture.repl.described[]
function annotations.read(text)
  local list <const>, comment = {}, {}
  for line in text:gmatch "([^\n]*)\n" do
    local owner <const>, name <const> = definition(line)
    if owner and #comment > 0 then
      local entry <const> = read_comment(comment)
      entry.owner, entry.name = owner, name
      list[#list + 1] = entry
    end
    comment = line:find "^%-%-%-" and table.move({ line }, 1, 1, #comment + 1, comment) or {}
  end
  return list
end

--- The first comment of a file, its lines joined.
---@param text string
---@return string
function annotations.first(text)
  local lines <const> = {}
  for line in text:gmatch "([^\n]*)\n" do
    if not line:find "^%-%-" or line:find "^%-%-%-@" then
      break
    end
    lines[#lines + 1] = line:gsub("^%-+%s*", "")
  end
  return table.concat(lines, " ")
end

return annotations
