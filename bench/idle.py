#!/usr/bin/env python3
"""Memory: idle after start, and with 10,000 idle keep-alive connections that have each been used once.

  bench/idle.py [--connections 10000] [--transports io_uring,epoll]
"""
import argparse, resource
from lib.targets import *


def open_connections(port, count):
    """Opens connections, sends one request on each, reads the answer, and leaves them open. Returns them and how many failed."""
    sockets, failed = [], 0
    for i in range(count):
        # Loopback has enough addresses to stay under the number of ports of one.
        s = socket.socket()
        s.bind((f"127.0.{i // 20000 + 1}.1", 0))
        try:
            s.connect(("127.0.0.1", port))
            s.sendall(b"GET /plain/1k HTTP/1.1\r\nHost: localhost\r\n\r\n")
            s.settimeout(10)
            data = b""
            while len(data) < 1024:
                more = s.recv(4096)
                if not more:
                    break
                data += more
            if not data.startswith(b"HTTP/1.1 200"):
                failed += 1
            sockets.append(s)
        except OSError:
            failed += 1
    return sockets, failed


def main():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("--connections", type=int, default=10000)
    a.add_argument("--transports", default="io_uring,epoll")
    a = a.parse_args()
    need("nginx", "openssl")
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(65536, resource.getrlimit(resource.RLIMIT_NOFILE)[1]),) * 2)
    print("machine:", machine())
    print(f"{'target':16} {'idle MB':>8} {'open':>7} {'failed':>7} {'MB then':>8} {'still answering':>16}")
    w = Workspace()
    up = upstream(w)
    try:
        for make in [nginx] + [lambda w, t=t: sluice(w, t) for t in a.transports.split(",")]:
            t = make(w)
            sockets, failed = open_connections(t.port, a.connections)
            time.sleep(5)
            memory, alive = t.memory(), 0
            for s in sockets:
                try:
                    s.sendall(b"GET /plain/1k HTTP/1.1\r\nHost: localhost\r\n\r\n")
                    alive += s.recv(4096).startswith(b"HTTP/1.1 200")
                except OSError:
                    pass
                s.close()
            print(f"{t.name:16} {t.idle:8.0f} {len(sockets):7} {failed:7} {memory:8.0f} {alive:16}", flush=True)
            t.stop()
    finally:
        up.stop()
        w.close()


main()
