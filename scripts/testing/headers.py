"""Numbers of include/skerry, read from the headers, so that scripts and the kernel cannot disagree."""
import os
import re

HEADERS = os.path.join(os.path.dirname(__file__), "..", "..", "include", "skerry")
CALL = r"^CALL\((\w+),\s*(\d+),"  # a .def table's rows


def numbers(header, pattern):
    """{name: number} of what the pattern's two groups find; a definition may go on in the next line."""
    with open(os.path.join(HEADERS, header)) as file:
        text = file.read().replace("\\\n", " ")
    return {name: int(number, 0) for name, number in re.findall(pattern, text, re.MULTILINE)}


def names(header, pattern):
    """{number: name} of the same."""
    return {number: name for name, number in numbers(header, pattern).items()}


def calls(table):
    """{name: number} of a .def table's rows."""
    return numbers(table, CALL)
