---@meta _

--- A file, a part of one, or memory as bytes. Offsets count from 0, where the object begins. Closable: left
--- normally it flushes, left by an error it drops what is pending; either way it is closed.
---
--- Every method raises `closed` after the object's end, `stale` where a view is older than a change of size, and
--- `argument` for arguments of a wrong type, an explicit nil or one too many. Nothing is read or written then.
--- What reads raises `truncated` or `io` where the file has lost bytes; what writes raises the same before it
--- writes, and `readonly` and `limit`. The entries name these as "what reading raises", "what writing raises".
---@class suture.bytes
---@field [integer] integer  a byte, 0 to 255; raises `range`
---@field path string?       as it was opened; nil for a buffer
---@field mode "patch"|"read"|"copy"|"shared"|"memory"
---@field offset integer     where byte 0 lies in the file
---@field order "le"|"be"    of the numbers whose names tell none; may be set
---@operator len: integer
local bytes = {}

--- Options of `b:flush`.
---@class suture.flush.options
---@field offset integer?         only what is pending from here on, in bytes
---@field length integer?         and in so many bytes
---@field by "place"|"replace"|nil
---@field record boolean?         false: none is kept
---@field break_links boolean?    true: a file with several names may be replaced under one of them

---@alias suture.outcome
---| "unchanged"  # no byte differs, the file was not touched
---| "place"      # written into the file
---| "replaced"   # a new file has the name

---@alias suture.advice "normal"|"random"|"sequential"|"willneed"|"dontneed"|"cold"|"pageout"
---| "populate_read"|"hugepage"|"nohugepage"

-- Strings of bytes --------------------------------------------------------

--- A string of bytes. Raises `range`, and what reading raises.
---@param off integer
---@param len integer      bytes
---@param stride? integer  from one byte to the next, at least 1 (the default)
---@return string
function bytes:read(off, len, stride) end

--- Writes a string; all of it, or nothing where it leaves the object. Raises `range`, and what writing raises.
---@param off integer
---@param data string
---@param stride? integer  from one byte to the next, at least 1 (the default)
function bytes:write(off, data, stride) end

--- Repeats a byte or a string over a range; the last copy is cut. Raises `range`, and what writing raises.
---@param off integer
---@param len integer           bytes
---@param byte integer|string   0 to 255, or a string that is not empty
function bytes:fill(off, len, byte) end

--- The string up to the next NUL. Raises `format` where there is none, `range`, and what reading raises.
---@param off integer
---@param max? integer  bytes that are looked at, up to the end if absent
---@return string
function bytes:cstring(off, max) end

--- `for off, byte in b:each() do`. What the loop writes is seen. Raises `range` at once; in the loop what reading
--- raises, and `closed`.
---@param off? integer  0 if absent
---@param len? integer  bytes, up to the end if absent
---@return fun(): integer?, integer?
function bytes:each(off, len) end

--- Copies a range within the object, as if by way of a copy; the size stays. Raises `range`, and what writing raises.
---@param dst integer
---@param src integer
---@param len integer  bytes
function bytes:move(dst, src, len) end

--- Copies a range of another object, or of a view of this one, into it. Raises `range`, what reading the other
--- raises, and what writing raises.
---@param dst integer
---@param other suture.bytes
---@param src integer  in other
---@param len integer  bytes
function bytes:copy(dst, other, src, len) end

--- Combines a range with a byte, or with a string that is repeated, by exclusive or. Raises `range`, and what writing
--- raises.
---@param off integer
---@param len integer          bytes
---@param byte integer|string  0 to 255, or a string that is not empty
function bytes:xor(off, len, byte) end

--- Replaces each byte by the one at its place in a table. Raises `range`, and what writing raises.
---@param off integer
---@param len integer   bytes
---@param table string  256 bytes
function bytes:translate(off, len, table) end

--- Reverses the bytes of each unit. Raises `argument` for another width or a cut unit, `range`, and what writing
--- raises.
---@param off integer
---@param len integer    bytes, a multiple of width
---@param width 2|4|8    bytes
function bytes:swap(off, len, width) end

--- Reads values by the formats of string.unpack, beginning in `order`; alignment counts from offset 0. Raises `range`
--- for a cut value, `format` for a text without NUL or too large an integer, `argument` for native sizes, `limit` for a
--- text of 2 GiB, and what reading raises.
---@param off integer
---@param format string
---@return any ...  the values, then the offset behind them
function bytes:unpack(off, format) end

--- Writes values by the same formats; all of them, or nothing. Raises `range`, and what writing raises.
---@param off integer
---@param format string
---@param ... any
---@return integer next  the offset behind them
function bytes:pack(off, format, ...) end

-- Sums --------------------------------------------------------------------

