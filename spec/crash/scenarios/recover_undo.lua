-- Recovery of a flush that failed half way and could not be taken back.
local cut <const> = require "spec.crash.cut"
local flushed <const> = require "spec.crash.scenarios.three_files"

return {
  summary = "recovery of a flush that failed half way and could not be taken back",
  needs = { "transaction" },
  files = flushed.files,
  steps = { { play = "three_files", cut = cut.among_writes, how = "error=EIO", onwards = true } },
  command = "recover a/one.bin",
  decided = "old",
}
