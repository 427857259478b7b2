"""Judging a test's output: TAP version 14, and the guest's verdict behind it.

A run counts as passed iff everything it said agrees: the plan with the results, the results with
the verdict, the verdict with the exit code. Anything less (a triple fault exits 0, a hung guest
says nothing) is a failure.
"""
import re
from dataclasses import dataclass, field

RESULT = re.compile(r"(not )?ok (\d+)(?: -)?(?: (.*))?$")
PLAN = re.compile(r"1\.\.(\d+)$")
READY = re.compile(r"(\S+): (\d+) CPUs?, ready$")
SKIP = re.compile(r"#\s*SKIP\b", re.IGNORECASE)
ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


@dataclass
class Outcome:
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    problems: list = field(default_factory=list)  # why the run fails besides its failed cases
    failures: list = field(default_factory=list)  # names of the failed cases

    @property
    def good(self):
        return not self.problems and not self.failed

    def count_problems(self):
        """A run that is wrong as a whole counts as one failure more."""
        if self.problems:
            self.failed += 1
        return self


def clean_lines(text):
    """Lines as a terminal would show them: no escape sequences, no carriage returns."""
    return [ESCAPE.sub("", line).rstrip() for line in text.replace("\r", "\n").splitlines()]


def parse(lines):
    """Counts the results, and notes where results and plan do not fit together."""
    outcome = Outcome()
    plans = []
    numbers = []
    for line in lines:
        if match := PLAN.match(line):
            plans.append(int(match[1]))
        elif match := RESULT.match(line):
            numbers.append(int(match[2]))
            name = match[3] or f"case {match[2]}"
            if match[1]:
                outcome.failed += 1
                outcome.failures.append(name)
            elif SKIP.search(name):
                outcome.skipped += 1
            else:
                outcome.passed += 1
        elif line.startswith("Bail out!"):
            outcome.problems.append(line)
    if "TAP version 14" not in lines:
        outcome.problems.append("no `TAP version 14` line")
    if len(plans) != 1:
        outcome.problems.append(f"{len(plans)} plans (1..N), expected one")
    elif numbers != list(range(1, plans[0] + 1)):
        outcome.problems.append(f"the plan is 1..{plans[0]}, but {len(numbers)} results came"
                                + (", out of order" if len(numbers) == plans[0] else ""))
    return outcome


def judge_program(text, code):
    """A TAP program on this machine: exit code 0 iff nothing failed."""
    outcome = parse(clean_lines(text))
    if (code == 0) != (not outcome.failed):
        outcome.problems.append(f"exit code {code} with {outcome.failed} failed cases")
    return outcome.count_problems()


def ready_line(lines):
    """The guest's last `BOARD: N CPUs, ready` line and N, or None twice."""
    matches = [match for line in lines if (match := READY.match(line))]
    return (matches[-1][0], int(matches[-1][2])) if matches else (None, None)


def judge_guest(text, code, pass_code, fail_code, cpus):
    """A booted test: exit code, verdict, plan and number of CPUs agree, and nothing panicked."""
    lines = clean_lines(text)
    outcome = parse(lines)
    verdicts = [line for line in lines if line.startswith("VERDICT ")]
    verdict = verdicts[-1] if verdicts else "no verdict"
    if not outcome.passed + outcome.failed:
        outcome.problems.append("nothing was tested")
    if verdict not in ("VERDICT pass", "VERDICT fail"):
        outcome.problems.append("no `VERDICT pass|fail` line")
    elif (verdict == "VERDICT pass") != (not outcome.failed):
        outcome.problems.append(f"{verdict} with {outcome.failed} failed cases")
    if code != (pass_code if verdict == "VERDICT pass" else fail_code):
        outcome.problems.append(f"exit code {code} with {verdict}")
    outcome.problems += [line for line in lines if "PANIC" in line]
    outcome.problems += wrong_cpus(lines, cpus)
    return outcome.count_problems()


def wrong_cpus(lines, cpus):
    _, ready = ready_line(lines)
    if ready is None:
        return ["no `BOARD: N CPUs, ready` line"]
    return [] if ready == cpus else [f"the guest runs on {ready} CPUs, expected {cpus}"]
