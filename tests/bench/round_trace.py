"""The instructions of one round, with the functions and source lines they come from."""
import bisect
import re
from collections import Counter

from machine import BenchError

ROUND = 200


def numbers(lines):
    """{benchmark: id} as the guest says."""
    rows = [line.split() for line in lines if line.startswith("bench ")]
    return {words[2]: int(words[1]) for words in rows}


class Names:
    """Where the addresses of an image belong: symbol, and innermost inlined function with its line."""

    def __init__(self, image, name, addresses):
        self.symbols = image.symbols(name)
        self.starts = [address for address, _ in self.symbols]
        text = image.tool("addr2line", "-a", "-f", "-i", "-e", image.elf(name),
                          text="".join(f"{address:#x}\n" for address in addresses))
        self.places = {}
        for part in re.split(r"^0x", text, flags=re.MULTILINE)[1:]:
            address, function, place = part.splitlines()[:3]
            self.places[int(address, 16)] = function, re.sub(r" \(discriminator \d+\)", "", place)

    def symbol(self, address):
        index = bisect.bisect_right(self.starts, address) - 1
        if index < 0:
            return f"{address:#x}"
        start, name = self.symbols[index]
        return f"{name}+{address - start:#x}"

    def place(self, address):
        function, place = self.places[address]
        return ("", "") if function == "??" else (function, place.removeprefix("./"))


def traced(image, plugin, name):
    """(address, text) of every instruction of one round."""
    known = numbers(image.boot("bench=count rounds=1"))
    if name not in known:
        raise BenchError(f"no benchmark is named {name}; there are {' '.join(known)}")
    records, _ = image.boot_counted(f"bench=count rounds={ROUND * 2} only={name}", plugin,
                                    trace=known[name], round=ROUND)
    return [(int(record[1], 16), record[2]) for record in records if record[0] == "T"]


def table(title, counter):
    yield f"\n{title}"
    for name, count in counter.most_common():
        yield f"{count:7}  {name}"


def trace(image, plugin, name):
    """Lines to print: the round, then how many instructions belong to which function."""
    steps = traced(image, plugin, name)
    kernel_start = image.kernel_base()
    parts = {"skerry": [a for a, _ in steps if a >= kernel_start],
             "kbench": [a for a, _ in steps if a < kernel_start]}
    names = {part: Names(image, part, sorted(set(addresses)))
             for part, addresses in parts.items()}
    functions, inlined = Counter(), Counter()
    for number, (address, text) in enumerate(steps, 1):
        part = "skerry" if address >= kernel_start else "kbench"
        symbol = names[part].symbol(address)
        function, place = names[part].place(address)
        mode = "kernel" if part == "skerry" else "user"
        functions[f"{mode:6} {symbol.split('+')[0]}"] += 1
        inlined[f"{mode:6} {symbol.split('+')[0]} < {function or '(assembly)'}"] += 1
        yield f"{number:5} {mode[0]} {address:08x} {symbol:34} {text:42} {place} {function}"
    yield f"\n{len(steps)} instructions: {len(parts['kbench'])} user, {len(parts['skerry'])} kernel"
    yield from table("by function", functions)
    yield from table("by function < inlined function", inlined)
