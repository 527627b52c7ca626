"""What every part of WebAssembly's binary format is made of: LEB128 integers, vectors, names, sections.

Format: WebAssembly Core Specification 2.0, chapter 5; component-model/design/mvp/Binary.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator


class LinkingError(ValueError):
    """The component holds what the linker does not know."""


def unsigned(value: int) -> bytes:
    """An unsigned LEB128 integer."""
    written = bytearray()
    while value > 0x7F:
        written.append(value & 0x7F | 0x80)
        value >>= 7
    written.append(value)
    return bytes(written)


def signed(value: int) -> bytes:
    """A signed LEB128 integer."""
    written = bytearray()
    while not -64 <= value < 64:
        written.append(value & 0x7F | 0x80)
        value >>= 7
    written.append(value & 0x7F)
    return bytes(written)


def vector(items: Iterable[bytes]) -> bytes:
    """The number of items, then the items."""
    written = list(items)
    return unsigned(len(written)) + b"".join(written)


def named(text: str) -> bytes:
    """A name."""
    return sized(text.encode())


def sized(content: bytes) -> bytes:
    """The length, then the content."""
    return unsigned(len(content)) + content


def section(number: int, content: bytes) -> bytes:
    """A section."""
    return bytes([number]) + sized(content)


class Cursor:
    """Reads `data` from `at` on."""

    def __init__(self, data: bytes, at: int = 0) -> None:
        self.data = data
        self.at = at

    @property
    def done(self) -> bool:
        """Whether nothing is left."""
        return self.at >= len(self.data)

    def byte(self) -> int:
        """The next byte."""
        self.at += 1
        return self.data[self.at - 1]

    def take(self, size: int) -> bytes:
        """The next `size` bytes."""
        self.at += size
        return self.data[self.at - size : self.at]

    def number(self) -> int:
        """The next unsigned integer."""
        value = shift = 0
        while (byte := self.byte()) > 0x7F:
            value |= (byte & 0x7F) << shift
            shift += 7
        return value | byte << shift

    def signed(self) -> int:
        """The next signed integer."""
        written = self.skip_number()
        value = sum((byte & 0x7F) << 7 * place for place, byte in enumerate(written))
        return value - (1 << 7 * len(written)) if written[-1] & 0x40 else value

    def skip_number(self) -> bytes:
        """The next integer of either kind, as it is written."""
        start = self.at
        while self.byte() > 0x7F:
            pass
        return self.data[start : self.at]

    def sized(self) -> bytes:
        """The next length, and as many bytes."""
        return self.take(self.number())

    def name(self) -> str:
        """The next name."""
        return self.sized().decode()

    def sections(self) -> Iterator[tuple[int, bytes]]:
        """Number and content of every section that is left."""
        while not self.done:
            number = self.byte()
            yield number, self.sized()
