-- Opens a file for patching and closes it again: that settles what was interrupted. Run by build/suture.

local suture <const> = require "suture"

local bytes <close> = assert(suture.open(arg[1]))
assert(not bytes:pending())
