"""Latency of live mail beside a dead half. Started by ./deadhalf inside private namespaces; see README.md.

Half of the destinations take mail; the other half is not there, answers 451 to each recipient, or takes connections and never says a
word. Mail for the living comes at a steady rate, as much for the others beside it; each message tells when it was sent."""

import argparse
import asyncio
import itertools
import os
import re
import shutil
import socket
import statistics
import subprocess
import tempfile
import threading
import time

import bench

WAYS = ("alone", "451", "silent")
LIVE, DEAD = 1, 2  # third octet of an address
SESSIONS = 4
WARMUP_RATE = 200
SAYS = b"250-half.test\r\n250-PIPELINING\r\n250 8BITMIME\r\n"


class Names(bench.Names):
    """dN.live.test and dN.dead.test, each with a host of its own."""

    @staticmethod
    def answer(query):
        labels, at = [], 12
        while query[at]:
            labels.append(query[at + 1 : at + 1 + query[at]])
            at += 1 + query[at]
        kind, question = int.from_bytes(query[at + 1 : at + 3], "big"), query[12 : at + 5]
        found = re.fullmatch(r"(mx\.)?d(\d+)\.(live|dead)\.test", b".".join(labels).decode("ascii", "replace").lower())
        data = None
        if found and kind == 15 and not found.group(1):
            data = b"\x00\x0a\x02mx\xc0\x0c"
        elif found and kind == 1 and found.group(1):
            data = bytes((10, 67, LIVE if found.group(3) == "live" else DEAD, int(found.group(2))))
        head = query[:2] + (b"\x81\x80" if found else b"\x81\x83") + b"\x00\x01" + (b"\x00\x01" if data else b"\x00\x00") + b"\x00\x00\x00\x00"
        record = b"\xc0\x0c" + kind.to_bytes(2, "big") + b"\x00\x01\x00\x00\x0e\x10" + len(data).to_bytes(2, "big") + data if data else b""
        return head + question + record


class Hosts(threading.Thread):
    """All destinations: which one is meant is the address that was connected to."""

    def __init__(self):
        super().__init__(daemon=True)
        self.way, self.latencies = "alone", {}

    def run(self):
        asyncio.run(self.serve())

    async def serve(self):
        listener = socket.create_server(("0.0.0.0", 25), backlog=8192)
        server = await asyncio.start_server(self.session, sock=listener, limit=1 << 20)
        await server.serve_forever()

    async def session(self, reader, writer):
        dead = int(writer.get_extra_info("sockname")[0].split(".")[2]) == DEAD
        try:
            if dead and self.way == "silent":
                await reader.read()  # until they give up
                return
            writer.write(b"220 half.test ESMTP\r\n")
            await self.converse(reader, writer, dead)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # they went away
        finally:
            writer.close()

    async def converse(self, reader, writer, dead):
        taken = 0
        while True:
            line = await reader.readline()
            verb = line[:4].upper()
            if not line or verb == b"QUIT":
                return
            if verb == b"EHLO":
                writer.write(SAYS)
            elif verb == b"RCPT" and dead:
                writer.write(b"451 4.3.0 Later\r\n")
            elif verb == b"DATA" and not taken:
                writer.write(b"503 5.5.1 No recipient\r\n")
            elif verb == b"DATA":
                writer.write(b"354 go on\r\n")
                content = await reader.readuntil(b"\r\n.\r\n")
                now = time.monotonic_ns()
                sent = re.search(rb"^Subject: (\d+) (\d+)", content, re.M)
                if sent:
                    self.latencies.setdefault(int(sent.group(1)), (now - int(sent.group(2))) / 1e6)
                writer.write(b"250 2.0.0 Ok\r\n")
                taken = 0
            else:
                taken += verb == b"RCPT"
                writer.write(b"250 2.1.0 Ok\r\n")


class Load:
    """Sends at a steady rate over a few connections."""

    def __init__(self, port, rate, numbers):
        self.port, self.rate, self.numbers = port, rate, numbers
        self.lock = threading.Lock()

    def run(self, recipients):
        """To each in turn; returns the number of each message sent to the living."""
        self.todo, self.begun, self.live = iter(enumerate(recipients)), time.monotonic(), []
        sessions = [threading.Thread(target=self.session) for _ in range(SESSIONS)]
        for session in sessions:
            session.start()
        for session in sessions:
            session.join()
        return self.live

    def session(self):
        with socket.create_connection(("127.0.0.1", self.port)) as peer, peer.makefile("rb") as stream:
            self.reply(stream)
            self.say(peer, stream, b"EHLO client.test\r\n")
            while True:
                with self.lock:
                    at, recipient = next(self.todo, (0, None))
                    if recipient is None:
                        return
                    number = next(self.numbers)
                    if b"live" in recipient:
                        self.live.append(number)
                time.sleep(max(0, self.begun + at / self.rate - time.monotonic()))
                for words in (b"MAIL FROM:<ann@source.test>\r\n", b"RCPT TO:<bob@" + recipient + b">\r\n", b"DATA\r\n"):
                    self.say(peer, stream, words)
                self.say(peer, stream, b"Subject: %d %d\r\n\r\n%s\r\n.\r\n" % (number, time.monotonic_ns(), b"x" * 70))

    def say(self, peer, stream, words):
        peer.sendall(words)
        self.reply(stream)

    @staticmethod
    def reply(stream):
        line = stream.readline()
        while line[3:4] == b"-":
            line = stream.readline()
        if line[:1] not in (b"2", b"3"):
            raise RuntimeError(f"not taken: {line!r}")


