--- Which of the versions that a recipe knows a target is: as it came, or with the recipe's edits in it.

local core <const> = require "suture.core"
local entries <const> = require "suture.recipe.entries"
local hunk <const> = require "suture.hunk"

local versions = {}

---@class suture.recipe.version
---@field label string
---@field size integer     in bytes
---@field sha256 string?   in hex

local function hex(bytes)
  return (bytes:gsub(".", function(byte)
    return ("%02x"):format(byte:byte())
  end))
end

local function digest_of(file)
  return hex(file:digest(0, #file, "sha256"))
end

local function of_this_size(known, size)
  local list <const> = {}
  for _, version in ipairs(known) do
    list[#list + 1] = version.size == size and version or nil
  end
  return list
end

-- A digest is computed only where a size is right, and once.
local function of_this_digest(list, file)
  local digest
  for _, version in ipairs(list) do
    digest = digest or version.sha256 and digest_of(file)
    if not version.sha256 or digest == version.sha256:lower() then
      return version
    end
  end
end

-- What the edits come to if the file is that version. nil where one is neither there nor done.
local function findings_of(target, edits, label, params)
  local about <const>, list <const> = { name = target.name, bytes = target.file, label = label }, {}
  for index, work in ipairs(entries.works(edits, { about }, params)) do
    list[index] = hunk.find(work.bytes, work.form)
    if list[index].problem then
      return nil
    end
  end
  return list
end

local function take_back(finding)
  for _, site in ipairs(finding.sites) do
    if site.state == "new" then
      finding.bytes:write(site.offset, finding.alternative.old:apply(site.current))
    end
  end
end

-- The digest of the file as it was before the edits; the object is as before.
local function earlier_digest(file, findings)
  for _, finding in ipairs(findings) do
    take_back(finding)
  end
  local digest <const> = digest_of(file)
  file:rollback()
  return digest
end

local function are_done(findings)
  for _, finding in ipairs(findings) do
    if finding.state == "old" then
      return false
    end
  end
  return true
end

-- A file that was patched has another digest. Without its edits it has the old one, unless the recipe does more.
local function of_this_origin(list, target, edits, params)
  local likely
  for _, version in ipairs(list) do
    local findings <const> = findings_of(target, edits, version.label, params)
    if findings and #findings > 0 and earlier_digest(target.file, findings) == version.sha256:lower() then
      return version, true
    end
    likely = likely or findings and are_done(findings) and version or nil
  end
  return likely, false
end

--- The version that a target is. By size and, where one is told, SHA-256; or by the SHA-256 that it has without the
--- recipe's edits. Failing that it is likely to be one of that size whose edits are all done: the recipe may have
--- written more. Passes through what functions of the parameters raise.
---@param target suture.patching.target  `file` is left as it was
---@param edits table[]
---@param params table
---@return string? label
---@return boolean certain
function versions.label(target, edits, params)
  local list <const> = of_this_size(target.declared.versions or {}, #target.file)
  local version, certain = of_this_digest(list, target.file), true
  if not version then
    version, certain = of_this_origin(list, target, edits, params)
  end
  return version and version.label, certain
end

local shown <const> = 8

--- The error that tells which versions there are, for a file that is none of them.
---@param known suture.recipe.version[]
---@param file suture.bytes
---@return suture.error
function versions.unknown(known, file)
  local words <const> = {}
  for index = 1, math.min(#known, shown) do
    words[index] = ("%s: %d"):format(known[index].label, known[index].size)
  end
  words[#words + 1] = #known > shown and ("and %d more"):format(#known - shown) or nil
  local format <const> = #of_this_size(known, #file) > 0 and "none of the known versions has these %d bytes (%s)"
    or "none of the known versions has %d bytes (%s)"
  return core.error("foreign", format:format(#file, table.concat(words, ", ")), { path = file.path })
end

return versions
