-- Recovery of a decided flush that was killed half way.
local cut <const> = require "spec.crash.cut"
local flushed <const> = require "spec.crash.scenarios.three_files"

return {
  summary = "recovery of a decided flush that was killed half way",
  needs = { "transaction" },
  files = flushed.files,
  steps = { { play = "three_files", cut = cut.among_writes } },
  command = "recover a/one.bin",
  decided = "new",
}
