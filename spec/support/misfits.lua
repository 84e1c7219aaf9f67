-- Ways of being no recipe: the text of each and words of what is said about it. None of them is run.

local function edit(fields)
  return "return { edits = { { " .. fields .. " } } }"
end

local wrong <const> = {
  ["a syntax error"] = { "return {", "recipe.lua:1:" },
  ["bytecode"] = { string.dump(function() return {} end), "recipe.lua: attempt to load a binary chunk" },
  ["no result"] = { "local x = 1", "returns nothing and not a table" },
  ["a number as result"] = { "return 5", "returns a number and not a table" },
  ["an empty table"] = { "return {}", "neither edits nor apply" },
  ["empty edits"] = { "return { edits = {} }", "neither edits nor apply" },
  ["a misspelt key"] = { "return { sumary = '' }", "did you mean 'summary'?" },
  ["a key that is no string"] = { "return { 'a' }", "unknown key '1'" },
  ["a name that is a number"] = { "return { name = 5 }", "name must be a string, not a number" },
  ["a name with a space"] = { "return { name = 'a b' }", "name must be words joined by '/'" },
  ["a name that leaves its folder"] = { "return { name = '../a' }", "name must be words" },
  ["a name that leaves it later"] = { "return { name = 'a/../../b' }", "name must be words" },
  ["a version of words"] = { "return { version = 'new' }", "version must be like 1.0.0" },
  ["a version with a hole"] = { "return { version = '1..0' }", "version must be like 1.0.0" },
  ["a version that ends in a dot"] = { "return { version = '1.' }", "version must be like 1.0.0" },
  ["authors that are text"] = { "return { authors = 'me' }", "authors must be a list" },
  ["an author that is a number"] = { "return { authors = { 1 } }", "authors[1] must be a string" },
  ["categories with names"] = { "return { categories = { a = 'b' } }", "must be a list, and has the key 'a'" },
  ["requirements that are text"] = { "return { requires = '>= 1' }", "requires must be a table" },
  ["a requirement of something else"] = { "return { requires = { sutur = '1' } }", "did you mean 'suture'?" },
  ["a requirement without a sign"] = { "return { requires = { suture = '1' } }", "must be like '>= 0.1'" },
  ["apply that is a string"] = { "return { apply = 'x' }", "apply must be a function" },
  ["verify that is a table"] = { "return { verify = {} }", "verify must be a function" },
  ["targets that are a string"] = { "return { targets = 'x' }", "targets must be a list" },
  ["a target that is a string"] = { "return { targets = { 'x' } }", "targets[1] must be a table" },
  ["a misspelt key of a target"] = { "return { targets = { { mach = 1 } } }", "did you mean 'match'?" },
  ["match that is a pattern"] = {
    "return { targets = { { match = 'x' } } }",
    "targets[1].match must be a function",
  },
  ["a version without a size"] = {
    "return { targets = { { versions = { { label = 'x' } } } } }",
    "a label and a size",
  },
  ["a size in words"] = {
    "return { targets = { { versions = { { label = 'x', size = '1' } } } } }",
    "a size in bytes",
  },
  ["only without versions"] = { "return { targets = { { only = true } } }", "only needs versions" },
  ["edits that are a function"] = { "return { edits = function() end }", "edits must be a list" },
  ["one edit instead of a list"] = { "return { edits = { at = 1 } }", "edits must be a list" },
  ["an edit that is a string"] = { "return { edits = { 'x' } }", "edits[1] must be a table" },
  ["a misspelt key of an edit"] = {
    edit "att = 0, old = 'a', new = 'b'",
    "edits[1]: unknown key 'att'; did you mean",
  },
  ["an edit without old"] = { edit "at = 0, new = 'b'", "edits[1]: old is missing" },
  ["an edit without new"] = { edit "at = 0, old = 'b'", "edits[1]: new is missing" },
  ["an edit of unequal sides"] = { edit "at = 0, old = 'a', new = 'bb'", "old has 1 byte and new has 2" },
  ["an edit nowhere"] = { edit "old = 'a', new = 'b'", "edits[1]: exactly one of at, find and any" },
  ["a label in an alternative"] = {
    edit "any = { { at = 0, label = 'x' } }, old = 'a', new = 'b'",
    "unknown key 'label'",
  },
  ["an edit of an unknown target"] = { edit "target = 'x', at = 0, old = 'a', new = 'b'", "unknown target 'x'" },
  ["an edit of an unknown label"] = { edit "label = 'x', at = 0, old = 'a', new = 'b'", "unknown label 'x'" },
  ["edits at places that overlap"] = {
    "return { edits = { { at = 4, old = 'ab', new = 'xy', note = 'n' },"
      .. "{ at = 0, base = 5, old = 'b', new = 'z' } } }",
    "edits[1] (n) and edits[2] overlap at 0x5",
  },
  ["an edit past all offsets"] = {
    edit "at = math.maxinteger, base = 1, old = 'a', new = 'b'",
    "edits[1]: base and at are too far together",
  },
  ["two targets without names"] = { "return { targets = { { name = 'a' }, {} } }", "targets[2] needs a name" },
  ["two targets of one name"] = {
    "return { targets = { { name = 'a' }, { name = 'a' } } }",
    "targets[2]: the name 'a' is there twice",
  },
  ["too many targets"] = {
    "local t = {} for i = 1, 17 do t[i] = { name = 't' .. i } end return { targets = t }",
    "at most 16, not 17",
  },
  ["an edit of no target in particular"] = {
    "return { targets = { { name = 'a' }, { name = 'b' } }, edits = { { at = 0, old = 'a', new = 'b' } } }",
    "edits[1] needs a target: one of a, b",
  },
  ["an edit of a misspelt target"] = {
    "return { targets = { { name = 'kernel' }, { name = 'b' } }, edits = { { target = 'kernal', at = 0, "
      .. "old = 'a', new = 'b' } } }",
    "edits[1]: unknown target 'kernal'; did you mean 'kernel'?",
  },
  ["a label of another target"] = {
    "return { targets = { { name = 'a', versions = { { label = 'x', size = 1 } } }, { name = 'b' } }, "
      .. "edits = { { target = 'b', label = 'x', at = 0, old = 'a', new = 'b' } } }",
    "edits[1]: unknown label 'x'",
  },
  ["depends that is a word"] = { "return { depends = 'a' }", "depends must be a list" },
  ["a dependency that leaves its folder"] = {
    "return { depends = { '../a' } }",
    "depends[1] must be words joined by '/'",
  },
  ["a conflict that is a number"] = { "return { conflicts = { 1 } }", "conflicts[1] must be a string" },
  ["a digest that is too short"] = {
    "return { targets = { { versions = { { label = 'x', size = 1, sha256 = 'ab' } } } } }",
    "targets[1].versions[1].sha256 must be the 64 hex digits of a SHA-256, not 'ab'",
  },
  ["a digest that is no hex"] = {
    "return { targets = { { versions = { { label = 'x', size = 1, sha256 = ('x'):rep(64) } } } } }",
    "must be the 64 hex digits",
  },
  ["a default of a file"] = {
    "return { params = { f = { type = 'file', default = '/etc/passwd' } } }",
    "params.f: a file has no default",
  },
  ["examples that are text"] = { "return { examples = 'x' }", "examples must be a list" },
  ["a misspelt key of an example"] = { "return { examples = { { inptu = '' } } }", "did you mean 'input'?" },
  ["a lone nibble in a pattern"] = { "return { x = require 'suture'.pattern '4' }", "4" },
  ["a digest by another name"] = {
    "return { targets = { { versions = { { label = 'x', size = 1, sha1 = 'x' } } } } }",
    "targets[1].versions[1]: unknown key 'sha1'",
  },
  ["a parameter without a type"] = { "return { params = { a = {} } }", "params.a: type is missing" },
  ["a parameter of an unknown type"] = {
    "return { params = { a = { type = 'intger' } } }",
    "params.a: unknown type 'intger'; did you mean 'integer'?",
  },
  ["a default of another type"] = {
    "return { params = { a = { type = 'integer', default = 'x' } } }",
    "params.a: default must be an integer, not 'x'",
  },
  ["bounds that leave nothing"] = {
    "return { params = { a = { type = 'integer', min = 5, max = 1 } } }",
    "params.a: min is 5 and max 1: no number is between",
  },
  ["an enum without values"] = { "return { params = { a = { type = 'enum' } } }", "an enum needs values" },
  ["a broken Lua pattern"] = {
    "return { params = { a = { type = 'string', pattern = '[' } } }",
    "params.a: pattern is not a Lua pattern",
  },
  ["a negative place"] = { edit "at = -1, old = 'a', new = 'b'", "edits[1]: at must be at least 0, not -1" },
  ["a place between two bytes"] = { edit "at = 1.5, old = 'a', new = 'b'", "at must be an integer, not 1.5" },
  ["an edit of nothing"] = { edit "at = 0, old = '', new = ''", "edits[1]: old is empty" },
  ["a signature without bytes"] = { edit "find = '', old = 'a', new = 'b'", "edits[1]: find is empty" },
  ["a count of none"] = { edit "find = 'a', count = 0, old = 'a', new = 'b'", "count must be at least 1, not 0" },
  ["a range without a length"] = { edit "find = 'a', within = { 0 }, old = 'a', new = 'b'", "within must be {" },
  ["no alternatives"] = { edit "any = {}, old = 'a', new = 'b'", "any must be a list of alternatives" },
  ["an alternative with alternatives"] = {
    "local e = { old = 'a', new = 'b' } e.any = { e } return { edits = { e } }",
    "edits[1]: any[1] cannot have any",
  },
  ["a table that is deeper than Lua reads"] = {
    "return " .. ("{"):rep(300) .. ("}"):rep(300),
    "recipe.lua: C stack overflow",
  },
  ["bytes that are no text"] = { ("\xff\xfe\0\1"):rep(9), "recipe.lua:1: unexpected symbol" },
}

return wrong
