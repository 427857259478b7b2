"""What the test runner knows about a board: its variables, as make sees them, and its tests.tsv."""
import os
import shlex
import subprocess
from dataclasses import dataclass

COLUMNS = ("name", "config", "qemu", "machine", "cpu", "smp", "mem", "flow", "where", "expect",
           "cpus", "args", "cmdline")


class TestError(Exception):
    """The test set-up itself is wrong; the message says how."""


@dataclass
class Row:
    """One boot of tests.tsv; `-` in a column stands for the board's default."""
    name: str
    config: str
    qemu: str
    machine: str
    cpu: str
    smp: str
    mem: str
    flow: str
    where: str
    expect: str
    cpus: str
    args: str
    cmdline: str


def clean_environment():
    """The environment without what the make above us put there for its own build folder."""
    return {name: value for name, value in os.environ.items()
            if name not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "O", "CONFIG", "SMP", "CMDLINE")}


def out_of(base, config):
    """The build folder of a configuration beside the plain one's."""
    return base if config == "-" else f"{base}-{config.replace(',', '-')}"


def make(board, base, config, *goals, **options):
    """Runs make for one configuration of the board, apart from any make that we run under."""
    environment = clean_environment()
    command = ["make", f"BOARD={board}", f"O={out_of(base, config)}", *goals]
    if config != "-":
        command.insert(1, f"CONFIG={config}")
    return subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, text=True, **options)


def board_info(board, base, config):
    """The board's variables for one configuration: BOARD_*, OUT, FOLDER."""
    done = make(board, base, config, "-s", "board-info", capture_output=True)
    if done.returncode:
        raise TestError(done.stderr.strip())
    return dict(line.split("=", 1) for line in done.stdout.splitlines() if "=" in line)


# The boots of a board whose folder has no tests.tsv.
DEFAULT_ROWS = (("short", "ci", "test=short"), ("all", "full", "test=all"), ("vm", "full", "root=vm vm"),
                ("user", "full", "root=vm user"))


def default_rows():
    columns = dict.fromkeys(COLUMNS, "-") | {"config": "debug", "expect": "pass"}
    return [Row(**columns | {"name": name, "where": where, "cmdline": line})
            for name, where, line in DEFAULT_ROWS]


def read_rows(folder):
    path = os.path.join(folder, "tests.tsv")
    if not os.path.exists(path):
        return default_rows()
    rows = []
    with open(path) as file:
        for number, line in enumerate(file, 1):
            if not line.strip() or line.startswith("#"):
                continue
            cells = line.rstrip("\n").split("\t")
            if len(cells) != len(COLUMNS) or not all(cells):
                raise TestError(f"{path}:{number}: {len(cells)} columns, expected "
                                f"{len(COLUMNS)} non-empty ones: {' '.join(COLUMNS)}")
            rows.append(Row(*cells))
    names = [row.name for row in rows]
    if doubled := {name for name in names if names.count(name) > 1}:
        raise TestError(f"{path}: two rows are named {', '.join(sorted(doubled))}")
    return rows


def expand(text, places):
    """Words of a board's variable with its @NAMES@ filled in."""
    words = shlex.split(text)
    for name, value in places.items():
        words = [word.replace(f"@{name}@", value) for word in words]
    return words
