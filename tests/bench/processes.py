"""VM and PM: operations of programs on the booted system (tests/system/user/ubench.c), and what the
number of regions costs, as a table and a picture."""
from machine import BenchError
import report

ROUNDS_MIN = 100

# name: (the count ends at the end mark, target in instructions or None, what one operation is)
ROWS = {
    "vm.fault.anonymous": (False, 3000, "store to a page never touched: zeroed, mapped"),
    "vm.fault.cow": (False, 3500, "store to a page that a fork shares: copied, mapped"),
    "vm.fork_exit_wait": (False, 80000, "fork, exit, wait; 1 MB of memory"),
    "vm.fork_exec_wait": (False, None, "fork, exec of a small program, exit, wait"),
    "vm.exec_load.1m": (False, None, "exec of a 1 MB program, to its first instruction"),
    "vm.mmap_munmap.page": (False, None, "map and unmap a page"),
    "vm.mmap_munmap.page.touched": (False, None, "the same, and a store to it"),
    "vm.mmap_munmap.1m": (False, None, "map and unmap 1 MB"),
    "vm.mmap_munmap.1m.touched": (False, None, "the same, and a store to each page"),
}
STEPS = {
    "find": "a map refused because something is there",
    "fault": "first store to a page",
    "unmap": "unmap a page",
    "map": "map a page between two regions",
    "place": "map a page anywhere",
}
COUNTS = (10, 100, 1000, 10000, 100000)
REGION_ROWS = {f"vm.region.{step}.{count}": (False, None, what)
               for step, what in STEPS.items() for count in COUNTS}
ALL = ROWS | REGION_ROWS


def measure(image, plugin):
    """All figures."""
    records, lines = image.boot_counted("bench=count", plugin, root="vm")
    figures = list(report.counted(records, lines, ALL, ROUNDS_MIN))
    return figures + list(report.timed(image.boot("bench=time", root="vm"), ALL))


def lines(figures):
    """The two tables."""
    table = {(figure.name, figure.unit): figure for figure in figures}
    yield f"{'VM and PM, -smp 1':28}{'instr':>10}{'user':>10}{'ns':>10} | target"
    for name, (_, target, what) in ROWS.items():
        count, time = table[name, "instructions"], table[name, "ns"].value
        yield (f"{name:28}{report.number(count.value):>10}{report.number(count.user):>10}"
               f"{time:10.0f} | {report.verdict(target, count.value):24} {what}")
    yield ""
    yield f"{'instr of one by regions':24}" + "".join(f"{count:>10}" for count in COUNTS)
    for step, what in STEPS.items():
        cells = [table[f"vm.region.{step}.{count}", "instructions"].value for count in COUNTS]
        yield f"{step:24}" + "".join(f"{cell:10.0f}" for cell in cells) + f"  {what}"
    if growth := worst_growth(table):
        yield growth


def worst_growth(table):
    """Tenfold the regions may add a few levels to a tree, and no more."""
    for step in STEPS:
        values = [table[f"vm.region.{step}.{count}", "instructions"].value for count in COUNTS]
        if values[-1] > 2 * values[0]:
            return f"{step}: not logarithmic: {values[0]:.0f} to {values[-1]:.0f}"
    return None


# --- The picture ---------------------------------------------------------------------------------

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 760, 380, 58, 92, 40, 44
COLOURS = {"find": "#7fd4ff", "fault": "#ff7b72", "unmap": "#ffd75f", "map": "#8ddb8c",
           "place": "#e79bff"}
STYLE = ("text{font:12px DejaVu Sans,Verdana,sans-serif;fill:#d0d0d0}"
         ".g{stroke:#3a4048}.l{fill:none;stroke-width:2}")


def svg(path, figures):
    """Instructions of one operation against the number of regions, which grows tenfold a step."""
    table = {figure.name: figure.value for figure in figures if figure.unit == "instructions"}
    top = max(table[name] for name in REGION_ROWS)
    limit = -(-top // 1000) * 1000
    across, down = (WIDTH - LEFT - RIGHT) / (len(COUNTS) - 1), HEIGHT - TOP - BOTTOM

    def y(value):
        return round(HEIGHT - BOTTOM - value / limit * down, 1)

    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}">',
             f'<style>{STYLE}</style><rect width="{WIDTH}" height="{HEIGHT}" fill="#16191d"/>',
             f'<text x="{LEFT}" y="22">instructions of one operation, user and kernel, by the '
             'number of regions of the space</text>']
    for value in range(0, int(limit) + 1, 1000):
        parts += [f'<path class="g" d="M{LEFT} {y(value)}H{WIDTH - RIGHT}"/>',
                  f'<text x="{LEFT - 8}" y="{y(value) + 4}" text-anchor="end">{value}</text>']
    for place, count in enumerate(COUNTS):
        parts.append(f'<text x="{LEFT + place * across:.1f}" y="{HEIGHT - BOTTOM + 22}" '
                     f'text-anchor="middle">{count:,}</text>')
    ends = {}
    for step, colour in COLOURS.items():
        values = [table[f"vm.region.{step}.{count}"] for count in COUNTS]
        points = " ".join(f"{LEFT + place * across:.1f},{y(value)}"
                          for place, value in enumerate(values))
        parts.append(f'<polyline class="l" stroke="{colour}" points="{points}"/>')
        ends[step] = y(values[-1]) + 4
    for step, at in apart(ends):
        parts.append(f'<text x="{WIDTH - RIGHT + 10}" y="{at}" style="fill:{COLOURS[step]}">{step}'
                     '</text>')
    with open(path, "w") as file:
        file.write("\n".join(parts) + "\n</svg>\n")


def apart(ends):
    """The names at the lines' ends, no nearer than a line of text."""
    last = -100
    for step, at in sorted(ends.items(), key=lambda item: item[1]):
        last = max(at, last + 14)
        yield step, round(last, 1)
