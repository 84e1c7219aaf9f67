-- What luacheck accepts: Lua 5.4, 120 columns, busted's words in specs.
std = "lua54"
max_line_length = 120
files["spec/**/*_spec.lua"] = { std = "lua54+busted" }
