"""Independent call/reply pairs, one a CPU: throughput of two CPUs against one, and the lock.

A throughput trial boots, one after the other, a machine of one CPU, one of two, and two machines of
one at the same time. The last is what the host can give at that moment: nothing is shared but the
host, so two CPUs cannot do better, and where it is below 2 the host is busy.
"""
import os
import resource
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from statistics import median

from machine import BenchError, Image
from report import Figure, number

BOOTS_MAX = 5

TRIALS = 7
ROUNDS = 60000  # calls of each pair: about half a second
ROUNDS_WARM = 1000
# name: units of user work on each side of a call (bench_pairs.c), what a call is
LOADS = {
    "throughput": (0, "call and answer alone, two spaces"),
    "throughput.work": (55, "the same and 1000 user instructions, half of them in each"),
}
TARGET = 1.6

LOCKS = {"tas": "bench", "ticket": "bench,ticket"}
LOCK_BOOTS = 3
SINGLE = "-accel tcg,thread=single"
# name: CPUs, calls of each, further QEMU arguments. Where CPUs outnumber the host's cores the fair
# lock waits for one that does not run, milliseconds every time: hence so few calls.
LOCK_MACHINES = {
    "1": (1, 3000, ""),
    "2": (2, 3000, ""),
    "4": (4, 300, ""),
    "4-single": (4, 3000, SINGLE),
}

SMP_COST_TARGET = 10


@dataclass
class Pairs:
    """What one boot said."""
    rate: float  # calls a second while all pairs were busy
    pace: float  # calls a second until the last was done
    acquired: int
    contended: int
    waiting: float  # % of all CPUs' time


def fault(lines, said, cpus):
    """Why the boot's figures mean nothing, as on a host too busy for the guest's clock; or None."""
    for line in lines:
        if line.startswith("time: ") and ("guess" in line or "not plausible" in line):
            return line
    if said.get("count") != cpus:
        return f"{said.get('count', 'no')} CPUs made calls, not {cpus}"
    return None


def boot(image, cpus, rounds, work=0, extra="", name="bench-pairs"):
    for _ in range(BOOTS_MAX):
        lines = image.boot(f"bench=pairs rounds={rounds} work={work}", extra, cpus, name)
        words = next((line.split()[1:] for line in lines if line.startswith("pairs ")), [])
        said = {key: int(value) for key, value in (word.split("=") for word in words)}
        reason = fault(lines, said, cpus)
        if not reason:
            break
    else:
        raise BenchError(f"no boot of {cpus} CPUs out of {BOOTS_MAX} was of use: {reason}")
    cycles = said["elapsed_ns"] * said["cycles_per_second"] / 1e9 * cpus
    return Pairs(said["window_done"] / said["window_ns"] * 1e9,
                 cpus * rounds / said["elapsed_ns"] * 1e9, said["taken"], said["contended"],
                 100 * said["wait_cycles"] / cycles)


# --- Throughput -----------------------------------------------------------------------------------

@dataclass
class Trial:
    one: float  # calls a second
    two: float
    host: float  # of two machines together
    share: float  # of two host cores, what the machine of two CPUs got, in %


def cpu_time():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def trial(image, work):
    one = boot(image, 1, ROUNDS, work).rate
    # One CPU boots the second, so what the boot takes is no part of the share.
    start, cpu_start = time.monotonic(), cpu_time()
    boot(image, 2, ROUNDS_WARM, work)
    middle, cpu_middle = time.monotonic(), cpu_time()
    two = boot(image, 2, ROUNDS, work).rate
    wall = (time.monotonic() - middle) - (middle - start)
    share = (cpu_time() - cpu_middle) - (cpu_middle - cpu_start)
    with ThreadPoolExecutor(2) as pool:
        both = [pool.submit(boot, image, 1, ROUNDS, work, name=f"bench-pairs-{i}")
                for i in range(2)]
        host = sum(done.result().rate for done in both)
    return Trial(one, two, host, 50 * share / wall)


def throughput(image):
    """{load: trials}; what they say goes with the load average, for they need an idle host."""
    return {load: [trial(image, work) for _ in range(TRIALS)]
            for load, (work, _) in LOADS.items()}


def spread(values):
    return {"min": min(values), "median": median(values), "max": max(values)}


