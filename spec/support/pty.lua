-- Commands on a real terminal.

local support = require "spec.support"

--- Runs a shell command on a terminal of so many columns, both streams leading to it. Returns its status and what
-- the terminal got, line ends made plain. NO_COLOR is not set, TERM is xterm.
return function(command, columns)
  local inner = ("stty cols %d; unset NO_COLOR; export TERM=xterm; %s"):format(columns, command)
  local status, stdout = support.run(("script -qec %s /dev/null"):format(support.quote(inner)))
  return status, (stdout:gsub("\r\n", "\n"))
end
