---@meta _

--- Bytes with wildcards. It cannot be changed. `p == q` compares what they match, `tostring(p)` gives the text in
--- its regular form.
---@class suture.pattern
---@field fixed integer  how many of its bytes have no free part
---@operator len: integer
local pattern = {}

--- A copy with bytes laid over it; longer where it must be, and gaps match anything. Raises `argument`, also where it
--- would be longer than 64 MiB, and `range` for a negative offset.
---@param off integer  in bytes of the pattern
---@param what string|suture.pattern  not empty
---@return suture.pattern
function pattern:overlay(off, what) end

--- Whether the string has the pattern's length and matches. Raises `argument`.
---@param string string
---@return boolean
function pattern:matches(string) end

--- The string with the pattern's fixed bits put in. Raises `argument`, also where the lengths differ.
---@param string string  of the pattern's length
---@return string
function pattern:apply(string) end
