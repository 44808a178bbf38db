"""Memory of an idle install. Started by ./idle inside private namespaces; see README.md."""

import argparse
import os
import re
import shutil
import signal
import socket
import statistics
import subprocess
import time

HOME = os.environ["POSTERN_HOME"]
PORT = 2525
MAPPING = re.compile(r"([0-9a-f]+)-[0-9a-f]+ (\S+) \S+ \S+ \S+ *(.*)")


def configure(state):
    shutil.rmtree(state, ignore_errors=True)
    os.mkdir(state, 0o755)
    open(f"{state}/aliases", "w").close()
    with open(f"{state}/postern.toml", "w") as file:
        file.write(f"""hostname = "mta.bench.test"
state = "state"
[[listener]]
name = "smtp"
kind = "smtp"
address = "127.0.0.1:{PORT}"
[domains]
local = ["mta.bench.test"]
aliases = "aliases"
""")


def greeted():
    try:
        with socket.create_connection(("127.0.0.1", PORT), 2) as connection:
            greeting = connection.recv(512)
            connection.sendall(b"QUIT\r\n")
            return greeting.startswith(b"220")
    except OSError:
        return False


def processes():
    """Our JVMs: (what it is, pid)."""
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/cmdline") as file:
                words = file.read().split("\0")
        except OSError:
            continue  # it has ended
        if "postern.dist.Main" in words:
            at = words.index("postern.dist.Main")
            yield (words[at + 2] if words[at + 1] == "domain" else "master"), pid


def cpu():
    """Seconds that their threads have run."""
    total = 0
    for _, pid in processes():
        for thread in os.listdir(f"/proc/{pid}/task"):
            try:
                with open(f"/proc/{pid}/task/{thread}/schedstat") as file:
                    total += int(file.read().split()[0])
            except OSError:
                pass  # the thread has ended
    return total / 1e9


def kind(start, rights, name):
    """What a mapping is for. HotSpot's heap of less than 4 GiB lies below that address, class space just behind the cache."""
    if name.endswith(".aot"):
        return "AOT cache, written" if "w" in rights else "AOT cache, read only"
    if name.endswith("libjvm.so"):
        return "libjvm, data" if "w" in rights else "libjvm, text"
    if name == "[heap]":
        return "malloc"
    if name.endswith("/lib/modules"):
        return "JDK's modules"
    if name:
        return "other files and libraries"
    if "x" in rights:
        return "code cache"
    if start < 1 << 32:
        return "Java heap"
    if start < 1 << 40:
        return "class space"
    return "metaspace, threads, collector"


def memory(pid):
    """PSS in KiB by what it is for."""
    found = {}
    with open(f"/proc/{pid}/smaps") as smaps:
        for line in smaps:
            mapping = MAPPING.match(line)
            if mapping:
                where = kind(int(mapping[1], 16), mapping[2], mapping[3])
            elif line.startswith("Pss:"):
                found[where] = found.get(where, 0) + int(line.split()[1])
    return found


def start(state, moments):
    """One start: seconds to the first 220, CPU seconds until then, and the memory of each process at each moment."""
    configure(state)
    begun = time.monotonic()
    with open(f"{state}/log", "w") as log:
        master = subprocess.Popen([f"{HOME}/bin/postern", "-c", f"{state}/postern.toml", "start"],
                                  stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT)
    try:
        while not greeted():
            if master.poll() is not None or time.monotonic() - begun > 60:
                with open(f"{state}/log") as log:
                    raise SystemExit("idle: it did not start:\n" + log.read()[-2000:])
            time.sleep(0.002)
        up = time.monotonic()
        used, seen = cpu(), {}
        for moment in moments:
            time.sleep(max(0, up + moment - time.monotonic()))
            seen[moment] = {name: memory(pid) for name, pid in processes()}
        return up - begun, used, seen
    finally:
        master.send_signal(signal.SIGTERM)
        master.wait(20)


def row(title, values):
    print(f"| {title} | " + " | ".join(f"{value / 1024:.1f}" for value in [*values, sum(values)]) + " |")


def table(runs, moment):
    names = list(dict.fromkeys(name for run in runs for name in run[2][moment]))
    kinds = sorted({each for run in runs for found in run[2][moment].values() for each in found})

    def median(name, each):
        return statistics.median(run[2][moment].get(name, {}).get(each, 0) for run in runs)

    print(f"\n{moment:g} s after the first 220, MiB PSS\n")
    print("| | " + " | ".join(names) + " | all |")
    print("|---|" + "---|" * (len(names) + 1))
    for each in kinds:
        row(each, [median(name, each) for name in names])
    row("**all**", [statistics.median(sum(run[2][moment].get(name, {}).values()) for run in runs) for name in names])


def main():
    parser = argparse.ArgumentParser(prog="tests/bench/idle")
    parser.add_argument("state", help=argparse.SUPPRESS)
    parser.add_argument("--starts", type=int, default=5)
    parser.add_argument("--after", default="3,12", help="seconds after the first 220 at which to look")
    options = parser.parse_args()
    moments = sorted(float(each) for each in options.after.split(","))
    runs = [start(options.state, moments) for _ in range(options.starts)]
    print(f"{options.starts} starts, medians; {os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}: "
          f"first 220 after {statistics.median(run[0] for run in runs):.2f} s, "
          f"{statistics.median(run[1] for run in runs):.2f} s of CPU until then")
    for moment in moments:
        table(runs, moment)


if __name__ == "__main__":
    main()
