-- Branch coverage of what flushes, takes back and recovers, with a kind for each branch that was never taken.
--
--   lua5.4 spec/coverage/run.lua BUILD             in the project's root, once BUILD was made with VARIANT=coverage
--   lua5.4 spec/coverage/run.lua BUILD --report    of the counters that are there
--
-- Prints every branch that was never taken, then a table. The status is 0 only if each of them has a kind and
-- everything that was run passed.

local measure <const> = require "spec.coverage.measure"
local gcov <const> = require "spec.coverage.gcov"
local rules <const> = require "spec.coverage.rules"
local table_of <const> = require "spec.coverage.table"

-- What carries the promises of docs/durability.md.
local FILES <const> = {}
for name in ([[
  flush member decide journal rebuild reserve carry replace record
  recover recovery settled hot ref folder state disk held
  savepoint history structure layout changes pages guards verify
]]):gmatch "%S+" do
  FILES[#FILES + 1] = name
end

local function tell(branch, rule)
  print(("%s:%d: %s, branch %d of %d: %s\n    %s"):format(branch.path, branch.number, branch.name, branch.index,
    branch.of, branch.text, rule and rule.kind .. (rule.why and ": " .. rule.why or "") or "UNEXPLAINED"))
end

local function explain(files)
  local unexplained = 0
  for _, file in ipairs(files) do
    file.kinds = {}
    for _, branch in ipairs(file.missed) do
      local rule <const> = rules.find(branch)
      local kind <const> = rule and rule.kind or "unexplained"
      file.kinds[kind] = (file.kinds[kind] or 0) + 1
      unexplained = unexplained + (rule and 0 or 1)
      tell(branch, rule)
    end
  end
  return unexplained
end

local function main(build, option)
  local passed <const> = option == "--report" or measure.all(build)
  local files <const> = {}
  for index, name in ipairs(FILES) do
    files[index] = gcov.read(("%s/obj/core/%s.o"):format(build, name), ("src/core/%s.c"):format(name))
  end
  local unexplained <const> = explain(files)
  for _, rule in ipairs(rules.unused()) do
    print(("no branch needs the exception of %s.c: %s %s"):format(rule.file, rule.name, rule.text or ""))
  end
  print("\n" .. table_of(files, rules.KINDS) .. "\n")
  for _, kind in ipairs(rules.KINDS) do
    print(("- *%s*: %s"):format(kind.name, kind.summary))
  end
  print(("%d branches unexplained%s"):format(unexplained, passed and "" or ", and what was run did not all pass"))
  return passed and unexplained == 0
end

os.exit(main(...), true)
