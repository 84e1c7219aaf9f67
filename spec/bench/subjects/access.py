# access.py WHAT FILE: prints the nanoseconds of one access to a mapping in a loop, the loop taken off.

import mmap
import struct
import sys
import time

COUNT, MASK = 2000000, 0x7FFFF


def empty(m):
    for i in range(COUNT):
        _ = i & MASK


def index(m):
    for i in range(COUNT):
        _ = m[i & MASK]


def set_byte(m):
    for i in range(COUNT):
        m[i & MASK] = 7


def u32le(m, unpack=struct.unpack_from):
    for i in range(COUNT):
        _ = unpack("<I", m, i & MASK)[0]


def cost(loop, m):
    begin = time.process_time()
    loop(m)
    return time.process_time() - begin


with open(sys.argv[2], "rb") as file:
    mapping = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY)
LOOPS = {"index": index, "set": set_byte, "u32le": u32le}
rest = cost(empty, mapping)
print((cost(LOOPS[sys.argv[1]], mapping) - rest) / COUNT * 1e9)
