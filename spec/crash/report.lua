--- Counts what a sweep has tried, and keeps what went wrong.

local report <const> = {}
report.__index = report

---@return table
function report.new()
  return setmetatable({ tried = 0, tallies = {}, violations = {} }, report)
end

--- Counts one case under a word, with what it violated, if anything.
---@param word string|nil
---@param violation string|nil
function report:count(word, violation)
  self.tried = self.tried + 1
  word = word or "?"
  self.tallies[word] = (self.tallies[word] or 0) + 1
  if violation then
    self.violations[#self.violations + 1] = violation
  end
end

--- One line: how many cases, how many of each word, how many violations.
---@return string
function report:line()
  local words <const> = {}
  for word, times in pairs(self.tallies) do
    words[#words + 1] = ("%d %s"):format(times, word)
  end
  table.sort(words)
  local line = ("%d cases (%s), %d violations"):format(self.tried, table.concat(words, ", "), #self.violations)
  if self.prefixes then
    line = ("%d prefixes (%d sampled), %s"):format(self.prefixes, self.sampled, line)
  end
  if (self.left_out or 0) > 0 then
    line = ("%s, %d left out for want of an inode number"):format(line, self.left_out)
  end
  return line
end

return report
