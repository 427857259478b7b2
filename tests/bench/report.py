"""From what the guest and the plugin said to figures, and from figures to the two tables."""
import os
from collections import defaultdict
from dataclasses import dataclass
from statistics import median

from machine import BenchError

ROUNDS_MIN = 1000
COLUMNS = ("name", "unit", "value", "peer", "ratio")


@dataclass
class Figure:
    name: str
    unit: str
    value: float
    user: float = None  # of the instructions, those in user mode


# name: (whether the count ends with the first user instruction after the kernel instead of at the
# end mark, target in instructions for the SMP kernel on i386 or None, what one operation is)
ROWS = {
    "kcall.null": (False, 80, "sys_null(), library stub to its return"),
    "kcall.trap": (False, None, "the same by the trap stub alone"),
    "ipc.call.same": (False, None, "call and answer, one space"),
    "ipc.call.cross": (False, 325, "call and answer, two spaces"),
    "ipc.send": (False, None, "send to a waiting thread of the same priority, which runs later"),
    "ipc.notify": (True, 160, "notify a waiting thread of higher priority, to its first instruction"),
    "switch.same": (False, None, "yield to another thread of the space, stub to stub"),
    "switch.cross": (False, None, "yield to a thread of another space"),
    "fault.map": (False, 700, "store to a missing page, pager maps it, store done"),
    "safecopy.64": (False, None, "64 bytes out of a grant"),
    "safecopy.4k": (False, None, "4 KB"),
    "safecopy.64k": (False, None, "64 KB"),
}
# Where other instructions do the same, other targets or none.
TARGETS = {"arm": {"kcall.null": 75, "ipc.call.cross": 260, "ipc.notify": None}}


def counted(records, lines, rows, rounds_min):
    """Figures of a boot under the plugin. Where the guest gave an ID several names, one after another,
    it made as many rounds of each."""
    names, by_id, rounds = defaultdict(list), defaultdict(list), defaultdict(list)
    for words in map(str.split, lines):
        if words[:1] == ["bench"]:
            names[words[1]].append(words[2])
    for record in records:
        if record[0] == "B":
            yield Figure("boot.kernel", "instructions", int(record[1]))
        elif record[0] == "R":
            by_id[record[1]].append([int(word) for word in record[2].split()])
    for number, said in names.items():
        share = len(by_id[number]) // len(said)
        for place, name in enumerate(said):
            rounds[name] = by_id[number][place * share:(place + 1) * share]
    for name, (to_first, _, _) in rows.items():
        if len(rounds[name]) < rounds_min:
            raise BenchError(f"{name}: {len(rounds[name])} rounds were counted")
        users = [round[2 if to_first else 0] for round in rounds[name]]
        kernels = [round[1] for round in rounds[name]]
        yield Figure(name, "instructions", median(map(sum, zip(users, kernels))), median(users))


def timed(lines, rows):
    """Figures of a boot without the plugin."""
    batches = defaultdict(list)
    for words in map(str.split, lines):
        if words[:1] == ["batch"]:
            batches[words[1]].append(int(words[3]) / int(words[2]))
    for name in rows:
        if not batches[name]:
            raise BenchError(f"{name} was not timed")
        yield Figure(name, "ns", median(batches[name]))


def read_peers(path):
    """{(name, unit): [(value, system, what)]}; none where nobody was measured."""
    peers = defaultdict(list)
    if not os.path.exists(path):
        return peers
    with open(path) as file:
        for line in file:
            if line.strip() and not line.startswith("#"):
                name, unit, value, system, what = line.rstrip("\n").split("\t")
                peers[name, unit].append((float(value), system, what))
    return peers


def number(value):
    return f"{value:.1f}".removesuffix(".0")


def row(name, figure, peers):
    peer, ratio = "-", "-"
    if rows := peers.get((figure.name, figure.unit)):
        peer, ratio = number(rows[0][0]), f"{figure.value / rows[0][0]:.3f}"
    value = f"{figure.value:.2f}" if figure.unit in ("x", "%") else number(figure.value)
    return name, figure.unit, value, peer, ratio


def write(path, kernels, peers, others):
    """bench.tsv; the names of kernels but the first have the kernel's name in front."""
    with open(path, "w") as file:
        print(*COLUMNS, sep="\t", file=file)
        for kernel, figures in kernels.items():
            prefix = "" if kernel == "smp" else f"{kernel}."
            for figure in figures:
                print(*row(prefix + figure.name, figure, peers), sep="\t", file=file)
        for figure in others:
            print(*row(figure.name, figure, peers), sep="\t", file=file)


def verdict(target, value):
    if target is None:
        return ""
    return f"<= {target} " + ("met" if value <= target else f"MISSED by {number(value - target)}")


def lines(kernels, arch):
    """The readable table."""
    tables = {kernel: {(f.name, f.unit): f for f in figures} for kernel, figures in kernels.items()}
    smp, up = tables["smp"], tables["up"]
    yield (f"{'':15}{'SMP kernel':>12}{'of it':>7}{'':>9} |{'UP kernel':>12}{'':>9} |\n"
           f"{'-smp 1':15}{'instr':>12}{'user':>7}{'ns':>9} |{'instr':>12}{'ns':>9} | target")
    for name, (_, target, what) in ROWS.items():
        target = TARGETS.get(arch, {}).get(name, target)
        count = smp[name, "instructions"]
        cells = [(table[name, unit].value, width) for table, unit, width in
                 ((smp, "ns", 9), (up, "instructions", 12), (up, "ns", 9))]
        yield (f"{name:15}{number(count.value):>12}{number(count.user):>7}{cells[0][0]:9.0f} |"
               f"{number(cells[1][0]):>12}{cells[2][0]:9.0f} | "
               f"{verdict(target, count.value):20} {what}")
    yield ""
    for figure in kernels["smp"]:
        if figure.name not in ROWS:
            other = up[figure.name, figure.unit].value
            yield f"{figure.name:15}{number(figure.value):>12} {figure.unit:13} UP {number(other)}"


def peer_lines(figures, peers):
    """Ours against theirs."""
    table = {(figure.name, figure.unit): figure for figure in figures}
    if not peers:
        return
    yield f"{'elsewhere':28}{'':13}{'theirs':>10} {'ours/theirs':>11}"
    for (name, unit), rows in peers.items():
        for value, system, what in rows:
            yield (f"{name:28}{unit:13}{number(value):>10} "
                   f"{table[name, unit].value / value:11.3f}  {system}: {what}")
