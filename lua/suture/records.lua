--- The records of flushes, and which of them concern a file: those with a target of the same resolved name, and
--- those of the same inode on the same file system, which is the file under an earlier name.

local core <const> = require "suture.core"

local records = {}

---@class suture.record
---@field id string
---@field time integer         seconds since 1970
---@field nanoseconds integer  the same, finer
---@field targets { path: string, inode: integer, fsid: integer, old_size: integer, new_size: integer,
---  changes: { offset: integer, old_offset: integer, old: string, new: string }[] }[]

--- What a file is known by. `inode` is nil where there is no such file.
---@class suture.records.file
---@field given string    the path as the caller wrote it
---@field path string     resolved
---@field inode integer?
---@field fsid integer?
---@field born integer?   nanoseconds since 1970; nil where the file system does not tell

local function folder_and_name(path)
  local folder <const>, name <const> = path:match("^(.*/)([^/]+)$")
  return folder or ".", name or path
end

--- Identifies a file, which may be gone; its folder is there. Raises `io`.
---@param path string
---@return suture.records.file
function records.file(path)
  local found <const> = core.identify(path)
  if found then
    found.given = path
    return found
  end
  local folder <const>, name <const> = folder_and_name(path)
  local place <const>, err <const> = core.identify(folder)
  if not place then
    error(err, 0)
  end
  return { given = path, path = (place.path .. "/" .. name):gsub("^//", "/") }
end

-- A file system that has no id, and devices, are known by their names alone.
local function has_inode(target, file)
  return target.fsid ~= 0 and target.fsid == file.fsid and target.inode == file.inode
end

-- Whether the file was once called what the record says. An inode is used again when its file is gone: then the
-- new file is younger than the record, or the name leads to another one that took its place.
local function is_renamed(target, record, file)
  if not has_inode(target, file) or file.born and file.born > record.nanoseconds then
    return false
  end
  local there <const> = core.identify(target.path)
  return not there or has_inode(target, there)
end

--- The target of the record that is the file, or nil.
---@param record suture.record
---@param file suture.records.file
---@return table? target
function records.target(record, file)
  for _, target in ipairs(record.targets) do
    if target.path == file.path or is_renamed(target, record, file) then
      return target
    end
  end
end

-- nil for one that is damaged, which is named on stderr, and for one that was forgotten meanwhile.
local function read(id)
  local ok <const>, record <const> = pcall(core.record, id)
  if ok then
    return record
  elseif not core.is_error(record) or record.kind == "interrupted" or record.kind == "io" then
    error(record, 0)
  elseif record.kind ~= "argument" then
    io.stderr:write(("suture: warning: record %s cannot be read: %s\n"):format(id, record.message))
  end
end

--- `for record, target in records.each(file) do`: the records of a file, newest first. One that is damaged is named
--- on stderr and passed over. Raises `io` where it cannot be told which there are.
---@param file suture.records.file
---@return fun(): suture.record?, table?
function records.each(file)
  local ids <const>, at = core.records(), 0
  return function()
    while at < #ids do
      at = at + 1
      local record <const> = read(ids[at])
      local target <const> = record and records.target(record, file)
      if target then
        return record, target
      end
    end
  end
end

--- The newest record of a file, or the one of that id. Raises `foreign` where there is none.
---@param file suture.records.file
---@param id string?
---@return suture.record
function records.find(file, id)
  for record in records.each(file) do
    if not id or record.id == id then
      return record
    end
  end
  core.raise("foreign", id and ("has no record '%s' (suture log tells its records)"):format(id)
    or "there is no record of a flush of it", { path = file.given })
end

return records
