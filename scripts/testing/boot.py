"""Booting one row of a board's tests.tsv in QEMU and judging what came of it."""
import os
import re
import shutil
import subprocess

from . import tap
from .board import TestError, expand

TIMEOUT = int(os.environ.get("TEST_TIMEOUT", "300"))
FRAME = re.compile(r"    #\d+ (\S+) at \S+:\d+$")


def command_line(info, row, extra):
    parts = [info["BOARD_CMDLINE"], "" if row.cmdline == "-" else row.cmdline, extra]
    return " ".join(part for part in parts if part)


def typed_file(row):
    """The row's further arguments, and the file that typed=FILE among them names, or None."""
    words = [] if row.args == "-" else row.args.split()
    typed = [word.removeprefix("typed=") for word in words if word.startswith("typed=")]
    return " ".join(word for word in words if not word.startswith("typed=")), \
        typed[0] if typed else None


def prepare_typing(row, work):
    """QEMU's pipe takes plain files, too: it reads WORK.typed.in as fast as the guest takes it, and
    WORK.typed.out is the log. The first characters may be lost while the guest sets up its port."""
    _, typed = typed_file(row)
    if typed:
        shutil.copyfile(typed, f"{work}.typed.in")
        open(f"{work}.log", "w").close()
        if not os.path.lexists(f"{work}.typed.out"):
            os.symlink(os.path.basename(f"{work}.log"), f"{work}.typed.out")


def commands(info, row, work, options):
    """The commands that prepare the boot and the QEMU command, as word lists."""
    def default(cell, name):
        return info[name] if cell == "-" else cell

    args, typed = typed_file(row)
    places = {"LINE": command_line(info, row, options.cmdline), "WORK": work,
              "SERIAL": "chardev:typed" if typed else f"file:{work}.log"}
    flow = default(row.flow, "BOARD_FLOWS").split()[0]
    if f"BOARD_FLOW_{flow}" not in info:
        raise TestError(f"row {row.name}: the board has no boot flow '{flow}'")
    prepare = expand(info[f"BOARD_PREPARE_{flow}"], places)
    qemu = [options.qemu or default(row.qemu, "BOARD_QEMU"),
            "-M", default(row.machine, "BOARD_MACHINE")]
    if row.cpu != "-":
        qemu += ["-cpu", row.cpu]
    qemu += ["-smp", options.smp or default(row.smp, "BOARD_SMP")]
    qemu += ["-m", options.mem or default(row.mem, "BOARD_MEM"), "-display", "none"]
    qemu += expand(info["BOARD_QEMU_ARGS"], places) + expand(info["BOARD_SERIAL"], places)
    qemu += expand(info[f"BOARD_FLOW_{flow}"], places)
    qemu += expand(args, places)
    if typed:
        qemu += ["-chardev", f"pipe,id=typed,path={work}.typed"]
    return prepare, qemu + expand(options.qemu_extra, places)


def run(info, row, work, options):
    """Boots the row. Returns (serial log, exit code or None after the time limit)."""
    prepare, qemu = commands(info, row, work, options)
    log = f"{work}.log"
    if os.path.exists(log):
        os.remove(log)
    prepare_typing(row, work)
    with open(f"{work}.qemu", "w") as errors:
        errors.write(" ".join(qemu) + "\n")
        errors.flush()
        if prepare:
            subprocess.run(prepare, check=True, stdin=subprocess.DEVNULL, stderr=errors)
        try:
            code = subprocess.run(qemu, timeout=TIMEOUT, stdin=subprocess.DEVNULL, stdout=errors,
                                  stderr=errors).returncode
        except subprocess.TimeoutExpired:
            code = None
        except FileNotFoundError:
            raise TestError(f"{qemu[0]} is missing: run scripts/bootstrap") from None
    try:
        with open(log, errors="replace") as file:
            return file.read(), code
    except FileNotFoundError:
        return "", code


def expected_cpus(row, info, options):
    smp = options.smp or (info["BOARD_SMP"] if row.smp == "-" else row.smp)
    wanted = int(smp.split(",")[0])
    return wanted if row.cpus == "-" else min(wanted, int(row.cpus))


def judge(info, row, text, code, options):
    """The row's outcome: `pass` for a test run, `panic:IMAGE` for a deliberate crash."""
    if code is None:
        outcome = tap.parse(tap.clean_lines(text))
        outcome.problems.insert(0, f"no end within {TIMEOUT} s")
        return outcome.count_problems()
    fail_code = int(info["BOARD_FAIL_CODE"])
    if row.expect == "pass":
        return tap.judge_guest(text, code, int(info["BOARD_PASS_CODE"]), fail_code,
                               expected_cpus(row, info, options))
    if not row.expect.startswith("panic:"):
        raise TestError(f"row {row.name}: expect is pass or panic:IMAGE, not '{row.expect}'")
    return judge_panic(info, text, code == fail_code, row.expect[len("panic:"):])


def judge_panic(info, text, failed, image):
    """The guest panicked, said so by its exit code, and the image's trace can be symbolised."""
    outcome = tap.Outcome()
    if not failed:
        outcome.problems.append("the exit code is not that of a failure")
    if "PANIC" not in text:
        outcome.problems.append("no PANIC line")
    done = subprocess.run(["scripts/symbolise", "--only", image, info["OUT"]], input=text,
                          text=True, capture_output=True)
    frames = [line for line in done.stdout.splitlines() if FRAME.match(line)]
    if not frames:
        outcome.problems.append(f"no frame of a `backtrace {image}:` line could be symbolised "
                                + done.stderr.strip())
    outcome.passed = 0 if outcome.problems else 1
    return outcome.count_problems()
