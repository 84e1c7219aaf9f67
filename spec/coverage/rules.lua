--- Why a branch is never taken: kinds, and the rules by which a branch belongs to one of them.

local rules <const> = {}

--- The kinds, in the order of the table in docs/durability.md.
rules.KINDS = {
  { name = "memory", summary = "memory runs out, or a path is longer than the system's longest." },
  { name = "system", summary = "a call fails that a working kernel and disk let succeed, or one more does while the "
    .. "first failure is dealt with." },
  { name = "race", summary = "another process changes names or bytes between two looks at them." },
  { name = "crash", summary = "a state half way, as only a kill or a power cut leaves it; `make crash` makes many." },
  { name = "machine", summary = "another file system, device or right than the specs meet, or far more data." },
  { name = "never", summary = "a condition that an invariant or the binding excludes, kept as a defence." },
  { name = "report", summary = "the result of the function that reports an error, which is always false." },
}

-- What has "out of memory" or a limit of lengths as its only reason, by the three lines up to the condition.
local ALLOCATES <const> = { "malloc%(", "calloc%(", "realloc%(", "strdup%(", "strndup%(", "asprintf%(", "createState%(",
  "out_of_memory" }

-- Functions that say what went wrong and return false.
local REPORTERS <const> = { "error_set", "error_system", "error_at", "fail", "fail_at", "damaged", "out_of_memory",
  "indeterminate", "no_such_record", "neither", "too_busy" }

local function finds_any(text, patterns)
  for _, pattern in ipairs(patterns) do
    if text:find(pattern) then
      return true
    end
  end
  return false
end

-- A branch behind the condition of an allocation: `if (!list)`.
local function is_memory(branch)
  local asks <const> = branch.text:find "^if %(!" and (branch.of > 2 or branch.index == 1)
    or branch.text:find "|| out_of_memory" or branch.text:find "^bool copied = piece"
  return asks and finds_any(branch.before .. branch.text, ALLOCATES)
end

-- `... || error_set(...)`: of the last pair of branches the one for true.
local function is_report(branch)
  if branch.index ~= branch.of - 1 then
    return false
  end
  for _, name in ipairs(REPORTERS) do
    if branch.statement:find("|| *" .. name .. "%(") then
      return true
    end
  end
  return false
end

-- Rules that go by the source. What they do not explain has to be an exception by name.
local GENERAL <const> = {
  { kind = "report", fits = is_report },
  { kind = "memory", fits = is_memory },
}

local EXCEPTIONS <const> = {}
for file, list in pairs(require "spec.coverage.exceptions") do
  for index, entry in ipairs(list) do
    local name <const>, kind <const>, why <const> = table.unpack(entry, 1, 3)
    list[index] = { file = file, name = name, kind = kind, why = why, text = entry.text, only = entry.only }
  end
  EXCEPTIONS[file] = list
end

local function fits(rule, branch)
  return rule.name == branch.name and (not rule.text or branch.text:find(rule.text, 1, true) ~= nil)
    and (not rule.only or rule.only == branch.index)
end

--- The rule that explains a branch, or nil.
---@param branch table  as gcov.read gives it
---@return table|nil
function rules.find(branch)
  for _, rule in ipairs(GENERAL) do
    if rule.fits(branch) then
      return rule
    end
  end
  for _, rule in ipairs(EXCEPTIONS[branch.file] or {}) do
    if fits(rule, branch) then
      rule.used = true
      return rule
    end
  end
  return nil
end

--- The exceptions that no branch has needed so far.
---@return table[]
function rules.unused()
  local unused <const> = {}
  for _, list in pairs(EXCEPTIONS) do
    for _, rule in ipairs(list) do
      unused[#unused + 1] = not rule.used and rule or nil
    end
  end
  return unused
end

return rules
