# SPDX-License-Identifier: Apache-2.0
"""The clocks of another program, moved while it runs; statically linked Go programs too, which no preloaded library
reaches. All of them ask the kernel's vDSO, a page of code in their own memory: a program of ours that is stopped at its
start gets another one written over it, which adds to what the kernel says. Linux on x86-64 alone."""

import ctypes
import os
import platform
import struct

_libc = ctypes.CDLL(None, use_errno=True)
PTRACE_TRACEME, PTRACE_DETACH = 0, 17
REALTIME, MONOTONIC = 0, 1

# clock_gettime(edi: the clock, rsi: struct timespec *)
CODE = bytes.fromhex(
    "b8 e4 00 00 00"        # mov eax, 228
    "0f 05"                 # syscall
    "83 ff 01"              # cmp edi, MONOTONIC
    "77 10"                 # ja the end
    "89 f9"                 # mov ecx, edi
    "48 8d 15 0b 00 00 00"  # lea rdx, [the table]
    "48 8b 0c ca"           # mov rcx, [rdx + rcx * 8]
    "48 01 0e"              # add [rsi], rcx
    "c3"                    # ret
    "90 90 90")             # up to the table: a number of seconds for each of the two clocks
TABLE = len(CODE)


def missing():
    """What keeps clocks from being moved, as a sentence; None if nothing does."""
    return None if platform.machine() == "x86_64" else f"clocks can not be moved on {platform.machine()}"


def be_stopped():
    """In a child before its exec: its new program stops before its first instruction, until its Clock is there."""
    if _libc.ptrace(PTRACE_TRACEME, 0, None, None):
        os._exit(126)


def _page(pid):
    """Where a process has its vDSO."""
    with open(f"/proc/{pid}/maps", encoding="ascii") as maps:
        return next(int(line.split("-")[0], 16) for line in maps if line.endswith("[vdso]\n"))


def _function():
    """Where clock_gettime is in the vDSO. Every process has the same one."""
    own = ctypes.CDLL("linux-vdso.so.1", mode=os.RTLD_NOLOAD)
    return ctypes.cast(own.__vdso_clock_gettime, ctypes.c_void_p).value - _page("self")


class Clock:
    """Of a child that was told to be_stopped(), which goes on then."""

    def __init__(self, pid, ahead, passed):
        os.waitpid(pid, 0)
        self._memory = open(f"/proc/{pid}/mem", "r+b", buffering=0)
        self._code = _page(pid) + _function()
        self._write(0, CODE)
        self.set(ahead, passed)
        if _libc.ptrace(PTRACE_DETACH, pid, None, None):
            raise OSError(ctypes.get_errno(), "ptrace")

    def _write(self, where, data):
        self._memory.seek(self._code + where)
        self._memory.write(data)

    def set(self, ahead, passed):
        """So many seconds ahead is its time of day, and so many more have passed, as it sees it."""
        self._write(TABLE, struct.pack("qq", ahead, passed))

    def close(self):
        self._memory.close()
