"""A PNG made small: 4 bits a pixel, from a palette of 16 colours."""
import collections
import struct
import zlib

SIGNATURE = b"\x89PNG\r\n\x1a\n"


def chunks(png):
    assert png.startswith(SIGNATURE)
    at = len(SIGNATURE)
    while at < len(png):
        (length,) = struct.unpack_from(">I", png, at)
        yield png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        at += length + 12


def lines(png):
    """Its lines without their filters (PNG, 9.2), and the bytes of a pixel."""
    parts = list(chunks(png))
    width, height, depth, colour, _, _, interlace = struct.unpack(">IIBBBBB", parts[0][1])
    assert depth == 8 and interlace == 0 and colour in (2, 6)
    size = 3 if colour == 2 else 4
    data = zlib.decompress(b"".join(body for name, body in parts if name == b"IDAT"))
    stride, before = width * size, bytes(width * size)
    for y in range(height):
        kind, line = data[y * (stride + 1)], bytearray(data[y * (stride + 1) + 1 : (y + 1) * (stride + 1)])
        if kind == 1:
            for i in range(size, stride):
                line[i] = (line[i] + line[i - size]) & 255
        elif kind == 2:
            line = bytearray((a + b) & 255 for a, b in zip(line, before))
        elif kind == 3:
            for i in range(stride):
                line[i] = (line[i] + ((line[i - size] if i >= size else 0) + before[i]) // 2) & 255
        elif kind == 4:
            for i in range(stride):
                a, b, c = (line[i - size], before[i], before[i - size]) if i >= size else (0, before[i], 0)
                pa, pb, pc = abs(b - c), abs(a - c), abs(a + b - 2 * c)
                line[i] = (line[i] + (a if pa <= pb and pa <= pc else b if pb <= pc else c)) & 255
        before = bytes(line)
        yield [before[i : i + 3] for i in range(0, stride, size)]


def distance(one, other):
    return sum((a - b) ** 2 for a, b in zip(one, other))


def choose(counts, most):
    """The colours that there is most of, as far as they are not like one that was chosen: a thin red line stays red."""
    palette = [counts.most_common(1)[0][0]]
    off = {colour: distance(colour, palette[0]) for colour in counts}
    while len(palette) < min(most, len(counts)):
        palette.append(max(counts, key=lambda colour: counts[colour] ** 0.5 * off[colour]))
        off = {colour: min(far, distance(colour, palette[-1])) for colour, far in off.items()}
    return palette


def small(png):
    pixels = list(lines(png))
    counts = collections.Counter(pixel for line in pixels for pixel in line)
    palette = choose(counts, 16)
    index = {colour: min(range(len(palette)), key=lambda i: distance(palette[i], colour)) for colour in counts}

    def packed(line):
        """Two pixels a byte."""
        pairs = zip(line[::2], line[1::2] + [line[-1]] * (len(line) % 2))
        return b"\0" + bytes(index[left] << 4 | index[right] for left, right in pairs)

    def chunk(name, body):
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", len(pixels[0]), len(pixels), 4, 3, 0, 0, 0)
    data = zlib.compress(b"".join(packed(line) for line in pixels), 9)
    return (SIGNATURE + chunk(b"IHDR", header) + chunk(b"PLTE", b"".join(palette)) + chunk(b"IDAT", data)
            + chunk(b"IEND", b""))
