# find.py FILE: counts the matches of a signature in a mapped file.

import mmap
import re
import sys

with open(sys.argv[1], "rb") as file:
    mapping = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
print(sum(1 for _ in re.finditer(rb"(?s)\x48\x8b..\xe8", mapping)))
