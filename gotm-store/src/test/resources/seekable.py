"""Reads the seek table of zstd files, from the description of the format alone.

seekable.py check FILE...   the table names every frame, where it begins and what it unpacks to
seekable.py frames FILE     each frame alone, from the last to the first, unpacks to its part of the whole
"""

import struct
import subprocess
import sys


def table(data):
    """Offset, length and unpacked length of each frame, by the table at the end."""
    frames, descriptor, magic = struct.unpack("<IBI", data[-9:])
    assert magic == 0x8F92EAB1, "no table: %08x" % magic
    assert descriptor & 0x7C == 0, "reserved bits"
    entry = 12 if descriptor & 0x80 else 8
    length = 8 + frames * entry + 9
    begin = len(data) - length
    magic, rest = struct.unpack("<II", data[begin : begin + 8])
    assert magic == 0x184D2A5E and rest == length - 8, "no skippable frame"
    entries, offset = [], 0
    for i in range(frames):
        packed, plain = struct.unpack_from("<II", data, begin + 8 + i * entry)
        entries.append((offset, packed, plain))
        offset += packed
    assert offset == begin, "frames end at %d, the table begins at %d" % (offset, begin)
    return entries


def content_size(frame):
    """What the header of a frame says."""
    descriptor = frame[4]
    at = 5 if descriptor & 0x20 else 6
    assert descriptor & 3 == 0, "a dictionary"
    kind = descriptor >> 6
    if kind == 0:
        return frame[at] if descriptor & 0x20 else None
    form, more = {1: ("<H", 256), 2: ("<I", 0), 3: ("<Q", 0)}[kind]
    return struct.unpack_from(form, frame, at)[0] + more


def check(name):
    data = open(name, "rb").read()
    for offset, length, plain in table(data):
        assert data[offset : offset + 4] == b"\x28\xb5\x2f\xfd", "%s: no frame at %d" % (name, offset)
        size = content_size(data[offset : offset + length])
        assert size in (None, plain), "%s: %s, not %d bytes at %d" % (name, size, plain, offset)


def unpack(data):
    return subprocess.run(["zstd", "-dc"], input=data, stdout=subprocess.PIPE, check=True).stdout


def frames(name):
    data = open(name, "rb").read()
    whole = unpack(data)
    end = len(whole)
    for offset, length, plain in reversed(table(data)):
        assert unpack(data[offset : offset + length]) == whole[end - plain : end], "frame at %d" % offset
        end -= plain
    assert end == 0
    print(len(table(data)))


if sys.argv[1] == "check":
    for argument in sys.argv[2:]:
        check(argument)
else:
    frames(sys.argv[2])
