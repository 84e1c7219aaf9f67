--- How fast are many signatures found in one pass?

local place <const> = require "spec.bench.place"

os.execute(("%s/bench/scan %s"):format(place.build, place.programs("scan.bin", 512 << 20)))
