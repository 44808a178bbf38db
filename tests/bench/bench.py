"""Postern beside Postfix. Started by ./run inside private namespaces; see README.md."""

import argparse
import json
import os
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
POSTFIX = os.environ["BENCH_POSTFIX"]
SINK = "10.66.0.2"  # where sink.test's MX points, port 25
DRIVERS = {"postfix": os.path.join(HERE, "postfix.sh"), "postern": os.path.join(HERE, "driver.sh")}
CELLS = "10240x20,10240x1,1024x20,1048576x5,10240x20m"
CGROUPS = "/sys/fs/cgroup"
TICKS = os.sysconf("SC_CLK_TCK")


def say(*words):
    print(time.strftime("%H:%M:%S"), *words, file=sys.stderr, flush=True)


class Names(threading.Thread):
    """A DNS server for the private loopback: sink.test has an MX at SINK; anything else does not exist."""

    def __init__(self):
        super().__init__(daemon=True)
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 53))

    def run(self):
        while True:
            query, peer = self.socket.recvfrom(1500)
            self.socket.sendto(self.answer(query), peer)

    @staticmethod
    def answer(query):
        labels, at = [], 12
        while query[at]:
            labels.append(query[at + 1 : at + 1 + query[at]].decode("ascii", "replace").lower())
            at += 1 + query[at]
        kind = int.from_bytes(query[at + 1 : at + 3], "big")
        question, name = query[12 : at + 5], ".".join(labels)
        host = b"\x02mx\x04sink\x04test\x00"
        data = None
        if name == "sink.test" and kind == 15:
            data = b"\x00\x0a" + host
        elif name == "mx.sink.test" and kind == 1:
            data = socket.inet_aton(SINK)
        known = name in ("sink.test", "mx.sink.test")
        head = query[:2] + (b"\x81\x80" if known else b"\x81\x83") + b"\x00\x01" + (b"\x00\x01" if data else b"\x00\x00") + b"\x00\x00\x00\x00"
        record = b"\xc0\x0c" + kind.to_bytes(2, "big") + b"\x00\x01\x00\x00\x0e\x10" + len(data).to_bytes(2, "big") + data if data else b""
        return head + question + record


class Sink:
    """smtp-sink for the whole run; its counters on stdout say how many messages have arrived."""

    def __init__(self):
        self.count, self.at = 0, 0.0
        self.start()

    def start(self):
        self.process = subprocess.Popen(
            [f"{POSTFIX}/usr/sbin/smtp-sink", "-4", "-c", "-u", "root", f"{SINK}:25", "1000"],
            env=tools_env(), stdout=subprocess.PIPE, bufsize=0)
        self.watcher = threading.Thread(target=self.watch, args=(self.process, self.count), daemon=True)
        self.watcher.start()

    def stop(self):
        """From now on connections are refused."""
        self.process.terminate()
        self.process.wait(20)
        self.watcher.join()

    def watch(self, process, before):
        rest = b""
        while True:
            time.sleep(0.005)  # many counters a read: the watcher must cost nothing
            chunk = os.read(process.stdout.fileno(), 1 << 20)
            if not chunk:
                return
            rest = (rest + chunk)[-400:]
            found = re.findall(rb"mesg=(\d+)\D", rest)
            if found and before + int(found[-1]) != self.count:
                self.count, self.at = before + int(found[-1]), time.monotonic()

    def wait(self, target, seconds):
        """Waits until that many have arrived in all; gives up after a time. Returns whether they have."""
        end = time.monotonic() + seconds
        while self.count < target and time.monotonic() < end:
            time.sleep(0.002)
        return self.count >= target


