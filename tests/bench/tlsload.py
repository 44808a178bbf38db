"""Sends messages by STARTTLS, a new connection for each, and prints the seconds it took. The TLS load of bench.py: smtp-source has none.

    tlsload.py PORT COUNT OCTETS SESSIONS RECIPIENT full|resumed

Each session is a process, and makes its message once. With "full" every connection shakes hands in full; with "resumed" all but
the first of a session offer the session ticket they were given last, and it is an error when the server does not take it.
"""

import os
import socket
import ssl
import sys
import time


def message(octets):
    """With its dot; as long as smtp-source's, which counts neither header nor dot."""
    line = b"X" * 78 + b"\r\n"
    body = line * (octets // len(line)) + b"X" * max(0, octets % len(line) - 2) + b"\r\n"
    return b"From: <source@source.test>\r\nTo: <user@sink.test>\r\nSubject: load\r\n\r\n" + body + b".\r\n"


def reply(connection):
    """Reads one reply; raises unless it is positive."""
    got = b""
    while True:
        part = connection.recv(4096)
        if not part:
            raise OSError(f"closed after {got!r}")
        got += part
        if got.endswith(b"\n") and got[got.rfind(b"\n", 0, -1) + 1 :][3:4] == b" ":
            break
    if got[:1] not in (b"2", b"3"):
        raise OSError(got.decode("latin-1"))
    return got


def say(connection, words):
    connection.sendall(words)
    return reply(connection)


def send(port, context, known, recipient, text):
    """One message on a connection of its own; returns the TLS session for the next."""
    with socket.create_connection(("127.0.0.1", port), 60) as plain:
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        reply(plain)
        say(plain, b"EHLO source.test\r\n")
        say(plain, b"STARTTLS\r\n")
        with context.wrap_socket(plain, server_hostname="mta.bench.test", session=known) as sealed:
            if bool(known) != sealed.session_reused:
                raise OSError("the handshake was %s" % ("in full" if known else "short"))
            say(sealed, b"EHLO source.test\r\n")
            say(sealed, b"MAIL FROM:<source@source.test>\r\n")
            say(sealed, b"RCPT TO:<" + recipient.encode() + b">\r\n")
            say(sealed, b"DATA\r\n")
            say(sealed, text)
            say(sealed, b"QUIT\r\n")
            return sealed.session


def session(port, count, recipient, text, resumed):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    known = None
    for _ in range(count):
        last = send(port, context, known, recipient, text)
        known = last if resumed else None


def main():
    port, count, octets, sessions = (int(word) for word in sys.argv[1:5])
    recipient, resumed, text = sys.argv[5], sys.argv[6] == "resumed", message(octets)
    begun = time.monotonic()
    workers = []
    for i in range(sessions):
        pid = os.fork()
        if not pid:
            try:
                session(port, count // sessions + (i < count % sessions), recipient, text, resumed)
            except (OSError, ssl.SSLError) as failed:
                print(f"tlsload: {failed}", file=sys.stderr, flush=True)
                os._exit(1)
            os._exit(0)
        workers.append(pid)
    failures = sum(os.waitpid(pid, 0)[1] != 0 for pid in workers)
    print(f"{time.monotonic() - begun:.3f}")
    sys.exit(1 if failures else 0)


main()
