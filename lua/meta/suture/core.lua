---@meta suture.core

--- The C half, for suture's own modules. What is said of arguments and errors of bytes objects holds here too.
---@class suture.core
---@field methods table<string, function>  of the bytes object
---@field error_meta table                 the metatable of errors
local core = {}

-- Objects -----------------------------------------------------------------

--- Opens, locks and maps a file; settles an interrupted flush first. Raises `argument`; what the world does is
--- returned.
---@param path string
---@param options? string|table  a mode, or mode, offset, length (bytes), create (bytes), block, recover
---@return suture.bytes?
---@return suture.error?
---@return integer? errno
function core.open(path, options) end

--- Bytes in memory. Raises `argument`, `range`, `limit`.
---@param size integer|string  so many zeros, or a copy of the string
---@return suture.bytes
function core.buffer(size) end

--- The bytes that hex digits spell. Raises `argument`.
---@param text string
---@return string
function core.hex(text) end

--- A pattern; one that is given comes back as it is. Raises `argument`.
---@param text string|suture.pattern
---@return suture.pattern
function core.pattern(text) end

--- A pattern in which every bit is fixed, or a copy of a pattern. Raises `argument` for an empty one.
---@param bytes string|suture.pattern
---@return suture.pattern
function core.literal(bytes) end

--- The object can do less from now on, in this process. Raises `closed`, and a plain error for another mode.
---@param b suture.bytes
---@param mode "copy"|"read"
function core.restrict(b, mode) end

--- Whether anything was written since the last flush or rollback, even without a change. Raises `closed`.
---@param b suture.bytes
---@return boolean
function core.touched(b) end

--- Numbers for what the object holds and for its last write: a rollback and a redo bring the first back. Raises
--- `closed`.
---@param b suture.bytes
---@return integer held     0: as the file
---@return integer written
function core.state(b) end

--- Whether a transaction alone may flush, close and cancel the object from now on. Raises `argument`.
---@param b suture.bytes
---@param is_member boolean
function core.join(b, is_member) end

--- Inside a __close that is written in Lua: whether the block that holds the object is left without an error. Raises
--- nothing.
---@param object any
---@param err any
---@return boolean
function core.left_normally(object, err) end

-- Files -------------------------------------------------------------------

--- Copies a file whole, durable on return: the object as it reads now, and the owner, mode, times and attributes of its
--- file. Raises `io` where there is a file of that name, `unsupported` for memory and devices; nothing is left then.
---@param b suture.bytes
---@param path string
function core.duplicate(b, path) end

--- Flushes objects as one. Raises as `b:flush`; nothing was written then, unless `indeterminate`.
---@param list suture.bytes[]
---@param options? suture.flush.options  without a range
---@return suture.outcome[]
function core.flush(list, options) end

--- Settles an interrupted flush. Raises `io`, `locked`, `indeterminate`; nothing was written then.
---@param path string
---@param choice? "auto"|"old"|"new"|"forget"
---@param journal? string  a path
---@return "clean"|"finished"|"undone"
function core.recover(path, choice, journal) end

--- The ids of the flushes on record, newest first. Raises nothing: without a state folder there are none.
---@return string[]
function core.records() end

--- A record. Raises `argument` where there is none of that id, `format`, `io`.
---@param id string
---@return suture.record
function core.record(id) end

--- Removes a record; one that is gone is fine. Raises `argument` for what is no id, `io`.
---@param id string
function core.forget(id) end

--- What a file is known by. Raises `argument`; what the world does is returned.
---@param path string
---@return { path: string, inode: integer, fsid: integer, born: integer? }?  born in nanoseconds since 1970
---@return suture.error?
---@return integer? errno
function core.identify(path) end

-- Text --------------------------------------------------------------------

--- A range as text, in pieces of whole lines. Raises `range`; in the loop what reading raises, and `stale`.
---@param b suture.bytes
---@param off integer
---@param len integer    bytes
---@param width integer  bytes a line, 1 to 256
---@param fold boolean
---@param marking "none"|"stars"|"colour"
---@param mark_off? integer  marked is this range instead of what is pending
---@param mark_len? integer  bytes
---@return fun(): string?
function core.hexdump(b, off, len, width, fold, marking, mark_off, mark_len) end

--- What is pending as text, in pieces of whole lines. Raises `truncated`; in the loop what reading raises, and `stale`.
---@param b suture.bytes
---@param width integer    bytes a line
---@param context integer  lines
---@param is_coloured boolean?
---@return fun(): string?
function core.pending_diff(b, width, context, is_coloured) end

--- Where two objects differ at equal offsets, in pieces of whole lines. Raises `unsupported` for views; in the loop
--- what reading raises, and `stale`.
---@param old suture.bytes
---@param new suture.bytes
---@param width integer    bytes a line
---@param context integer  lines
---@param is_coloured boolean?
---@return fun(): string?
function core.pair_diff(old, new, width, context, is_coloured) end

--- The same differences in a form of the caller's: an offset, and the old and new bytes in hex, with four strings
--- around them. Raises as `pair_diff`.
---@param old suture.bytes
---@param new suture.bytes
---@param most integer  bytes of a side; longer differences take several
---@param before string
---@param behind_offset string
---@param behind_old string
---@param behind string
---@return fun(): string?
function core.pair_list(old, new, most, before, behind_offset, behind_old, behind) end

--- The next difference of two ranges of one length. Raises `range`, and what reading raises.
---@param a suture.bytes
---@param a_off integer
---@param b suture.bytes
---@param b_off integer
---@param len integer  bytes
---@return integer? off  in a; nil where they are the same
---@return integer? run  bytes that differ
function core.compare(a, a_off, b, b_off, len) end

--- Bytes in hex. Raises `argument`, `range`, `closed`, `stale`, `truncated`, `io`.
---@param b suture.bytes
---@param off integer
---@param len integer  bytes
---@param spaced? boolean  a blank between two bytes
---@return string
function core.digits(b, off, len, spaced) end

-- Errors and names --------------------------------------------------------

--- An error object. Raises a plain error for a kind that is none.
---@param kind suture.kind
---@param message string
---@param fields? { path: string?, offset: integer?, file_offset: integer?, errno: integer? }
---@return suture.error
function core.error(kind, message, fields) end

--- Raises the same error.
---@param kind suture.kind
---@param message string
---@param fields? { path: string?, offset: integer?, file_offset: integer?, errno: integer? }
function core.raise(kind, message, fields) end

--- Whether a value is an error object. Raises a plain error without an argument.
---@param value any
---@return boolean
function core.is_error(value) end

--- Frames of chunks whose source begins so are suture's own: `where` passes over them. Raises a plain error for what
--- is no string.
---@param prefix string
function core.own(prefix) end

--- The nearest of a list of words. Raises a plain error for other arguments.
---@param word string
---@param list string[]
---@return string?  nil where none is near
function core.suggest(word, list) end

--- "unknown NOUN 'WORD'; did you mean 'NAME'?" Raises a plain error for other arguments.
---@param noun string
---@param word any
---@param list string[]
---@return string
function core.unknown(noun, word, list) end

return core
