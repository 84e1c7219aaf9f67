-- What luacheck accepts: Lua 5.4, 120 columns, busted's words in specs, functions without bodies in meta files.
std = "lua54"
max_line_length = 120
files["spec/**/*_spec.lua"] = { std = "lua54+busted" }
files["lua/meta/**"] = { ignore = { "212", "241" } }
