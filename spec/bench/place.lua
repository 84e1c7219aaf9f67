--- Where benches keep their files, and the files that several of them use. Each is made once for a run.

local place <const> = {}

place.build = os.getenv "BENCH_BUILD" or "build"
place.suture = place.build .. "/suture"
place.folder = os.getenv "BENCH_FOLDER" or place.build .. "/bench/files"

local function run(text)
  assert(os.execute(text), text .. ": failed")
end

--- The path of a file in the folder; whatever is there of an earlier run is gone.
---@param name string
---@return string path
function place.fresh(name)
  run(("mkdir -p '%s'"):format(place.folder))
  local path <const> = place.folder .. "/" .. name
  os.remove(path)
  return path
end

--- A file of so many bytes, none of which is a hole.
---@param name string
---@param size integer
---@return string path
function place.filled(name, size)
  local path <const> = place.fresh(name)
  run(("head -c %d /dev/zero | tr '\\0' x > '%s' && sync '%s'"):format(size, path, path))
  return path
end

--- A file of so many bytes, all of which are a hole.
---@param name string
---@param size integer
---@return string path
function place.sparse(name, size)
  local path <const> = place.fresh(name)
  run(("truncate -s %d '%s'"):format(size, path))
  return path
end

--- A file of so many bytes of real programs: the ELF files of /usr/bin and /usr/lib in the order of their
--- names, again and again until it is full.
---@param name string
---@param size integer
---@return string path
function place.programs(name, size)
  local path <const> = place.fresh(name)
  -- Where SIGPIPE is ignored, only the failure of cat tells that the file is full.
  run(([[while
    find /usr/bin /usr/lib -type f -size +64k \( -perm -u+x -o -name '*.so*' \) -print0 | sort -z | xargs -0 cat
  do :; done 2>/dev/null | head -c %d > '%s']]):format(size, path))
  return path
end

return place
