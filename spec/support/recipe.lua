-- Runs a recipe of scripts/ on a file, as a user does.

local support = require "spec.support"

local recipe = {}

local function command(verb, name, path, options)
  return ("%s %s scripts/%s.lua %s %s"):format(support.suture, verb, name, support.quote(path), options or "")
end

--- Runs the verb; returns status, stdout, stderr.
function recipe.run(verb, name, path, options)
  return support.run(command(verb, name, path, options))
end

--- The verdict's word, from `check`.
function recipe.verdict(name, path, options)
  local _, stdout, stderr = recipe.run("check", name, path, options)
  return stdout:match "%f[%a]applicable%f[%A]" or stdout:match "%f[%a]applied%f[%A]"
    or stdout:match "%f[%a]partial%f[%A]" or stdout:match "%f[%a]foreign%f[%A]" or stdout .. stderr
end

--- Demands that run and check refuse a file (status 3) and leave it as it was. Returns what run said on stderr.
function recipe.refused(name, path, options)
  local before = support.read(path)
  local status, _, stderr = recipe.run("run", name, path, options)
  assert(status == 3, ("status %d of run: %s"):format(status, stderr))
  local checked, _, complaint = recipe.run("check", name, path, options)
  assert(checked == 3, ("status %d of check: %s"):format(checked, complaint))
  assert(support.read(path) == before, "the refused file has changed")
  return stderr
end

return recipe
