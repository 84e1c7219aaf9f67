-- The cell by itself: what a recipe can still do that has broken out of Lua and makes system calls of its own.

local support = require "spec.support"

local quote <const> = support.quote

-- The sanitizer's run has no part in a program of its own.
if (os.getenv "SUTURE_BIN" or ""):find("asan", 1, true) then
  return
end

-- What each attack comes to in the whole cell: an error, or the signal that ends the process.
local ends <const> = {
  -- what a recipe is to do
  read_inside = "done", read_target = "done", map_target = "done", take_memory = "done",
  -- files
  read_passwd = "EACCES", read_environment = "EACCES", read_memory = "EPERM", read_parent_memory = "EACCES",
  read_descriptor = "EPERM", read_link_out = "EACCES", read_dots = "EACCES", open_device = "EACCES",
  open_terminal = "EPERM", list_root = "EACCES", list_folder = "EACCES", write_target = "EPERM",
  write_inside = "EPERM", truncate_inside = "EPERM", write_descriptor = "EBADF", map_shared = "EACCES",
  cut_target = "EPERM", cut_descriptor = "EPERM", create_file = "EPERM", create_nameless = "EPERM",
  create_by_creat = "EPERM", create_folder = "EPERM", create_fifo = "EPERM", create_memory_file = "EPERM",
  create_link = "EPERM", create_symlink = "EPERM", delete_target = "EPERM", delete_inside = "EPERM",
  rename_target = "EPERM",
  change_mode = "EPERM", change_owner = "EPERM", change_times = "EPERM", change_attribute = "EPERM",
  change_folder = "EPERM", change_root = "EPERM", give_up_lock = "EPERM", take_lock = "EPERM",
  -- the network, other processes, code
  connect_tcp = "SYS", connect_local = "SYS", connect_kernel = "SYS", connect_pair = "EPERM", start_fork = "SYS",
  start_vfork = "SYS", start_thread = "SYS", start_clone3 = "SYS", start_program = "SYS", start_descriptor = "EPERM",
  start_code = "EPERM", turn_to_code = "EPERM", trace_parent = "SYS", read_other = "SYS", kill_parent = "SYS",
  kill_all = "SYS", kill_by_descriptor = "EPERM", outlive_parent = "EPERM", leave_group = "EPERM",
  -- rights, limits, the kernel
  be_slower = "EPERM", raise_limit = "EPERM", be_root = "EPERM", get_namespace = "EPERM", mount_something = "EPERM",
  load_filter = "SYS", ring = "EPERM", fault_by_user = "EPERM", set_keys = "EPERM", type_for_user = "EPERM",
  share_memory = "EPERM", set_clock = "EPERM", ask_watch = "EPERM", take_all_memory = "ENOMEM",
  take_all_descriptors = "EMFILE",
}

-- One part of the cell alone keeps files and processes safe.
local landlock_alone <const> = {
  read_inside = "done", read_passwd = "EACCES", read_link_out = "EACCES", read_dots = "EACCES",
  read_environment = "EACCES", read_parent_memory = "EACCES", list_root = "EACCES", write_target = "EACCES",
  write_inside = "EACCES", create_file = "EACCES", create_folder = "EACCES", create_link = "EACCES",
  create_symlink = "EACCES", delete_target = "EACCES", rename_target = "EACCES", cut_target = "EACCES",
  start_program = "EACCES", open_terminal = "EACCES", trace_parent = "EPERM",
}
local seccomp_alone <const> = {
  read_inside = "EPERM", read_target = "done", read_passwd = "EPERM", list_root = "EPERM", write_target = "EPERM",
  create_file = "EPERM", delete_target = "EPERM", cut_target = "EPERM", start_program = "SYS", start_fork = "SYS",
  connect_tcp = "SYS", kill_parent = "SYS", trace_parent = "SYS", turn_to_code = "EPERM",
}

describe("cell", function()
  local program, folder, target

  local function must(command)
    local status, stdout, stderr = support.run(command)
    assert(status == 0, stderr)
    return stdout
  end

  setup(function()
    program, folder, target = support.path "breakout", support.path "folder", support.path "held"
    must(("cc -std=c11 -D_GNU_SOURCE -O1 -Isrc/host -o %s spec/confined/breakout.c build/obj/host/cell.o"
      .. " build/obj/host/landlock.o build/obj/host/syscalls.o $(cc -print-file-name=libseccomp.a)"):format(
      quote(program)))
    must(("mkdir -p %s && ln -sf /etc/passwd %s/way-out"):format(quote(folder), quote(folder)))
  end)

  local function attack(name, part)
    support.write(folder .. "/inside", "i")
    support.write(target, "target")
    local outcome = must(("%s %s %s %s %s"):format(quote(program), quote(folder), quote(target), name, part))
    assert.equal("target", support.read(target))
    assert.equal("i", support.read(folder .. "/inside"))
    assert.equal("inside\nway-out\n", must("ls " .. quote(folder)))
    return (outcome:gsub("\n$", ""))
  end

  local function whole_kernel()
    local _, stdout = support.run(support.suture .. " info --system")
    local version = stdout:match "Landlock: version (%d+)"
    return version and tonumber(version) >= 6 and stdout:find("seccomp: yes", 1, true)
  end

  for name, outcome in pairs(ends) do
    it(("%s: %s"):format(name, outcome == "SYS" and "ends the process" or outcome), function()
      if not whole_kernel() then
        return pending "this kernel has only a part of the cell"
      end
      assert.equal(outcome, attack(name, "cell"))
    end)
  end

  it("has met every attack that there is", function()
    for name in must(quote(program) .. " list"):gmatch "%S+" do
      assert.is_string(ends[name], name)
    end
  end)

  for part, expected in pairs { landlock = landlock_alone, seccomp = seccomp_alone } do
    it("holds by " .. part .. " alone", function()
      if not whole_kernel() then
        return pending "this kernel has only a part of the cell"
      end
      for name, outcome in pairs(expected) do
        assert.equal(outcome, attack(name, part), name)
      end
    end)
  end
end)
