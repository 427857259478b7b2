"""Devicetrees that are damaged, odd or plain nonsense, and what a kernel may answer to each. All
are made from one sound tree, which has two CPUs and 128 MB of RAM at 0x40000000."""
import copy
import random
from dataclasses import dataclass

from flat_tree import (BEGIN, END, LAST, MAGIC, NOP, PROPERTY, Node, cells, padded, read, text, wide,
                       with_field, write)

RAM, RAM_END = 0x40000000, 0x48000000
KERNEL, TREE, ARCHIVE = RAM + 0x200000, 0x44100000, 0x45000000
LINE = "console=serial test=none poweroff=ready"
# Of the machine: accesses to the one abort, the other ignores writes and reads as zeroes or ones.
NOTHING, HOLE = 0x0B000000, 0x20000000
TREE_MAX = 0x200000  # what the kernel is ready to read

NO_TREE, DAMAGED = "boot: the loader passed no devicetree", "boot: the devicetree is damaged"
NO_MEMORY, ELSEWHERE = "names no usable memory", "where the devicetree names no memory"
NO_ARCHIVE, ARCHIVE_LOST = "the loader passed no boot archive", "the archive lies out of reach"
NO_CONTROLLER, NO_REGISTERS = "names no interrupt controller", "has no registers"
# What does not answer is an abort; before there is a pager that is how a panic explains it.
NOT_THERE, NO_GIC = "is the devicetree right?", "no GIC where the devicetree names one"


@dataclass
class Case:
    name: str
    blob: bytes
    # Numbers of CPUs that are ready, or texts of panics: one of them.
    expect: tuple
    address: int = TREE  # what the loader passes
    place: int = TREE    # where the tree is
    seen: int = TREE_MAX + 1  # bytes of it that are in memory
    said: str = ""       # what the console must say besides
    stays: bool = False  # without its command line a machine that is ready does not leave