class Boxes:
    """The Maildirs of a server: how many messages lie in them, all users together."""

    def __init__(self, folder):
        self.folder, self.at = folder, 0.0

    @property
    def count(self):
        total = 0
        for box in os.listdir(self.folder):
            try:
                total += len(os.listdir(f"{self.folder}/{box}/new"))
            except OSError:
                pass  # is being made
        return total

    def wait(self, target, seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            reached = self.count >= target
            self.at = time.monotonic()
            if reached:
                return True
            time.sleep(0.05)
        return False


def tools_env():
    return dict(os.environ, LD_LIBRARY_PATH=f"{POSTFIX}/usr/lib/postfix")


class Group:
    """All processes of a server: a cgroup, version 2 or 1; ended children are counted by it too."""

    def __init__(self, name):
        self.unified = os.path.exists(f"{CGROUPS}/cgroup.controllers")
        parent = CGROUPS if self.unified else f"{CGROUPS}/cpuacct"
        self.folder = f"{parent}/bench-{name}-{time.monotonic_ns()}"
        os.mkdir(self.folder)

    def join(self):
        with open(f"{self.folder}/cgroup.procs", "w") as procs:
            procs.write("0")

    def pids(self):
        with open(f"{self.folder}/cgroup.procs") as procs:
            return [int(pid) for pid in procs.read().split()]

    def cpu(self):
        if self.unified:
            with open(f"{self.folder}/cpu.stat") as stat:
                return int(re.search(r"usage_usec (\d+)", stat.read()).group(1)) / 1e6
        with open(f"{self.folder}/cpuacct.usage") as usage:
            return int(usage.read()) / 1e9

    def pss(self):
        """MiB, and how many processes."""
        total, pids = 0, self.pids()
        for pid in pids:
            try:
                with open(f"/proc/{pid}/smaps_rollup") as rollup:
                    total += int(re.search(r"^Pss:\s+(\d+)", rollup.read(), re.M).group(1))
            except (OSError, AttributeError):
                pass  # it has ended
        return total / 1024, len(pids)

    def end(self):
        for _ in range(100):
            pids = self.pids()
            if not pids:
                break
            for pid in pids:
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    pass
            time.sleep(0.05)
        os.rmdir(self.folder)


def switches():
    with open("/proc/stat") as stat:
        return int(re.search(r"^ctxt (\d+)", stat.read(), re.M).group(1))


def sectors_written():
    total = 0
    with open("/proc/diskstats") as stats:
        for line in stats:
            fields = line.split()
            if re.fullmatch(r"[vsh]d[a-z]|nvme\d+n\d+|xvd[a-z]|mmcblk\d+", fields[2]):
                total += int(fields[9])
    return total


class Meter:
    """What a server used between begin and end of a with block. PSS is sampled each second."""

    def __init__(self, group):
        self.group, self.peak, self.over = group, 0.0, threading.Event()

    def __enter__(self):
        os.sync()
        self.before = self.group.cpu(), switches(), sectors_written()
        self.thread = threading.Thread(target=self.sample, daemon=True)
        self.thread.start()
        return self

    def sample(self):
        while True:
            self.peak = max(self.peak, self.group.pss()[0])
            if self.over.wait(1):
                return

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()
        cpu, ctxt = self.group.cpu(), switches()
        os.sync()
        self.cpu, self.ctxt = cpu - self.before[0], ctxt - self.before[1]
        self.kib = (sectors_written() - self.before[2]) / 2


class Server:
    def __init__(self, name, state, sink, tls=None):
        self.name, self.sink = name, sink
        self.env = dict(os.environ, LAB_STATE=state, LAB_ROLE="relay", **(tls or dict(LAB_TLS="0")))
        self.port = int(self.call("port"))
        self.version = self.call("version").strip()
        self.group = None

    def call(self, command):
        done = subprocess.run(["bash", DRIVERS[self.name], command], env=self.env, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, text=True, timeout=60, check=True)
        return done.stdout

    def start(self):
        """Seconds to the first 220."""
        self.group = Group(self.name)
        begun = time.monotonic()
        starter = subprocess.Popen(["bash", DRIVERS[self.name], "start"], env=self.env, stdin=subprocess.DEVNULL,
                                   stdout=sys.stderr, preexec_fn=self.group.join)
        while time.monotonic() - begun < 30:
            if self.greets():
                took = time.monotonic() - begun
                starter.wait(30)
                return took
            if starter.poll():
                break
            time.sleep(0.005)
        raise RuntimeError(f"{self.name} did not start; see {self.env['LAB_STATE']}")

    def greets(self):
        try:
            with socket.create_connection(("127.0.0.1", self.port), 2) as connection:
                greeting = connection.recv(512)
                connection.sendall(b"QUIT\r\n")
                return greeting.startswith(b"220")
        except OSError:
            return False

    def stop(self):
        try:
            self.call("stop")
        finally:
            self.group.end()

    def send(self, count, size, sessions, kind="", limit=120):
        """Sends, to the sink or to 300 users' Maildirs; returns accepted per second, arrived per second, and how many arrived."""
        sink = Boxes(os.path.join(self.env["LAB_STATE"], f"{self.name}-boxes")) if kind == "m" else self.sink
        before = sink.count
        begun = time.monotonic()
        accepted = self.load(count, size, sessions, kind, limit)
        sink.wait(before + count, 30)
        arrived = sink.count - before
        return accepted, arrived / max(1e-3, sink.at - begun), arrived

    def load(self, count, size, sessions, kind="", limit=120):
        """Sends, and returns accepted per second."""
        if kind in ("t", "r"):
            return self.load_tls(count, size, sessions, "full" if kind == "t" else "resumed", limit)
        begun = time.monotonic()
        source = subprocess.run(
            [f"{POSTFIX}/usr/sbin/smtp-source", "-4", "-s", str(sessions), "-m", str(count), "-l", str(size),
             "-f", "source@source.test", *(["-N", "-t", "u@box.test"] if kind == "m" else ["-t", "user@sink.test"]),
             f"127.0.0.1:{self.port}"],
            env=tools_env(), timeout=limit, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        took = time.monotonic() - begun
        if source.returncode:
            raise RuntimeError(f"{self.name}: smtp-source: {source.stdout[-300:]}")
        return count / took

    def load_tls(self, count, size, sessions, handshakes, limit):
        """The same by STARTTLS, in a client of our own: smtp-source has no TLS."""
        source = subprocess.run(
            [sys.executable, os.path.join(HERE, "tlsload.py"), str(self.port), str(count), str(size), str(sessions), "user@sink.test", handshakes],
            timeout=limit, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        if source.returncode:
            raise RuntimeError(f"{self.name}: {source.stderr[-300:]}")
        return count / float(source.stdout)


def measure(server, cells, counts, options):
    """One start of a server, warmed up, all cells. Yields a record a cell."""
    took = server.start()
    try:
        time.sleep(3)
        idle, processes = server.group.pss()
        yield dict(server=server.name, cell="start", seconds=took, idle_mib=idle, processes=processes)
        server.send(options.warmup, 10240, 20)
        for size, sessions, kind in cells:
            key = (server.name, size, sessions, kind)
            if key not in counts:  # the first time, a trial says how many messages fill the time
                trial = max(sessions * 4, 20)
                counts[key] = max(trial, min(20000, int(server.send(trial, size, sessions, kind)[1] * options.seconds)))
            count = counts[key]
            server.send(options.cell_warmup, size, sessions, kind)  # long messages take other paths than short ones
            time.sleep(0.5)
            with Meter(server.group) as used:
                accepted, arrived, got = server.send(count, size, sessions, kind)
            yield dict(server=server.name, cell=f"{size}x{sessions}{kind}", messages=count, arrived=got,
                       accept_rate=accepted, e2e_rate=arrived, cpu_ms=used.cpu / count * 1000,
                       peak_mib=used.peak, disk_kib=used.kib / count, switches=used.ctxt / count)
    finally:
        server.stop()


def drain(server, options):
    """One start of a server, warmed up; then the next hop goes away, mail is taken all the same, and goes out once it is back."""
    count = options.drain
    server.start()
    try:
        server.send(options.warmup, 10240, 20)
        server.sink.stop()
        time.sleep(1)
        with Meter(server.group) as used:
            accepted = server.load(count, 10240, 20, limit=600)
        queued = int(server.call("queue"))
        yield dict(server=server.name, cell="10240x20, next hop down", messages=count, arrived=queued, accept_rate=accepted,
                   cpu_ms=used.cpu / count * 1000, peak_mib=used.peak, disk_kib=used.kib / count, switches=used.ctxt / count)
        server.sink.start()
        before = server.sink.count
        with Meter(server.group) as used:
            begun = time.monotonic()
            server.call("flush")
            server.sink.wait(before + count, options.drain_limit)
        arrived = server.sink.count - before
        yield dict(server=server.name, cell=f"drain of {count}", messages=count, arrived=arrived,
                   e2e_rate=arrived / max(1e-3, server.sink.at - begun), cpu_ms=used.cpu / count * 1000, peak_mib=used.peak,
                   disk_kib=used.kib / count, switches=used.ctxt / count)
    finally:
        if server.sink.process.poll() is not None:
            server.sink.start()
        server.stop()


def syncs(server, options):
    """Sync calls per message, by strace: their number, not their speed, which strace spoils."""
    server.start()
    try:
        server.send(options.warmup, 10240, 20)
        for sessions, count in ((20, 500), (1, 50)):
            report = os.path.join(server.env["LAB_STATE"], "strace.out")
            command = ["strace", "-f", "-c", "-o", report, "-e", "trace=fsync,fdatasync,sync_file_range,msync"]
            for pid in server.group.pids():
                command += ["-p", str(pid)]
            tracer = subprocess.Popen(command, stderr=subprocess.DEVNULL)
            time.sleep(2)  # until it is attached to every thread
            server.send(count, 10240, sessions)
            time.sleep(1)
            tracer.send_signal(signal.SIGINT)
            tracer.wait(20)
            with open(report) as file:
                calls = sum(int(line.split()[3]) for line in file if re.search(r"sync\b|sync_file_range", line))
            print(f"{server.name}: {sessions} sessions: {calls} sync calls for {count} messages, {calls / count:.2f} a message", flush=True)
    finally:
        server.stop()


COLUMNS = [("accept_rate", "accepted/s", ">"), ("e2e_rate", "end to end/s", ">"), ("cpu_ms", "CPU ms/msg", "<"),
           ("peak_mib", "peak PSS MiB", "<"), ("disk_kib", "disk KiB/msg", "<"), ("switches", "switches/msg", "<")]


def table(records, names):
    """Medians, and how many times better the second server is than the first."""
    def median(name, cell, key):
        values = [r[key] for r in records if r["server"] == name and r["cell"] == cell and key in r]
        return statistics.median(values) if values else None

    cells = list(dict.fromkeys(r["cell"] for r in records if r["cell"] != "start"))
    rows = [["bytes x sessions", "server"] + [title for _, title, _ in COLUMNS] + ["lost"]]
    for cell in cells:
        for name in names:
            lost = sum(r["messages"] - r["arrived"] for r in records if r["server"] == name and r["cell"] == cell)
            rows.append([cell, name] + [number(median(name, cell, key)) for key, _, _ in COLUMNS] + [str(lost)])
        if len(names) == 2:
            times = []
            for key, _, better in COLUMNS:
                first, second = median(names[0], cell, key), median(names[1], cell, key)
                ratio = None if not first or not second else second / first if better == ">" else first / second
                times.append("-" if ratio is None else f"{ratio:.2f} x")
            rows.append([cell, f"{names[1]} is better by"] + times + [""])
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        print("| " + " | ".join(text.ljust(width) for text, width in zip(row, widths)) + " |")
        if row is rows[0]:
            print("|" + "|".join("-" * (width + 2) for width in widths) + "|")
    print()
    for name in names:
        if cells and not any(r["cell"] == "start" for r in records):
            continue
        print(f"{name}: first 220 after {number(median(name, 'start', 'seconds'))} s, idle {number(median(name, 'start', 'idle_mib'))} MiB PSS"
              f" in {number(median(name, 'start', 'processes'))} processes")


def number(value):
    if value is None:
        return "-"
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def private_world(state, names):
    """Loopback with the sink's address, and the resolver of this run."""
    resolver = os.path.join(state, "resolv.conf")
    with open(resolver, "w") as file:
        file.write("nameserver 127.0.0.1\n")
    for command in ("mount --make-rprivate /", "ip link set lo up", "ip address add 10.66.0.2/32 dev lo",
                    f"mount --bind {resolver} {os.path.realpath('/etc/resolv.conf')}"):
        subprocess.run(command.split(), check=True)
    for setting in ("net.core.somaxconn=8192", "net.ipv4.ip_local_port_range=10000 65000", "net.ipv4.tcp_tw_reuse=1"):
        key, value = setting.split("=")
        with open("/proc/sys/" + key.replace(".", "/"), "w") as file:
            file.write(value)
    names.start()


def certificate(state, options):
    """A certificate of the run, the same for both servers; what their drivers are told of it."""
    file, key = os.path.join(state, "tls.pem"), os.path.join(state, "tls.key")
    kind = ["rsa:2048"] if options.tls_key == "rsa" else ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    subprocess.run(["openssl", "req", "-x509", "-nodes", "-days", "2", "-subj", "/CN=mta.bench.test", "-keyout", key, "-out", file,
                    "-newkey", *kind], check=True, stderr=subprocess.DEVNULL)
    return dict(LAB_TLS="1", BENCH_CERTIFICATE=file, BENCH_KEY=key, BENCH_TLS_PROVIDER=options.tls_provider)


def main():
    parser = argparse.ArgumentParser(prog="tests/bench/run")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=5, help="aimed length of a cell")
    parser.add_argument("--warmup", type=int, default=5000, help="messages sent after each start, unmeasured")
    parser.add_argument("--cell-warmup", type=int, default=800, help="messages sent before each cell, of its size, unmeasured")
    parser.add_argument("--cells", default=CELLS, help="BYTESxSESSIONS,...; with an m behind: into Maildirs; with a t: by STARTTLS,"
                        " a full handshake for each message; with an r: resumed ones")
    parser.add_argument("--tls-key", choices=("ec", "rsa"), default="ec", help="of the certificate of both servers: P-256, or 2048 bits")
    parser.add_argument("--tls-provider", choices=("jsse", "conscrypt"), default="jsse", help="Postern's smtpd.tls_provider")
    parser.add_argument("--peers", default="postfix,postern")
    parser.add_argument("--drain", type=int, metavar="N", help="instead of the cells: N messages of 10 KiB are taken by 20 sessions while the"
                        " next hop refuses connections, and drained once it is back")
    parser.add_argument("--drain-limit", type=float, default=600, help="seconds that a drain may take")
    parser.add_argument("--syncs", action="store_true", help="only count sync calls per message, by strace")
    parser.add_argument("--state", metavar="FOLDER", default=os.path.join(HERE, "target"),
                        help="where both servers keep their queues, say on another disk; here, if nothing is said")
    parser.add_argument("--out", help="a line of JSON per measurement, appended")
    options = parser.parse_args()
    cells = []
    for cell in options.cells.split(","):
        size, sessions, kind = re.fullmatch(r"(\d+)x(\d+)([mtr]?)", cell).groups()
        cells.append((int(size), int(sessions), kind))
    os.makedirs(options.state, exist_ok=True)
    state = tempfile.mkdtemp(prefix="bench.", dir=options.state)
    os.chmod(state, 0o755)
    private_world(state, Names())
    sink = Sink()
    names = options.peers.split(",")
    tls = certificate(state, options) if any(kind in ("t", "r") for _, _, kind in cells) else None
    servers = [Server(name, state, sink, tls) for name in names]
    say(", ".join(server.version for server in servers), "state in", state)
    records, counts = [], {}
    try:
        if options.syncs:
            for server in servers:
                syncs(server, options)
            return
        for round_number in range(1, options.rounds + 1):
            for server in servers:
                work = drain(server, options) if options.drain else measure(server, cells, counts, options)
                for record in work:
                    record["round"] = round_number
                    records.append(record)
                    if options.out:
                        with open(options.out, "a") as out:
                            out.write(json.dumps(record) + "\n")
                    say(f"round {round_number}", {k: round(v, 2) if isinstance(v, float) else v for k, v in record.items()})
        print(f"\n{options.rounds} rounds, interleaved, medians; {os.cpu_count()} processors; "
              + ", ".join(f"{s.version} ({s.call('notes').strip()})" for s in servers) + "\n")
        table(records, names)
    finally:
        sink.process.terminate()
        subprocess.run(["umount", "-a", "-l", "-t", "overlay"], stderr=subprocess.DEVNULL)
        shutil.rmtree(state, ignore_errors=True)


if __name__ == "__main__":
    main()
