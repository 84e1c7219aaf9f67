-- A recipe path of its own, and the verbs that use it.

local support = require "spec.support"

local shelf = {}

local count = 0

--- A new folder of files, by their paths in it. Returns its path.
function shelf.folder(files)
  count = count + 1
  local folder = support.path("shelf" .. count)
  support.run("mkdir -p " .. support.quote(folder))
  for path, text in pairs(files or {}) do
    support.run("mkdir -p " .. support.quote((folder .. "/" .. path):match "^(.*)/"))
    support.write(folder .. "/" .. path, text)
  end
  return folder
end

--- The text of a recipe that changes 'a' at the beginning of a file to 'b', with more keys.
function shelf.recipe(keys)
  return ("return { %s edits = { { at = 0, old = 'a', new = 'b' } } }"):format(keys and keys .. "," or "")
end

local function words_of(...)
  local words = {}
  for index, word in ipairs { ... } do
    words[index] = support.quote(word)
  end
  return table.concat(words, " ")
end

--- Runs a verb with the recipe path, and nothing of the user's or of what ships on it.
-- The executable is a copy, so that nothing lies beside it. Returns status, stdout, stderr.
function shelf.run(path, ...)
  return support.run(("ulimit -c 0; export SUTURE_PATH=%s XDG_DATA_HOME=%s; timeout 100 %s %s"):format(
    support.quote(path), support.quote(support.path "data"), shelf.suture(), words_of(...)))
end

local program

--- The executable at a place where no recipes ship with it, quoted for the shell.
function shelf.suture()
  if not program then
    program = support.path "bare/suture"
    local status, _, stderr = support.run(("mkdir -p %s && ln -f %s %s 2>/dev/null || cp %s %s"):format(
      support.quote(support.path "bare"), support.suture, support.quote(program), support.suture,
      support.quote(program)))
    assert(status == 0, stderr)
  end
  return support.quote(program)
end

return shelf
