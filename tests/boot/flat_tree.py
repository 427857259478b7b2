"""Devicetree blobs, read and written (Devicetree Specification 0.4, 5). What is written need not be
right: values are bytes, and nothing is checked."""
import struct

MAGIC, VERSION, COMPATIBLE = 0xd00dfeed, 17, 16
BEGIN, END, PROPERTY, NOP, LAST = 1, 2, 3, 4, 9
FIELDS = ("magic", "totalsize", "off_dt_struct", "off_dt_strings", "off_mem_rsvmap", "version",
          "last_comp_version", "boot_cpuid_phys", "size_dt_strings", "size_dt_struct")


def cells(*values):
    return struct.pack(f">{len(values)}I", *values)


def wide(*values):
    """Numbers of two cells each."""
    return struct.pack(f">{len(values)}Q", *values)


def text(*words):
    return b"".join(word.encode() + b"\0" for word in words)


def padded(data, unit=4):
    return data + b"\0" * (-len(data) % unit)


class Node:
    def __init__(self, name="", properties=()):
        self.name, self.nodes, self.properties = name, [], dict(properties)

    def add(self, *nodes):
        self.nodes += nodes
        return self

    def __getitem__(self, path):
        """The node at a path, a unit's address left out."""
        node = self
        for part in path.split("/"):
            node = next(child for child in node.nodes
                        if part in (child.name, child.name.split("@")[0]))
        return node

    def remove(self, name):
        self.nodes = [node for node in self.nodes if node.name.split("@")[0] != name]

    def structure(self, strings):
        data = cells(BEGIN) + padded(text(self.name))
        for name, value in self.properties.items():
            data += cells(PROPERTY, len(value), strings.place(name)) + padded(value)
        return data + b"".join(node.structure(strings) for node in self.nodes) + cells(END)


class Strings:
    def __init__(self):
        self.data, self.places = b"", {}

    def place(self, name):
        if name not in self.places:
            self.places[name] = len(self.data)
            self.data += text(name)
        return self.places[name]


def write(root, reserved=()):
    """The blob of a tree, given as its root or as (structure, strings)."""
    if isinstance(root, Node):
        strings = Strings()
        structure, names = root.structure(strings) + cells(LAST), strings.data
    else:
        structure, names = root
    rows = b"".join(wide(*row) for row in [*reserved, (0, 0)])
    at = 40 + len(rows)
    head = cells(MAGIC, at + len(structure) + len(names), at, at + len(structure), 40, VERSION,
                 COMPATIBLE, 0, len(names), len(structure))
    return head + rows + structure + names


def field(blob, name):
    return struct.unpack_from(">I", blob, 4 * FIELDS.index(name))[0]


def with_field(blob, name, value):
    at = 4 * FIELDS.index(name)
    return blob[:at] + cells(value) + blob[at + 4:]


def read(blob):
    """The root of a sound blob."""
    at, names = field(blob, "off_dt_struct"), field(blob, "off_dt_strings")
    top = Node()
    path = [top]
    while True:
        tag, at = struct.unpack_from(">I", blob, at)[0], at + 4
        if tag == BEGIN:
            name = blob[at:blob.index(b"\0", at)]
            at += len(padded(name + b"\0"))
            path[-1].nodes.append(Node(name.decode()))
            path.append(path[-1].nodes[-1])
        elif tag == END:
            path.pop()
        elif tag == PROPERTY:
            size, place = struct.unpack_from(">II", blob, at)
            start = names + place
            path[-1].properties[blob[start:blob.index(b"\0", start)].decode()] = \
                blob[at + 8:at + 8 + size]
            at += 8 + len(padded(b"\0" * size))
        elif tag == LAST:
            return top.nodes[0]