--- Parameters of a CRC, as the RevEng catalogue has them.
---@class suture.crc
---@field width integer    bits, 1 to 64
---@field poly integer     without its top bit
---@field init integer?    0 if absent
---@field refin boolean?
---@field refout boolean?
---@field xorout integer?  0 if absent

--- zlib's CRC-32. Raises `range`, and what reading raises.
---@param off integer
---@param len integer  bytes
---@return integer sum  0 to 0xffffffff
function bytes:crc32(off, len) end

--- A checksum, by its name or the parameters of a CRC. Raises `argument` for an unknown name and where len is no
--- multiple of its unit, `range`, and what reading raises.
---@param off integer
---@param len integer  bytes
---@param name string|suture.crc
---@return integer sum  unsigned; 64 bits as any integer
function bytes:checksum(off, len, name) end

--- A digest. Raises `argument` for an unknown name, `range`, and what reading raises.
---@param off integer
---@param len integer  bytes
---@param name string  "md5", "sha1", "sha256", "sha512", "blake2b", "xxh3" ...
---@return string raw  its bytes
function bytes:digest(off, len, name) end

-- Parts -------------------------------------------------------------------

--- The same bytes under offsets of their own. It keeps the object alive, begins in its order, and has no transaction.
--- Raises `range`.
---@param off integer
---@param len? integer  bytes, up to the end if absent
---@return suture.bytes
function bytes:view(off, len) end

--- A cursor, in the byte order that the object has now. It keeps the object alive. Raises `range`.
---@param off? integer  0 if absent
---@return suture.cursor
function bytes:cursor(off) end

-- Search ------------------------------------------------------------------

--- The first match that lies wholly in [from, to). Raises `range`, `argument` for an empty `what`, and what reading
--- raises.
---@param what string|suture.pattern
---@param from? integer  0 if absent
---@param to? integer    the end if absent
---@return integer? off  nil where there is none
---@return integer? len  bytes
function bytes:find(what, from, to) end

--- The last match that lies wholly in [from, to). Raises as `find`.
---@param what string|suture.pattern
---@param from? integer  0 if absent
---@param to? integer    the end if absent
---@return integer? off  nil where there is none
---@return integer? len  bytes
function bytes:rfind(what, from, to) end

--- `for off, len in b:matches(what) do`, overlapping ones included. Raises as `find`, in the loop too.
---@param what string|suture.pattern
---@param from? integer  0 if absent
---@param to? integer    the end if absent
---@return fun(): integer?, integer?
function bytes:matches(what, from, to) end

--- How many matches there are, overlapping ones included. Raises as `find`.
---@param what string|suture.pattern
---@param from? integer  0 if absent
---@param to? integer    the end if absent
---@return integer
function bytes:count(what, from, to) end

--- The only match, which is a guard from then on. Raises `notunique` for none or several, and as `find`.
---@param what string|suture.pattern
---@param from? integer  0 if absent
---@param to? integer    the end if absent
---@return integer off
---@return integer len  bytes
function bytes:unique(what, from, to) end

--- Looks for many at once. Raises `argument` for what is neither a string nor a pattern and for an empty one, `limit`,
--- and as `find`.
---@param table table<any, string|suture.pattern>
---@param from? integer  0 if absent
---@param to? integer    the end if absent
---@return table<any, integer[]> offsets  ascending, of each name
function bytes:scan(table, from, to) end

--- Writes `new` over each match, from left to right, without overlap. Raises `argument` where the lengths differ, and
--- what writing raises; what was replaced before that stays.
---@param what string|suture.pattern
---@param new string|suture.pattern  free parts keep what was there
---@param n? integer                 at most so many
---@return integer count
function bytes:replace(what, new, n) end

-- Guards ------------------------------------------------------------------

--- A guard: the bytes are there, and must still be in the file at a flush. Raises `mismatch`, showing both sides,
--- `range`, and what reading raises.
---@param off integer
---@param what string|suture.pattern
function bytes:expect(off, what) end

--- Writes `new` where `old` stands; nothing where `new` stands already. Either is a guard. Raises `mismatch` where
--- neither stands, `range`, and what writing raises; nothing is written then.
---@param off integer
---@param old string|suture.pattern
---@param new string  of the length of old
---@return boolean changed
function bytes:patch(off, old, new) end

--- The argument of `b:hunk`.
---@class suture.hunk
---@field at integer?                     where, counted from base
---@field find string|suture.pattern|nil  or what to look for
---@field any suture.hunk[]?              or alternatives, of which the first that has a place is taken
---@field old string|suture.pattern|nil
---@field new string|suture.pattern|nil   of one length with old
---@field skip integer?                   bytes from the match to what changes
---@field within integer[]?               offset and length of what the match lies in
---@field base integer?                   what at and within count from
---@field count integer?                  so many matches, all of which change
---@field nth integer?                    the match of that number changes, from 1
---@field optional boolean?               not found is no error
---@field note string?

