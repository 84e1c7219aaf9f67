-- Interrupts flushes in every way there is, and checks what recovery makes of it.
--
--   lua5.4 spec/crash/run.lua FOLDER [--short | --faults] [SCENARIO...]     in an empty folder, from the project's root
--
-- With --faults only calls that fail are swept, each once: what is killed leaves no counters of branches.
-- SUTURE_BIN is the executable under test, build/suture if unset. The last line is the sum. The status is 0 only if
-- every scenario ran, nothing was violated, and each planted bug was caught.

local fault <const> = require "spec.crash.sweep.fault"
local features <const> = require "spec.crash.features"
local kill <const> = require "spec.crash.sweep.kill"
local planted <const> = require "spec.crash.planted"
local power <const> = require "spec.crash.sweep.power"
local report <const> = require "spec.crash.report"
local subject <const> = require "spec.crash.subject"
local world <const> = require "spec.crash.world"

local SCENARIOS <const> = {
  "in_place", "three_files", "replacement", "mixed", "growing", "links", "sealed", "running", "revert",
  "recover_redo", "recover_undo",
}

-- Calls that change what is on the disk, or who may.
local CHANGING <const> = {}
for name in ([[
  write pwrite64 pwritev rename renameat renameat2 unlink unlinkat link linkat mkdir mkdirat fsync fdatasync ftruncate
  fallocate copy_file_range fsetxattr fremovexattr fchmod exit_group
]]):gmatch "%S+" do
  CHANGING[name] = true
end

-- What is swept in full, and in the short form that runs with the other specs.
local FULL <const> = {
  faulted = function() return true end,
  planted = function(scenario) return scenario.planted end,
  kill = function() return true end,
  fault = function(recording, call) return subject.in_tree(recording, call) end,
  ways = fault.WAYS,
  bounds = { exhaustive = 8, draws = 64 },
}

local SHORT <const> = {
  faulted = function(scenario) return scenario.name == "mixed" or scenario.name == "three_files" end,
  planted = function(scenario) return scenario.name == "in_place" end,
  kill = function(_, call) return CHANGING[call.name] end,
  fault = function(recording, call) return CHANGING[call.name] and subject.in_tree(recording, call) end,
  ways = { fault.WAYS[1] },
  bounds = { exhaustive = 3, draws = 2 },
}

local FAULTS <const> = {
  faults_only = true,
  fault = FULL.fault,
  ways = { fault.WAYS[1] },
}

local FORMS <const> = { ["--short"] = SHORT, ["--faults"] = FAULTS }

local total <const> = { cases = 0, violations = 0, not_run = 0, caught = 0, missed = 0 }

local SHOWN <const> = 5

local function tell(name, sweep, counted)
  print(("%-13s %-6s %s"):format(name, sweep, counted:line()))
  for index = 1, math.min(SHOWN, #counted.violations) do
    print("    " .. counted.violations[index])
  end
  if #counted.violations > SHOWN then
    print(("    and %d more"):format(#counted.violations - SHOWN))
  end
  total.cases = total.cases + counted.tried
  total.violations = total.violations + #counted.violations
  io.stdout:flush()
end

local function record_clean(place, scenario)
  local recording <const> = subject.record(place, scenario)
  assert(recording.told == "flushed", ("%s: a clean run was told %s: %s"):format(scenario.name, recording.told,
    recording.stderr))
  return recording
end

local function sweep_faults(place, scenario, form)
  local failed <const> = report.new()
  fault.sweep(place, scenario, record_clean(place, scenario), failed, form.fault, form.ways)
  tell(scenario.name, "fault", failed)
end

local function sweep_all(place, scenario, form)
  local recording <const> = record_clean(place, scenario)
  local killed <const>, failed <const> = report.new(), report.new()
  local short <const>, cut <const> = report.new(), report.new()
  kill.sweep(place, scenario, recording, killed, form.kill)
  tell(scenario.name, "kill", killed)
  if form.faulted(scenario) then
    fault.sweep(place, scenario, recording, failed, form.fault, form.ways)
    tell(scenario.name, "fault", failed)
    fault.short(place, scenario, recording, short)
    tell(scenario.name, "short", short)
  end
  -- Recorded anew: its inodes have to be those that lie in the tree.
  power.sweep(place, scenario, subject.record(place, scenario), cut, form.bounds)
  tell(scenario.name, "power", cut)
end

-- A recording of the flush that fails after its commit and is taken back.
local function record_taken_back(place, scenario)
  local last <const> = planted.last_write(subject.record(place, scenario), scenario)
  local recording <const> = subject.record(place, scenario, subject.injection(last, "error=EIO"))
  assert(recording.told == "untouched", "the flush was not taken back: " .. recording.told)
  return recording
end

local function plant(place, scenario, bug, form)
  local counted <const> = report.new()
  local recording <const> = bug.taken_back and record_taken_back(place, scenario) or subject.record(place, scenario)
  local possible <const>, edited <const> = pcall(planted.plant, bug, recording, scenario)
  if not possible then
    assert(edited == planted.IMPOSSIBLE, edited)
    return counted
  end
  local bounds <const> = { exhaustive = form.bounds.exhaustive, draws = form.bounds.draws, enough = 1 }
  power.sweep(place, scenario, edited, counted, bounds)
  return counted
end

-- The flush that is taken back must come out clean before bugs are planted in it.
local function plant_all(place, scenario, form)
  local clean <const> = report.new()
  power.sweep(place, scenario, record_taken_back(place, scenario), clean, form.bounds)
  tell(scenario.name, "undo", clean)
  for _, bug in ipairs(planted.BUGS) do
    local counted <const> = plant(place, scenario, bug, form)
    local caught <const> = #counted.violations > 0
    print(("%-13s bug    %s: %s"):format(scenario.name, bug.summary, caught
      and ("caught after %d states, %s"):format(counted.tried, counted.violations[1])
      or ("NOT CAUGHT in %d states"):format(counted.tried)))
    total.caught = total.caught + (caught and 1 or 0)
    total.missed = total.missed + (caught and 0 or 1)
  end
end

local function main(folder, ...)
  local form, names = FULL, {}
  for _, word in ipairs { ... } do
    if FORMS[word] then
      form = FORMS[word]
    else
      names[#names + 1] = word
    end
  end
  local place <close> = world.open(folder, os.getenv "SUTURE_BIN" or "build/suture")
  for _, name in ipairs(#names > 0 and names or SCENARIOS) do
    local scenario <const> = subject.load(name)
    local missing <const> = features.missing(place, scenario)
    if missing then
      print(("%-13s NOT RUN: the executable has no %s"):format(name, missing))
      total.not_run = total.not_run + 1
    elseif scenario.sealed and not place:can_seal() then
      print(("%-13s left out: no folder can be made immutable here"):format(name))
    else
      print(("%-13s %s"):format(name, scenario.summary))
      if form.faults_only then
        sweep_faults(place, scenario, form)
      else
        sweep_all(place, scenario, form)
      end
      if form.planted and form.planted(scenario) then
        plant_all(place, scenario, form)
      end
    end
  end
  print(("%d cases, %d violations, %d planted bugs caught, %d missed, %d scenarios not run"):format(
    total.cases, total.violations, total.caught, total.missed, total.not_run))
  return total.violations == 0 and total.missed == 0 and total.not_run == 0
end

os.exit(main(...), true)
