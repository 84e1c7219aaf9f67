-- The comparison in README.md: each cell says what is seen when it is tried here.

local peers = require "spec.comparison.peers"
local support = require "spec.support"
local trials = require "spec.comparison.trials"

-- The rows, by what they begin with.
local ROWS <const> = {
  { "refuses a file", trials.refuses },
  { "leaves a patched file untouched", trials.repeats },
  { "can take the change back", trials.undoes },
  { "leaves old or new bytes", trials.survives },
  { "changes two files as one", trials.joins },
  { "patches a program while it runs", trials.patches_running },
  { "survives a file", trials.notices },
  { "finds bytes with wildcards", trials.searches },
  { "takes little memory", trials.is_small },
  { "gives a program a longer run path", trials.lengthens },
  { "is a Debian package", trials.is_packaged },
}

-- The cells of a row without the marks of notes.
local function cells(line)
  local list <const> = {}
  for cell in line:gmatch "|([^|]+)" do
    list[#list + 1] = cell:match "^%s*(.-)%s*$":gsub("%b[]%b()", ""):gsub("<sup>.-</sup>", "")
  end
  return list
end

-- The table whose first column is empty in its head and whose second one is ours.
local function table_of(text)
  local rows <const> = {}
  for line in (text:match "\n(|[^\n|]*| suture |.-)\n\n"):gmatch "[^\n]+" do
    rows[#rows + 1] = cells(line)
  end
  return table.remove(rows, 1), rows
end

local head <const>, rows <const> = table_of(support.read "./README.md")

describe("the comparison in README.md", function()
  setup(peers.prepare)

  it("has a column for each peer, and a row for each question", function()
    local names <const> = { "" }
    for index, peer in ipairs(peers.list) do
      names[index + 1] = peer.name
    end
    assert.same(names, head)
    assert.equal(#ROWS + 1, #rows)
  end)

  for number, row in ipairs(ROWS) do
    for column, peer in ipairs(peers.list) do
      it(("is right: %s, %s"):format(peer.name, row[1]), function()
        local told <const> = assert(rows[number + 1], "no such row")
        assert.equal(1, told[1]:find(row[1], 1, true), told[1])
        if not peers.is_there(peer) then
          return pending(("no %s here: not compared"):format(peer.program))
        end
        assert.equal(row[2](peer) or "–", told[column + 1])
      end)
    end
  end
end)