class Corpus:
    def __init__(self, base, archive_bytes):
        self.sound = read(base)
        self.sound.remove("chosen")
        self.sound.add(Node("chosen", {
            "stdout-path": text("/pl011@9000000"), "bootargs": text(LINE),
            "linux,initrd-start": wide(ARCHIVE),
            "linux,initrd-end": wide(ARCHIVE + archive_bytes)}))
        self.blob = write(self.sound)
        self.archive_bytes = archive_bytes

    def changed(self, change, **options):
        """The sound tree after change(root)."""
        root = copy.deepcopy(self.sound)
        change(root)
        return write(root, **options)

    def set(self, path, properties):
        """The sound tree with properties of a node changed; None takes one away."""
        def change(root):
            node = root[path] if path else root
            both = node.properties | properties
            node.properties = {key: value for key, value in both.items() if value is not None}
        return self.changed(change)

    def without(self, name, path=""):
        return self.changed(lambda root: (root[path] if path else root).remove(name))

    def memory(self, *rows, **options):
        """Memory nodes of these (base, size) instead of the sound one."""
        def change(root):
            root.remove("memory")
            root.nodes[:0] = [Node(f"memory@{number}",
                                   {"device_type": text("memory"), "reg": wide(*row)})
                              for number, row in enumerate(rows)]
        return self.changed(change, **options)

    # --- What is no tree, or cannot be opened --------------------------------------------------

    def misplaced(self):
        for name, address in (("at 0", 0), ("below RAM, where devices are", 0x08000000),
                              ("above all that can be mapped", 0xF0000000),
                              ("at the last address", 0xFFFFFFFC), ("odd", TREE + 1),
                              ("four bytes off", TREE + 4), ("eight bytes off", TREE + 8),
                              ("in memory that is zero", 0x47000000),
                              ("where the archive is", ARCHIVE), ("where the kernel is", KERNEL),
                              ("just below the end of the address space", 0x7FDFFFF8)):
            yield Case(f"tree {name}", self.blob, (NO_TREE,), address=address)
        beyond = (RAM_END + 0x10000000) & ~0xFFF
        yield Case("tree beyond the end of RAM", self.blob, (NOT_THERE,), address=beyond)
        for name, tree, answer in (("unused part", self.blob, 2), ("middle", self.memory(
                (RAM, RAM_END - RAM), reserved=[(1 << 40, 4096)] * 8192), NOT_THERE)):
            at = RAM_END - 0x10000
            yield Case(f"tree with RAM's end in its {name}", with_field(tree, "totalsize", 0x100000),
                       (answer,), address=at, place=at, seen=0x10000)

    def headers(self):
        size = len(self.blob)
        for field, value, answer in (
                ("magic", 0, NO_TREE), ("magic", int.from_bytes(cells(MAGIC), "little"), NO_TREE),
                ("magic", MAGIC ^ 1, NO_TREE), ("totalsize", 0, NO_TREE), ("totalsize", 8, DAMAGED),
                ("totalsize", 40, DAMAGED), ("totalsize", size - 1, DAMAGED),
                ("totalsize", TREE_MAX + 1, NO_TREE), ("totalsize", 0xFFFFFFFF, NO_TREE),
                ("version", 0, DAMAGED), ("version", 3, DAMAGED), ("version", 16, DAMAGED),
                ("last_comp_version", 18, DAMAGED), ("last_comp_version", 0xFFFFFFFF, DAMAGED),
                ("off_dt_struct", 0, DAMAGED), ("off_dt_struct", 0xFFFFFFF8, DAMAGED),
                ("off_dt_struct", 0x3A, DAMAGED), ("off_dt_strings", 0xFFFFFFF8, DAMAGED),
                ("off_dt_strings", size, DAMAGED), ("off_mem_rsvmap", 0xFFFFFFF8, DAMAGED),
                ("off_mem_rsvmap", 4, DAMAGED), ("size_dt_struct", 0xFFFFFFFF, DAMAGED),
                ("size_dt_struct", 8, DAMAGED), ("size_dt_strings", 0xFFFFFFFF, DAMAGED),
                ("size_dt_strings", 4, DAMAGED)):
            yield Case(f"{field} {value:#x}", with_field(self.blob, field, value), (answer,))
        mixed = with_field(self.blob, "off_dt_strings", 56)
        yield Case("names that are the structure", mixed, (DAMAGED, NO_MEMORY))
        later = with_field(with_field(self.blob, "version", 99), "boot_cpuid_phys", 77)
        yield Case("a later version that is compatible", later, (2,))

    def truncations(self):
        structure, names = 40 + 16, self.blob.index(b"interrupt-parent\0")
        node = self.blob.index(b"memory@")
        value = self.blob.index(text(LINE))
        for name, cut in (("magic", 4), ("header", 20), ("reservations", 48),
                          ("the first tag", structure), ("a node's name", node + 3),
                          ("a property's head", value - 6), ("a value", value + 5),
                          ("the end of the structure", names - 4), ("the names", names + 7),
                          ("the last byte", len(self.blob) - 1)):
            answer = {4: NO_TREE, names + 7: NO_MEMORY, len(self.blob) - 1: 2}.get(cut, DAMAGED)
            yield Case(f"cut in {name}", self.blob[:cut], (answer,))
            if cut >= 40:
                told = with_field(self.blob, "totalsize", cut)[:cut]
                yield Case(f"cut in {name}, the size as well", told, (DAMAGED,))

    def structures(self):
        root = cells(BEGIN, 0)
        begin = cells(BEGIN) + padded(text("a"))
        prop = cells(PROPERTY, 4, 0, 1)
        for name, structure in (
                ("nothing", b""), ("only the last tag", cells(LAST)),
                ("no last tag", root + cells(END)),
                ("a node left open", root + begin + cells(END, LAST)),
                ("an end too many", root + cells(END, END, LAST)),
                ("an unknown tag", root + cells(0x55) + cells(END, LAST)),
                ("a property before the root", prop + root + cells(END, LAST)),
                ("a property of 4 GB", root + cells(PROPERTY, 0xFFFFFFFF, 0, END, LAST)),
                ("a property of 2 GB", root + cells(PROPERTY, 0x7FFFFFFC, 0, END, LAST)),
                ("a property's name nowhere", root + cells(PROPERTY, 0, 0xFFFFFFF0, END, LAST)),
                ("a name without an end", root + cells(BEGIN) + b"a" * 4096),
                ("begins only", cells(BEGIN, 0) * 60000),
                ("two roots", (root + cells(END)) * 2 + cells(LAST))):
            yield Case(f"structure: {name}", write((structure, text("p"))), (DAMAGED, NO_MEMORY))
        deep = root + begin * 40000 + cells(END) * 40001 + cells(LAST)
        yield Case("structure: 40000 levels deep", write((deep, b"")), (NO_MEMORY, DAMAGED))
        yield Case("structure: an empty root", write(Node()), (NO_MEMORY,))
        sound = self.blob[56:self.blob.index(b"interrupt-parent\0")]
        names = self.blob[self.blob.index(b"interrupt-parent\0"):]
        for where, at, answer in (("before the root", 0, NO_MEMORY), ("in the root", 8, 2)):
            yield Case(f"structure: a hundred thousand tags of nothing {where}",
                       write((sound[:at] + cells(NOP) * 100000 + sound[at:], names)), (answer,))
        yield Case("names without an end", write((sound, names + b"xyz")), (2,))

    def noise(self):
        """Bytes changed at random: fuzzed on the host, here for what comes after."""
        draw = random.Random(5)
        for number in range(12):
            blob = bytearray(self.blob)
            for _ in range(1 << number % 6):
                blob[draw.randrange(40, len(blob))] = draw.randrange(256)
            yield Case(f"noise {number}", bytes(blob), (1, 2, "boot:", "devicetree"), stays=True)

    # --- What opens and says odd things --------------------------------------------------------

    def memories(self):
        whole = (RAM, RAM_END - RAM)
        yield Case("no memory node", self.without("memory"), (NO_MEMORY,))
        for name, change, answer in (
                ("disabled", {"status": text("disabled")}, NO_MEMORY),
                ("without reg", {"reg": None}, NO_MEMORY),
                ("with an empty reg", {"reg": b""}, NO_MEMORY),
                ("with three bytes of reg", {"reg": b"\0\1\2"}, NO_MEMORY),
                ("with half an entry", {"reg": wide(RAM)}, NO_MEMORY),
                ("with an entry and a half", {"reg": wide(*whole, RAM)}, 2),
                ("of no kind", {"device_type": None}, NO_MEMORY),
                ("of a kind without an end", {"device_type": b"memory"}, NO_MEMORY)):
            yield Case(f"memory {name}", self.set("memory", change), (answer,))
        for name, cell in (("0", 0), ("5", 5), ("0xffffffff", 0xFFFFFFFF), ("1", 1)):
            for which in ("#address-cells", "#size-cells"):
                yield Case(f"root: {which} {name}", self.set("", {which: cells(cell)}),
                           (NO_MEMORY, ELSEWHERE, NO_REGISTERS))
        for name, rows, answer in (
                ("of no size", [(RAM, 0)], NO_MEMORY), ("elsewhere", [(0, RAM)], NO_MEMORY),
                ("above 4 GB", [(1 << 32, 1 << 32)], NO_MEMORY),
                ("that is not the kernel's", [(ARCHIVE, RAM_END - ARCHIVE)], ELSEWHERE),
                ("less than a section", [(KERNEL + 1, 0xFFFFE)], NO_MEMORY),
                ("of kernel and tree only", [(RAM, ARCHIVE - RAM)], ARCHIVE_LOST),
                ("with the archive's end cut off", [(RAM, ARCHIVE + 0x100000 - RAM)], ARCHIVE_LOST),
                ("that overlaps", [whole, (RAM + 0x1000000, 0x2000000), whole], 2),
                ("in pieces that touch", [(RAM + i * 0x1000000, 0x1000000) for i in range(8)], 2),
                ("at odd addresses", [(RAM + 1, RAM_END - RAM - 2)], 2),
                ("that wraps", [whole, ((1 << 64) - 0x1000, 0x2000)], 2),
                ("from 0 to the end", [(0, (1 << 64) - 1)], NOT_THERE),
                ("a hundred times", [whole] * 100, 2),
                ("in a hundred pieces", [whole, *((0x50000000 + i * 0x1000000, 0x100000)
                                                  for i in range(100))], NOT_THERE),
                ("beyond what there is", [(RAM, 0x30000000)], NOT_THERE)):
            yield Case(f"memory {name}", self.memory(*rows), (answer,))
        full = self.memory(whole, reserved=[whole])
        yield Case("reserved: all", full, (NO_MEMORY,))
        yield Case("reserved: all there can be", self.memory(whole, reserved=[(0, (1 << 64) - 1)]),
                   (NO_MEMORY,))
        yield Case("reserved: the kernel itself",
                   self.memory(whole, reserved=[(KERNEL, 0x100000)]), (2,))
        rows = [(RAM + 0x1000000 + i * 0x2000, 0x1000) for i in range(1000)]
        yield Case("reserved: a thousand pages", self.memory(whole, reserved=rows), (2,))
        yield Case("reserved: a hundred thousand pages that are not RAM",
                   self.memory(whole, reserved=[(1 << 40, 4096)] * 100000), (2,))
        odd = Node("reserved-memory", {"#address-cells": cells(9), "#size-cells": b"\1"})
        odd.add(Node("a", {"reg": wide(*whole)}), Node("b", {"reg": b"\0" * 7}))
        yield Case("reserved-memory of odd cells", self.changed(lambda root: root.add(odd)), (2,))

    def cpus(self):
        def these(*names):
            def change(root):
                root["cpus"].nodes = [Node(f"cpu@{i:x}", {"device_type": text("cpu"), "reg": name})
                                      for i, name in enumerate(names)]
            return self.changed(change)

        yield Case("no cpus", self.without("cpus"), (1,))
        for name, blob, answer in (
                ("none", these(), 1), ("without a name", these(cells(0), b""), 1),
                ("of one byte", these(cells(0), b"\1"), 1),
                ("twice the boot CPU", these(cells(0), cells(0)), 1),
                ("each three times", these(*[cells(i) for i in (0, 1) * 3]), 2),
                ("a thousand", these(*[cells(i) for i in range(1000)]), 2),
                ("a thousand times the other", these(*[cells(1)] * 1000), 2),
                ("that are not there", these(cells(0), cells(0x7F00), cells(0xFFFFFFFF),
                                             cells(0x80000001), cells(0xFFFFFF)), 1),
                ("without the boot CPU", these(cells(1)), 2)):
            yield Case(f"cpus: {name}", blob, (answer,))
        for count in (0, 2, 7):
            yield Case(f"cpus: {count} cells a name",
                       self.set("cpus", {"#address-cells": cells(count)}), (1,))

    def chosens(self):
        def initrd(start, end):
            return self.set("chosen", {"linux,initrd-start": start, "linux,initrd-end": end})

        end = ARCHIVE + self.archive_bytes
        yield Case("no chosen", self.without("chosen"), (NO_ARCHIVE,))
        for name, blob, answer in (
                ("without a start", initrd(None, wide(end)), NO_ARCHIVE),
                ("without an end", initrd(wide(ARCHIVE), None), NO_ARCHIVE),
                ("that ends before it starts", initrd(wide(end), wide(ARCHIVE)), NO_ARCHIVE),
                ("of no bytes", initrd(wide(ARCHIVE), wide(ARCHIVE)), NO_ARCHIVE),
                ("of three cells", initrd(cells(0, 0, ARCHIVE), wide(end)), NO_ARCHIVE),
                ("of single cells", initrd(cells(ARCHIVE), cells(end)), 2),
                ("outside of RAM", initrd(wide(0x10000000), wide(0x10100000)), ARCHIVE_LOST),
                ("beyond 4 GB", initrd(wide(ARCHIVE | 1 << 40), wide(end | 1 << 40)), ARCHIVE_LOST),
                ("up to the last address", initrd(wide(ARCHIVE), b"\xff" * 8), "boot:"),
                ("beyond RAM's end", initrd(wide(ARCHIVE), wide(RAM_END + 0x1000)), ARCHIVE_LOST),
                ("that is all of RAM", initrd(wide(RAM), wide(RAM_END)), NO_MEMORY),
                ("that is zeroes", initrd(wide(0x46000000), wide(0x46100000)), "archive"),
                ("that is the kernel", initrd(wide(KERNEL), wide(KERNEL + 0x100000)), "archive"),
                ("that is the tree", initrd(wide(TREE), wide(TREE + 0x1000)), "archive"),
                ("at an odd address", initrd(wide(ARCHIVE + 1), wide(end)), "archive"),
                ("cut to a byte", initrd(wide(ARCHIVE), wide(ARCHIVE + 1)), "archive"),
                ("cut in the middle", initrd(wide(ARCHIVE), wide(ARCHIVE + 0x1000)), "archive")):
            yield Case(f"archive {name}", blob, (answer,))
        for name, line in (("absent", None), ("empty", b""), ("without an end", LINE.encode()),
                           ("of no text", b"\xff\xfe\x80\0")):
            yield Case(f"bootargs {name}", self.set("chosen", {"bootargs": line}), (2,), stays=True)
        for size in (512, 100000):
            line = text(f"{LINE} ".ljust(size, "x"))
            yield Case(f"bootargs of {size} bytes", self.set("chosen", {"bootargs": line}), (2,),
                       said="the command line is too long")
        yield Case("bootargs with an end in the middle",
                   self.set("chosen", {"bootargs": text(LINE, "panic=test")}), (2,))

    def interrupt_controllers(self):
        name = "intc"
        yield Case("no interrupt controller", self.without(name), (NO_CONTROLLER,))
        for said, change, answer in (
                ("disabled", {"status": text("disabled")}, NO_CONTROLLER),
                ("unknown", {"compatible": text("acme,gic")}, NO_CONTROLLER),
                ("of a name without an end", {"compatible": b"arm,cortex-a15-gic"}, 2),
                ("without registers", {"reg": None}, NO_REGISTERS),
                ("with one block", {"reg": wide(0x08000000, 0x10000)}, NO_REGISTERS),
                ("with blocks of no size", {"reg": wide(0x08000000, 0, 0x08010000, 0)},
                 NO_REGISTERS),
                ("with blocks of 1 GB", {"reg": wide(0x08000000, 1 << 30, 0x08010000, 1 << 30)},
                 NO_REGISTERS),
                ("with blocks of 4 GB", {"reg": wide(0x08000000, 1 << 32, 0x08010000, 1 << 32)},
                 NO_REGISTERS),
                ("above 4 GB", {"reg": wide(1 << 40, 0x10000, 0x08010000, 0x10000)}, NO_REGISTERS),
                ("where nothing is", {"reg": wide(NOTHING, 0x10000, NOTHING + 0x10000, 0x10000)},
                 NOT_THERE),
                ("half where nothing is", {"reg": wide(0x08000000, 0x10000, NOTHING, 0x10000)},
                 NOT_THERE),
                ("in a hole of the bus", {"reg": wide(HOLE, 0x10000, HOLE, 0x10000)}, NO_GIC),
                ("off by two", {"reg": wide(0x08000002, 0x10000, 0x08010002, 0x10000)},
                 NO_REGISTERS),
                ("up to the last address", {"reg": wide(0xFFFFF000, 0x10000, 0x08010000, 0x10000)},
                 NO_REGISTERS),
                ("in RAM", {"reg": wide(0x46000000, 0x10000, 0x46010000, 0x10000)}, NO_GIC)):
            yield Case(f"interrupt controller {said}", self.set(name, change), (answer,))

        def below(properties):
            """The controller below a bus of these ranges."""
            def change(root):
                bus = Node("bus", {"#address-cells": cells(2), "#size-cells": cells(2)} | properties)
                controller = root[name]
                root.remove(name)
                root.add(bus.add(controller))
            return self.changed(change)

        for said, blob, answer in (
                ("as they are", below({"ranges": b""}), 2), ("missing", below({}), NO_REGISTERS),
                ("of one byte", below({"ranges": b"\0"}), 2),
                ("of nothing that fits", below({"ranges": wide(0, 0, 0x1000)}), NO_REGISTERS),
                ("that lead above 4 GB", below({"ranges": wide(0, 1 << 50, 1 << 32)}),
                 NO_REGISTERS),
                ("that wrap", below({"ranges": wide(0, (1 << 64) - 0x1000, 1 << 63)}), NO_GIC),
                ("that lead nowhere", below({"ranges": wide(0, NOTHING - 0x08000000, 1 << 32)}),
                 NOT_THERE)):
            yield Case(f"bus with ranges {said}", blob, (answer,))

        def buried(depth):
            def change(root):
                node = root[name]
                root.remove(name)
                for number in range(depth):
                    node = Node(f"bus{number}", {"#address-cells": cells(2), "#size-cells": cells(2),
                                                 "ranges": b""}).add(node)
                root.add(node)
            return self.changed(change)

        yield Case("interrupt controller below ten buses", buried(10), (2,))
        yield Case("interrupt controller below two hundred buses", buried(200), (NO_REGISTERS,))
        circle = self.set(name, {"interrupt-parent": cells(0x8005)})
        yield Case("interrupt parents in a circle", circle, (2,))
        yield Case("handles all the same", self.changed(
            lambda root: [node.properties.update(phandle=cells(1)) for node in root.nodes]), (2,))

    def devices(self):
        uart = "pl011"
        for said, path in (("nowhere", "/nothing"), ("an alias that is not there", "serial0"),
                           ("empty", ""), ("the root", "/"), ("no console", "/timer"),
                           ("with options", "/pl011@9000000:115200n8"), ("very long", "/a" * 5000)):
            yield Case(f"stdout-path {said}", self.set("chosen", {"stdout-path": text(path)}), (2,))
        yield Case("stdout-path without an end",
                   self.set("chosen", {"stdout-path": b"/pl011@9000000"}), (2,))
        for said, reg, answer in (
                ("no registers", b"", 2),
                ("registers where nothing is", wide(NOTHING, 0x1000), NOT_THERE),
                ("registers in a hole of the bus", wide(HOLE, 0x1000), 2),
                ("registers above 4 GB", wide(1 << 40, 0x1000), 2),
                ("registers in RAM", wide(0x46000000, 0x1000), 2),
                ("another chip's registers", wide(0x09010000, 0x1000), 2),
                ("registers off by one", wide(0x09000001, 0x1000), 2)):
            yield Case(f"console with {said}", self.set(uart, {"reg": reg}), (answer,))
        yield Case("no console", self.without(uart), (2,))
        yield Case("no timer", self.without("timer"), (2,))
        for said, change in (("without interrupts", {"interrupts": None}),
                             ("with too few interrupts", {"interrupts": cells(1, 13)}),
                             ("with a line there is not", {"interrupts": cells(0, 0xFFFFFFFF, 4) * 4}),
                             ("with another's line", {"interrupts": cells(0, 8, 4) * 4}),
                             ("of 0 Hz", {"clock-frequency": cells(0)}),
                             ("of 4 GHz", {"clock-frequency": cells(0xFFFFFFFF)}),
                             ("of half a frequency", {"clock-frequency": b"\0\1"})):
            yield Case(f"timer {said}", self.set("timer", change), (2,))
        yield Case("no psci", self.without("psci"), (1,))
        for said, change, answer in (
                ("without a method", {"method": None}, 1),
                ("of an unknown method", {"method": text("abc")}, 1),
                ("of a version without numbers",
                 {"compatible": text("arm,psci"), "cpu_on": None}, 1),
                ("of a version with odd numbers",
                 {"compatible": text("arm,psci"), "cpu_on": cells(1)}, 1),
                ("of the wrong method", {"method": text("smc")}, "undefined instruction")):
            yield Case(f"psci {said}", self.set("psci", change), (answer,))

    def all(self):
        yield Case("the sound tree", self.blob, (2,))
        for group in (self.misplaced, self.headers, self.truncations, self.structures, self.noise,
                      self.memories, self.cpus, self.chosens, self.interrupt_controllers,
                      self.devices):
            yield from group()
