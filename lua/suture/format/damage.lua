--- What is wrong with a file, told with the place where it is.

local offset <const> = require "suture.offset"

--- Raises `format`: the file is no such file, or a damaged one.
---@param b suture.bytes
---@param off integer   where it shows
---@param words string  as string.format takes them
---@param ... any
return function(b, off, words, ...)
  offset.raise(b, "format", off, words:format(...))
end
