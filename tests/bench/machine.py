"""The machine the benchmark runs on: building its configurations, booting them, the plugin."""
import os
import re
import shlex
import subprocess
import sys
import time
from types import SimpleNamespace

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../../scripts"))
from testing import board, boot, tap  # noqa: E402

ROW = board.Row("bench", *["-"] * 12)
PLUGIN_FLAGS = ("-std=gnu11 -O2 -Wall -Wextra -Werror -Wmissing-prototypes -Wshadow "
                "-shared -fPIC -fvisibility=hidden").split()


class BenchError(Exception):
    """Nothing could be measured; the message says why."""


class Image:
    """One configuration of the board, built: `config` is a list of fragments as make has it."""

    def __init__(self, name, base, config):
        done = board.make(name, base, config, "-s", "all", capture_output=True)
        if done.returncode:
            raise BenchError(f"make CONFIG={config} failed:\n{done.stderr}")
        self.info = board.board_info(name, base, config)
        self.out = self.info["OUT"]
        self.tools = self.info["CC"].removesuffix("gcc")

    def elf(self, name):
        return f"{self.out}/{name}.elf"

    def tool(self, name, *arguments, text=None):
        done = subprocess.run([self.tools + name, *arguments], input=text, text=True,
                              capture_output=True)
        if done.returncode:
            raise BenchError(f"{self.tools}{name}: {done.stderr.strip()}")
        return done.stdout

    def entry(self, name):
        return re.search(r"Entry point address:\s*0x(\w+)",
                         self.tool("readelf", "-h", self.elf(name)))[1]

    def start(self):
        """Where the kernel's entry point is before it translates addresses."""
        entry = int(self.entry("skerry"), 16)
        for line in self.tool("readelf", "-lW", self.elf("skerry")).splitlines():
            words = line.split()
            if words[:1] == ["LOAD"]:
                linked, real, _, size = (int(word, 16) for word in words[2:6])
                if linked <= entry < linked + size:
                    return f"{entry - linked + real:x}"
        return f"{entry:x}"

    def symbols(self, name):
        """[(address, name)] of the image's code, ascending."""
        lines = [line.split() for line in self.tool("nm", "-n", self.elf(name)).splitlines()]
        return [(int(words[0], 16), words[2]) for words in lines
                if len(words) == 3 and words[1] in "tT"]

    def kernel_base(self):
        """Where the kernel begins: code from there up is its own."""
        return int(re.search(r"^(\w+) \w kernel_text_start$", self.tool("nm", self.elf("skerry")),
                             re.MULTILINE)[1], 16)

    def sizes(self):
        """Bytes of text (with constants), data and bss of the kernel."""
        words = self.tool("size", self.elf("skerry")).splitlines()[1].split()
        return dict(zip(("text", "data", "bss"), map(int, words)))

    def options(self, command_line, extra="", cpus=1, root="kbench"):
        return SimpleNamespace(smp=str(cpus), mem="", qemu="", qemu_extra=extra,
                               cmdline=f"root={root} {command_line}".strip())

    def boot(self, command_line, extra="", cpus=1, name="bench", root="kbench"):
        """Lines of the serial log; the boot ended well. Boots of one name do not overlap."""
        work = f"{self.out}/{name}"
        text, code = boot.run(self.info, ROW, work, self.options(command_line, extra, cpus,
                                                                   root))
        lines = tap.clean_lines(text)
        if code != int(self.info["BOARD_PASS_CODE"]):
            said = "\n".join(f"  | {line}" for line in lines[-8:])
            raise BenchError(f"`{command_line}` ended with exit code {code} (None: not at all); "
                             f"log: {work}.log\n{said}")
        return lines

    def boot_counted(self, command_line, plugin, root="kbench", **options):
        """The plugin's records of a boot, as word lists, and the log."""
        result = f"{self.out}/bench.insc"
        options |= {"out": os.path.abspath(result), "kernel": f"{self.kernel_base():x}"}
        words = ",".join([plugin] + [f"{key}={value}" for key, value in options.items()])
        lines = self.boot(command_line, f"-plugin {shlex.quote(words)}", root=root)
        with open(result) as file:
            return [line.rstrip("\n").split(" ", 2) for line in file], lines

    def ready_time(self):
        """Milliseconds of host time from QEMU's start to the ready line."""
        work = f"{self.out}/bench-ready"
        _, command = boot.commands(self.info, ROW, work, self.options(""))
        log = f"{work}.log"
        if os.path.exists(log):
            os.remove(log)
        start = time.monotonic()
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL)
        elapsed = None
        running = True
        while running and elapsed is None and time.monotonic() - start < boot.TIMEOUT:
            running = process.poll() is None  # and one more look after the end
            if os.path.exists(log):
                with open(log, errors="replace") as file:
                    if ", ready" in file.read():
                        elapsed = (time.monotonic() - start) * 1000
            time.sleep(0.001)
        process.kill()
        process.wait()
        if elapsed is None:
            raise BenchError(f"no ready line; log: {log}")
        return elapsed


def plugin_build(folder):
    os.makedirs(folder, exist_ok=True)
    path = os.path.abspath(f"{folder}/insc.so")
    done = subprocess.run(["gcc", *PLUGIN_FLAGS, "-o", path, f"{HERE}/insc.c"], text=True,
                          capture_output=True)
    if done.returncode:
        raise BenchError(f"the plugin does not compile:\n{done.stderr}")
    return path
