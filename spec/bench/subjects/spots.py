# spots.py FILE COUNT: flips one byte at so many places of a file through a mapping, and flushes it.

import mmap
import sys

count = int(sys.argv[2])
with open(sys.argv[1], "r+b") as file:
    with mmap.mmap(file.fileno(), 0) as m:
        for spot in range(count):
            off = spot * (len(m) // count)
            m[off] ^= 0xFF
        m.flush()