def throughput_figures(trials):
    for load, rows in trials.items():
        yield Figure(f"{load}.1", "calls/s", median(row.one for row in rows))
        yield Figure(f"{load}.2", "calls/s", median(row.two for row in rows))
        for name, value in spread([row.two / row.one for row in rows]).items():
            yield Figure(f"{load}.ratio.{name}", "x", value)
        for name, value in spread([row.host / row.one for row in rows]).items():
            yield Figure(f"{load}.host.{name}", "x", value)


def throughput_lines(trials):
    yield (f"{'-smp 2 to -smp 1':17}{'-smp 1':>10}{'-smp 2':>10}{'ratio: min':>12}{'median':>8}"
           f"{'max':>6} | {'two machines':>12} | {TRIALS} trials, real time")
    for load, rows in trials.items():
        ratio = spread([row.two / row.one for row in rows])
        host = spread([row.host / row.one for row in rows])
        met = "met" if ratio["median"] >= TARGET else "MISSED"
        verdict = f">= {TARGET} {met}" if load == "throughput" else ""
        yield (f"{load:17}{median(row.one for row in rows):10.0f}"
               f"{median(row.two for row in rows):10.0f}{ratio['min']:12.2f}"
               f"{ratio['median']:8.2f}{ratio['max']:6.2f} | "
               f"{host['min']:.2f} {host['median']:.2f} {host['max']:.2f} | "
               f"{verdict:14}{LOADS[load][1]}")
    share = median(row.share for rows in trials.values() for row in rows)
    yield (f"load average {' '.join(f'{load:.2f}' for load in os.getloadavg())}; of two host "
           f"cores the machine of two CPUs got {share:.0f} %; `two machines` of one CPU each, at "
           f"once, are the host's limit")


# --- The lock -------------------------------------------------------------------------------------

def lock(name, out):
    """{(lock, machine): boots}."""
    boots = {}
    for algorithm, config in LOCKS.items():
        image = Image(name, out, config)
        for machine, (cpus, rounds, extra) in LOCK_MACHINES.items():
            boots[algorithm, machine] = [boot(image, cpus, rounds, extra=extra)
                                         for _ in range(LOCK_BOOTS)]
    return boots


def lock_medians(boots):
    return {key: Pairs(*(median(getattr(row, field) for row in rows)
                         for field in ("rate", "pace", "acquired", "contended", "waiting")))
            for key, rows in boots.items()}


def lock_figures(boots):
    for (algorithm, machine), row in lock_medians(boots).items():
        name = f"lock.{algorithm}.{machine}"
        cpus, rounds, _ = LOCK_MACHINES[machine]
        yield Figure(f"{name}.calls", "times", cpus * rounds)
        yield Figure(f"{name}.acquired", "times", row.acquired)
        yield Figure(f"{name}.contended", "times", row.contended)
        yield Figure(f"{name}.waiting", "%", row.waiting)
        yield Figure(f"{name}.rate", "calls/s", row.pace)


def lock_lines(boots):
    cores = len(os.sched_getaffinity(0))
    yield (f"{'lock, CPUs':17}{'calls':>8}{'acquired':>10}{'contended':>11}{'waiting':>9}"
           f"{'calls/s':>9} | medians of {LOCK_BOOTS} boots, real time")
    for (algorithm, machine), row in lock_medians(boots).items():
        cpus, rounds, extra = LOCK_MACHINES[machine]
        note = "one host thread for all CPUs" if extra else ""
        if not extra and cpus > cores:
            note = f"over-committed: {cpus} CPUs on {cores} host cores"
        yield (f"{f'{algorithm} {machine}':17}{cpus * rounds:8}{number(row.acquired):>10}"
               f"{number(row.contended):>11}{row.waiting:8.1f}%{row.pace:9.0f} | {note}")


# --- The kernel for several CPUs on one -----------------------------------------------------------

def smp_cost(kernels):
    smp, up = ({(f.name, f.unit): f.value for f in kernels[kernel]} for kernel in ("smp", "up"))
    call = "ipc.call.cross", "instructions"
    return Figure("smp.cost", "%", 100 * (smp[call] - up[call]) / up[call])


def smp_cost_line(figure):
    met = "met" if figure.value <= SMP_COST_TARGET else "MISSED"
    return (f"{figure.name:17}{figure.value:10.1f} % | <= {SMP_COST_TARGET} {met}  what the SMP "
            f"kernel adds to ipc.call.cross on one CPU, in instructions")
