--- What do checksums and digests cost?

local command <const> = require "spec.bench.command"
local place <const> = require "spec.bench.place"
local report <const> = require "spec.bench.report"
local rounds <const> = require "spec.bench.rounds"

local file <const> = place.filled("sums.bin", 256 << 20)
local digest <const> = [[-e "local b = assert(require 'suture'.open('%s', 'read')) b:digest(0, #b, 'sha256')"]]

local costs <const> = rounds.run {
  crc32 = command.printed(("%s spec/bench/subjects/sums.lua crc32 %s"):format(place.suture, file)),
  zlib = command.printed(("/usr/bin/python3 spec/bench/subjects/sums.py crc32 %s"):format(file)),
  sha256 = command.cpu(place.suture .. " " .. digest:format(file)),
  openssl = command.cpu("openssl dgst -sha256 " .. file),
}

report.row("crc32 of 256 MiB", "zlib's", rounds.ratio(costs.crc32, costs.zlib), 0.45)
report.row("sha256 of 256 MiB, whole process, processor time", "openssl dgst",
  rounds.ratio(costs.sha256, costs.openssl), 1.05)
