#!/usr/bin/env python3
"""The speed table: CPU per request, throughput, latency and memory of Sluice beside nginx and HAProxy, in turn, in one run.

  bench/speed.py [--points plain,get64k,post10k,keylimit,cache,tls] [--transports io_uring,epoll] [-r 5] [-d 4] [-c 64] [--json FILE]

Every target is warmed up, then they take turns A B C A B C ...; medians are printed. CPU per request = user + system time of the target's whole
process tree (/proc) divided by the requests that wrk completed: on shared machines the steadiest figure; quote it as a ratio to nginx of the
same run. A run with answers other than 2xx or with socket errors is marked and does not count.
"""
import argparse, json, statistics
from lib.load import measure, spoiled, wrk
from lib.targets import *

POINTS = {  # name: path, further arguments of wrk, over TLS
    "plain": ("/plain/1k", [], False), "get64k": ("/plain/64k", [], False), "post10k": ("/plain/post", ["-s", "post.lua"], False),
    "keylimit": ("/keylimit/1k", ["-H", "apikey: key-0500"], False), "cache": ("/cache/1k", [], False), "tls": ("/plain/1k", [], True)}


def main():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("--points", default="plain,keylimit,cache,tls,get64k,post10k")
    a.add_argument("--transports", default="io_uring,epoll")
    a.add_argument("--peers", default="nginx,haproxy")
    a.add_argument("-r", "--runs", type=int, default=5)
    a.add_argument("-d", "--seconds", type=int, default=4)
    a.add_argument("-c", "--connections", type=int, default=64)
    a.add_argument("--warm", type=int, default=8)
    a.add_argument("--json", default=str(HERE / "raw" / "speed.json"))
    a = a.parse_args()
    need("nginx", "wrk", "openssl", *(["haproxy"] if "haproxy" in a.peers else []))
    w, rows, targets = Workspace(), [], []
    up = upstream(w)
    print("machine:", machine())
    try:
        targets += [{"nginx": nginx, "haproxy": haproxy}[p](w) for p in filter(None, a.peers.split(","))]
        targets += [sluice(w, t, 17800 + 100 * i) for i, t in enumerate(a.transports.split(","))]
        for point in a.points.split(","):
            here = [t for t in targets if not (point == "cache" and t.name == "haproxy")]
            path, extra, tls = POINTS[point]
            for t in here:
                wrk(t, path, w.dir, a.warm, a.connections, extra, tls)
            got = [measure(t, point, path, w.dir, a.seconds, a.connections, extra, tls) for _ in range(a.runs) for t in here]
            rows += got
            report(point, here, got, a)
    finally:
        for t in targets + [up]:
            t.stop()
        w.close()
        os.makedirs(os.path.dirname(a.json), exist_ok=True)
        json.dump({"machine": machine(), "runs": a.runs, "seconds": a.seconds, "connections": a.connections, "rows": rows}, open(a.json, "w"), indent=1)


def report(point, here, got, a):
    def median(t, key):
        return statistics.median(r[key] for r in got if r["target"] == t.name)

    base = next(t for t in here if t.name == "nginx") if any(t.name == "nginx" for t in here) else here[0]
    print(f"\n## {point} ({a.connections} connections, {a.runs} runs of {a.seconds} s)\n"
          f"{'target':16} {'cpu us/req min/med/max':>26} {'ratio':>6} {'user':>6} {'system':>6} {'req/s':>8} {'p50 us':>7} {'p99 us':>8} {'p99 ratio':>9} {'MB':>5} {'idle':>5}")
    for t in here:
        mine = [r for r in got if r["target"] == t.name]
        cpu = sorted(r["cpu"] for r in mine)
        print(f"{t.name:16} {cpu[0]:8.2f} {median(t, 'cpu'):8.2f} {cpu[-1]:8.2f} {median(t, 'cpu') / median(base, 'cpu'):6.2f} {median(t, 'user'):6.2f} "
              f"{median(t, 'system'):6.2f} {median(t, 'rps'):8.0f} {median(t, 'p50'):7.0f} {median(t, 'p99'):8.0f} {median(t, 'p99') / median(base, 'p99'):9.2f} "
              f"{median(t, 'memory'):5.0f} {t.idle:5.0f}{spoiled(mine)}", flush=True)


main()
