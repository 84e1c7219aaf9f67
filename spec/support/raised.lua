-- Calls a function that must raise one of suture's error objects, and returns that object.

--- The kind may be false where any will do. More arguments go to the function.
return function(kind, fn, ...)
  local ok, err = pcall(fn, ...)
  assert(not ok, ("nothing was raised, expected an error of kind %s"):format(kind or "(any)"))
  assert(type(err) ~= "string", ("a plain string was raised: %s"):format(tostring(err)))
  local text = tostring(err)
  assert(type(err.kind) == "string", text)
  assert(not kind or err.kind == kind, ("expected kind %s, got %s: %s"):format(kind, err.kind, text))
  assert(not text:find("\n", 1, true), "the message has more than one line: " .. text)
  return err
end
