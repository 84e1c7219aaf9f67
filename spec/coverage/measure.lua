--- Runs what is measured: specs and calls that fail, with counters that begin at zero.

local measure <const> = {}

-- The specs that reach what is measured.
local SPECS <const> = "spec/core"
  .. (" savepoint structure model pending close bytes core edges mapping"):gsub(" (%S+)", " spec/bind/%1_spec.lua")
  .. (" cli_records cli_recover transaction"):gsub(" (%S+)", " spec/lua/%1_spec.lua")

-- The scenarios of spec/crash whose calls fail one by one.
local SCENARIOS <const> = "mixed links sealed replacement growing revert recover_redo recover_undo"

-- A process under this limit could not write its counters either.
local LEFT_OUT <const> = "limit.of.the.file.size.cuts"

-- Counters are added to files that other users write, too.
local RESET <const> = [[
find %s/obj -name '*.gcda' -delete
find %s/obj -name '*.gcno' | while read -r note; do
    : >"${note%%.gcno}.gcda" && chmod 666 "${note%%.gcno}.gcda" || exit
done]]

local SPEC <const> = [[
state=$(mktemp -d) || exit
export SUTURE_STATE="$state" SUTURE_BIN=%s/suture LUA_CPATH='%s/lib/lua/5.4/?.so;;'
export LUA_PATH='lua/?.lua;lua/?/init.lua;./?.lua;./?/init.lua;;'
nice lua5.4 "$(command -v busted)" --output=spec.support.summary --pattern=_spec --filter-out=%s %s
status=$?
rm -rf "$state"
exit $status]]

local FAULTS <const> = [[
unset SUTURE_STATE
SUTURE_BIN=%s/suture LUA_PATH='./?.lua;;' nice sh spec/crash/room.sh lua5.4 spec/crash/run.lua -- --faults %s]]

--- Whether all of it passed.
---@param build string
---@return boolean
function measure.all(build)
  assert(os.execute(RESET:format(build, build)))
  local specs <const> = os.execute(SPEC:format(build, build, LEFT_OUT, SPECS))
  local faults <const> = os.execute(FAULTS:format(build, SCENARIOS))
  return specs and faults or false
end

return measure
