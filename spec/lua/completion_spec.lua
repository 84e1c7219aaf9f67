-- Completion: what may stand for the last word. The shells' own part is in cli_completion_spec.

local argparse = require "argparse"
local completion = require "suture.completion"

local function parser_of(verb)
  local parser = argparse("suture " .. verb):add_help(false)
  if verb == "run" then
    parser:argument("recipe", "A recipe."):argname("RECIPE")
    parser:argument("targets", "Files."):args("+"):argname("TARGET")
    parser:option("-r --recipe", "One more."):target("recipes"):count("*"):init(nil):argname("RECIPE")
    parser:option("-p --param", "A parameter."):target("params"):count("*"):init({}):argname("KEY=VALUE")
    parser:option("-o --output", "Where to."):argname("OUT")
    parser:option("--timeout", "Seconds."):argname("SECONDS")
    parser:flag("--json", "As JSON.")
    parser:flag("--secret"):hidden(true)
  elseif verb == "find" then
    parser:argument("words"):args("*"):argname("PATTERN FILE...")
    parser:option("-t --text"):argname("STRING")
  elseif verb == "help" then
    parser:argument("verb"):args("?"):argname("VERB")
  elseif verb == "completion" then
    parser:argument("shell"):choices { "bash", "zsh" }
  end
  return parser
end

local declared = {
  ["elf/fast"] = {
    seconds = { type = "integer", help = "how long" }, mode = { type = "enum", values = { "slow", "fast" } },
    deep = { type = "boolean" }, logo = { type = "file" },
  },
  ["pe/flag"] = { flag = { type = "boolean" } },
}

local sources = {
  verbs = { "check", "completion", "find", "help", "run" },
  summary = function(verb) return "does " .. verb end,
  parser = parser_of,
  recipes = function() return { { name = "elf/fast" }, { name = "pe/flag", help = "sets it" } } end,
  params = function(recipe) return declared[recipe] end,
}

-- The texts, joined; a colon behind them where files may stand there.
local function candidates(...)
  local list, files = completion.candidates({ ... }, sources)
  local texts = {}
  for index, candidate in ipairs(list) do
    texts[index] = candidate.text
  end
  return table.concat(texts, " ") .. (files and " :" or "")
end

describe("completion", function()
  local cases = {
    ["verbs, and scripts"] = { { "" }, "check completion find help run :" },
    ["verbs that begin so"] = { { "c" }, "check completion :" },
    ["the arguments of a script"] = { { "script.lua", "" }, " :" },
    ["recipes"] = { { "run", "" }, "elf/fast pe/flag :" },
    ["recipes that begin so"] = { { "run", "pe" }, "pe/flag :" },
    ["files behind the recipe"] = { { "run", "pe/flag", "" }, " :" },
    ["files behind files"] = { { "run", "pe/flag", "a", "b" }, " :" },
    ["files where recipes are options"] = { { "run", "-r", "pe/flag", "" }, " :" },
    ["recipes behind their option"] = { { "run", "-r", "e" }, "elf/fast :" },
    ["recipes joined to their option"] = { { "run", "--recipe=e" }, "--recipe=elf/fast :" },
    ["long options"] = { { "run", "--" }, "--recipe --param --output --timeout --json" },
    ["all options"] = { { "run", "-" }, "-r --recipe -p --param -o --output --timeout --json" },
    ["options that begin so"] = { { "run", "pe/flag", "--t" }, "--timeout" },
    ["no options behind --"] = { { "run", "--", "-" }, ":" },
    ["names of parameters"] = { { "run", "elf/fast", "-p", "" }, "deep= logo= mode= seconds=" },
    ["parameters that begin so"] = { { "run", "elf/fast", "-p", "s" }, "seconds=" },
    ["parameters in front of targets"] = { { "run", "elf/fast", "x", "--param", "m" }, "mode=" },
    ["parameters of several recipes"] = { { "run", "-r", "pe/flag", "-r", "elf/fast", "-p", "" },
      "flag= deep= logo= mode= seconds=" },
    ["values of an enum"] = { { "run", "elf/fast", "-p", "mode=f" }, "mode=fast" },
    ["values of a boolean"] = { { "run", "elf/fast", "-p", "deep=" }, "deep=true deep=false" },
    ["files for a parameter that is one"] = { { "run", "elf/fast", "-p", "logo=" }, " :" },
    ["no values of an integer"] = { { "run", "elf/fast", "-p", "seconds=" }, "" },
    ["no parameters of an unknown recipe"] = { { "run", "no/such", "-p", "" }, "" },
    ["files for an option that takes one"] = { { "run", "-o", "" }, " :" },
    ["nothing for a number"] = { { "run", "--timeout", "" }, "" },
    ["an option's value is no recipe"] = { { "run", "--timeout", "5", "e" }, "elf/fast :" },
    ["a flag has no value"] = { { "run", "--json", "e" }, "elf/fast :" },
    ["an unknown option"] = { { "run", "--nonsense", "e" }, "elf/fast :" },
    ["no pattern"] = { { "find", "" }, "" },
    ["files behind a pattern"] = { { "find", "90", "" }, " :" },
    ["files behind a text"] = { { "find", "-t", "x", "" }, " :" },
    ["verbs for help"] = { { "help", "r" }, "run" },
    ["nothing behind the last argument"] = { { "help", "run", "" }, "" },
    ["choices"] = { { "completion", "" }, "bash zsh" },
  }
  for name, case in pairs(cases) do
    it("offers " .. name, function()
      assert.equal(case[2]:gsub("^ :", ":"), (candidates(table.unpack(case[1])):gsub("^ :", ":")))
    end)
  end

  it("explains what it offers", function()
    assert.equal("does run", completion.candidates({ "run" }, sources)[1].help)
    assert.equal("how long", completion.candidates({ "run", "elf/fast", "-p", "sec" }, sources)[1].help)
    assert.equal("As JSON.", completion.candidates({ "run", "--json" }, sources)[1].help)
  end)
end)
