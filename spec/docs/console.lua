-- Blocks of commands in a document: each is followed by what it prints.

local console = {}

--- A block as a list of { command, the output that is shown }.
function console.commands(block)
  local list = {}
  for line in block:gmatch "[^\n]*\n" do
    local command = line:match "^%$ (.*)\n$"
    if command then
      list[#list + 1] = { command, "" }
    else
      list[#list][2] = list[#list][2] .. line
    end
  end
  return list
end

return console
