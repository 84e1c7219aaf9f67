--- How fast is one signature found?

local place <const> = require "spec.bench.place"

os.execute(("%s/bench/search %s"):format(place.build, place.programs("search.bin", 512 << 20)))