--- A guarded change that finds its place and knows when it was made. Every place is looked at before the first is
--- written. Raises `notunique`, `mismatch`, `argument`, `range`, and what writing raises; nothing is written then.
---@param hunk suture.hunk
---@return integer|integer[]|nil off  where it patches; a list with count above 1; nil where it is absent
---@return "old"|"new"|"absent" state  what was there
function bytes:hunk(hunk) end

-- Size --------------------------------------------------------------------

--- Puts a string before the byte at off, or at the end. Views and cursors are stale then. Raises `range`, `unsupported`
--- for views, windows, devices and shared mode, and what writing raises.
---@param off integer
---@param data string
function bytes:insert(off, data) end

--- Takes a range out. Views and cursors are stale then. Raises as `insert`.
---@param off integer
---@param len integer  bytes
function bytes:delete(off, len) end

--- Cuts the end off, or adds bytes. Views and cursors are stale then. Raises as `insert`.
---@param size integer   bytes
---@param byte? integer  0 to 255, 0 if absent
function bytes:resize(size, byte) end

-- Back and forward --------------------------------------------------------

--- A point to go back to, until the next flush. Raises `unsupported` for views and shared mode, `limit`.
---@return suture.savepoint
function bytes:savepoint() end

--- Drops what is pending, or what was written since a savepoint, and ends the savepoints made after it.
--- Raises `unsupported` as `savepoint`, `argument` for a savepoint that has ended or is another object's, `limit`,
--- `truncated`; without a savepoint it also takes a damaged object back.
---@param savepoint? suture.savepoint
function bytes:rollback(savepoint) end

--- Takes the last rollback back; as many as there were, until the next write or flush. Raises `unsupported` as
--- `savepoint`, `limit`, `truncated`.
---@return boolean redone  false where there was none
function bytes:redo() end

--- Calls fn(...), and rolls back what it wrote where it raises. Raises `argument`, `unsupported` as `savepoint`, and
--- what the rollback raises, when the function has ended its savepoint.
---@param fn function  or what can be called
---@param ... any
---@return boolean ok
---@return any ...  what the function returned, or its error
function bytes:attempt(fn, ...) end

-- Decide ------------------------------------------------------------------

--- Makes what is pending durable; savepoints and redo end. Raises `changed`, `truncated`, `locked`, `io`, `limit`,
--- `readonly`, `range`, and `unsupported` for views, members of a transaction and objects that have no file to write:
--- the file is as it was then, and all still pending. `indeterminate`: it is decided but not finished.
---@param options? suture.flush.options
---@return suture.outcome
function bytes:flush(options) end

--- Writes the object as it reads now to another file: the whole of it, durable, or nothing. What is pending stays so.
--- Raises `io`, `locked`, `unsupported` for its own file and what is no regular file, and what reading raises.
---@param path string
function bytes:save(path) end

--- Ends the object, or the view alone; a second time it does nothing. Raises `pending` in mode "patch" while something
--- is, `unsupported` for a member of a transaction; the object stays open then.
function bytes:close() end

--- Drops what is pending and closes. Raises `unsupported` for views and members of a transaction.
---@param message? any
---@return nil
---@return any message
function bytes:cancel(message) end

--- Makes what was written in shared mode durable. Raises `unsupported` in other modes, `range`, `truncated`, `io`.
---@param off? integer  0 if absent
---@param len? integer  bytes, up to the end if absent
function bytes:sync(off, len) end

--- Tells the system how a range will be used; no byte changes by it. Raises `argument` for an unknown word, `range`,
--- `unsupported` for what the system does not know, `truncated`, `io`.
---@param how suture.advice
---@param off? integer  0 if absent
---@param len? integer  bytes, up to the end if absent
function bytes:advise(how, off, len) end

-- Look --------------------------------------------------------------------

--- How many bytes differ from the file, of each run the longer side. Raises `truncated`, `io`.
---@return integer|false bytes  false where none does
---@return integer? runs
function bytes:pending() end

--- `for off, old, new in b:changes() do`: each changed run, exact to the byte. Raises `stale` where the size changes in
--- the loop, `truncated`, `io`.
---@return fun(): integer?, string?, string?
function bytes:changes() end

--- The bytes of a range as `hexdump -C` prints them, what is pending marked. Raises `range`, and what reading raises.
---@param off? integer  0 if absent
---@param len? integer  bytes, up to the end if absent
---@param options? { fold: boolean?, width: integer?, mark: boolean?, colour: boolean? }
---@return string text  lines; "" for no bytes
function bytes:hexdump(off, len, options) end

--- What is pending, as lines before and after. Raises `argument`, and what reading raises.
---@param options? { context: integer?, width: integer?, colour: boolean? }  context in lines, width in bytes
---@return string text  "" where nothing is
function bytes:diff(options) end
