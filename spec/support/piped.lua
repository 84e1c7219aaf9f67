-- A command whose output is read by another one, and what becomes of it when somebody presses Ctrl-C meanwhile.

local support = require "spec.support"

local piped = {}

--- Runs a command whose output a shell command reads. Returns its status as a text, what the reader prints, and
--- what both say on standard error.
function piped.run(words, reader)
  local status = support.path "status"
  local _, stdout, stderr = support.run(("{ %s; echo $? >%s; } | { %s; }"):format(words, status, reader))
  return support.read(status):match "%d+", stdout, stderr
end

--- The same for one that is interrupted when something of its output has come. It must print more than a pipe holds.
function piped.interrupt(words)
  local id = support.path "piped.pid"
  local command = support.write("piped.sh", ("echo $$ >%s; exec %s\n"):format(id, words))
  return piped.run("sh " .. command, ("head -c 100 >/dev/null; kill -INT $(cat %s); cat >/dev/null"):format(id))
end

return piped