def measure(server, hosts, way, options, numbers):
    """One start of a server; latencies of live mail in milliseconds, and how many did not come."""
    hosts.way, hosts.latencies = way, {}
    server.start()
    try:
        live = [b"d%d.live.test" % (n % options.destinations) for n in range(int(options.rate * options.seconds))]
        if way != "alone":
            live = list(itertools.chain.from_iterable((name, name.replace(b"live", b"dead")) for name in live))
        Load(server.port, WARMUP_RATE, numbers).run((live * (options.warmup // len(live) + 1))[: options.warmup])
        time.sleep(options.settled)
        sent = Load(server.port, options.rate * (1 if way == "alone" else 2), numbers).run(live)
        end = time.monotonic() + options.settles
        while time.monotonic() < end and not all(number in hosts.latencies for number in sent):
            time.sleep(0.05)
        peak, processes = server.group.pss()
        took = sorted(hosts.latencies.get(number, options.settles * 1000.0) for number in sent)
        missing = sum(number not in hosts.latencies for number in sent)
        return dict(server=server.name, way=way, p50=took[len(took) // 2], p99=took[int(len(took) * 0.99)], most=took[-1],
                    missing=missing, sent=len(took), mib=peak, processes=processes)
    finally:
        server.stop()


def main():
    parser = argparse.ArgumentParser(prog="tests/bench/deadhalf")
    parser.add_argument("--quick", action="store_true", help="one round of 20 s each with a short warm-up: less than five minutes")
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--seconds", type=float)
    parser.add_argument("--rate", type=float, default=50, help="messages a second for the living, and as many for the dead")
    parser.add_argument("--destinations", type=int, default=100, help="of each half; at most 250")
    parser.add_argument("--peers", default="postfix,postern")
    options = parser.parse_args()
    options.rounds = options.rounds or (1 if options.quick else 3)
    options.seconds = options.seconds or (20 if options.quick else 60)
    options.warmup = 1000 if options.quick else 2000  # messages of the same mixture, unmeasured
    options.settled = 3 if options.quick else 5  # seconds after it
    options.settles = 15 if options.quick else 30  # seconds that the last message for the living may take, and counts when it never comes
    os.makedirs(os.path.join(bench.HERE, "target"), exist_ok=True)
    state = tempfile.mkdtemp(prefix="deadhalf.", dir=os.path.join(bench.HERE, "target"))
    os.chmod(state, 0o755)
    bench.private_world(state, Names())
    subprocess.run("ip route add local 10.67.0.0/16 dev lo".split(), check=True)
    hosts, numbers, records = Hosts(), itertools.count(1), []
    hosts.start()
    servers = [bench.Server(name, state, None) for name in options.peers.split(",")]
    try:
        for round_number in range(1, options.rounds + 1):
            for way in WAYS:
                for server in servers:
                    record = measure(server, hosts, way, options, numbers)
                    records.append(record)
                    bench.say(f"round {round_number}", {k: round(v, 1) if isinstance(v, float) else v for k, v in record.items()})
        print(f"\n{options.rounds} rounds, interleaved, medians; {options.rate:g} messages a second for {options.destinations} live destinations,"
              f" as many for the others; {', '.join(server.version for server in servers)}\n")
        print("| dead half | server | p50 ms | p99 ms | p99 to that alone | longest ms | did not come | PSS MiB | processes |")
        print("|---|---|---|---|---|---|---|---|---|")
        for way in WAYS:
            for server in servers:
                of = lambda key, way=way: statistics.median(r[key] for r in records if r["server"] == server.name and r["way"] == way)
                print(f"| {way} | {server.name} | {of('p50'):.1f} | {of('p99'):.1f} | {of('p99') / of('p99', 'alone'):.2f} | {of('most'):.0f}"
                      f" | {of('missing'):g} of {of('sent'):g} | {of('mib'):.0f} | {of('processes'):g} |")
    finally:
        subprocess.run(["umount", "-a", "-l", "-t", "overlay"], stderr=subprocess.DEVNULL)
        shutil.rmtree(state, ignore_errors=True)


if __name__ == "__main__":
    main()
