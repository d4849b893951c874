#!/usr/bin/env python3
"""The speed table: CPU per request, throughput, latency and memory of Sluice beside nginx and HAProxy, in turn, in one run.

  bench/speed.py [--points plain,get64k,post10k,keylimit,cache,tls] [--transports io_uring,epoll] [-r 5] [-d 4] [-c 64] [--json FILE]

Every target is warmed up, then they take turns A B C A B C ...; medians are printed. CPU per request = user + system time of the target's whole
process tree (/proc) divided by the requests that wrk completed: on shared machines the steadiest figure; quote it as a ratio to nginx of the
same run. A run with answers other than 2xx or with socket errors is marked and does not count.
"""
import argparse, json, re, statistics, subprocess
from lib.targets import *

POINTS = {  # name: path, further arguments of wrk, over TLS
    "plain": ("/plain/1k", [], False), "get64k": ("/plain/64k", [], False), "post10k": ("/plain/post", ["-s", "post.lua"], False),
    "keylimit": ("/keylimit/1k", ["-H", "apikey: key-0500"], False), "cache": ("/cache/1k", [], False), "tls": ("/plain/1k", [], True)}


def wrk(target, point, folder, seconds, connections):
    path, extra, tls = POINTS[point]
    url = f"{'https' if tls else 'http'}://127.0.0.1:{target.tls if tls else target.port}{path}"
    return subprocess.run(["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "--timeout", "10s", *extra, url],
                          capture_output=True, text=True, cwd=folder).stdout


def micros(text):
    number, unit = re.match(r"([\d.]+)(us|ms|s|m)$", text).groups()
    return float(number) * {"us": 1, "ms": 1e3, "s": 1e6, "m": 6e7}[unit]


def measure(target, point, folder, seconds, connections):
    before = target.cpu()
    out = wrk(target, point, folder, seconds, connections)
    after = target.cpu()
    count = max(1, int(re.search(r"(\d+) requests in", out)[1]))
    bad, errors = re.search(r"Non-2xx.*?: (\d+)", out), re.search(r"Socket errors: (.*)", out)
    user, system = after[0] - before[0], after[1] - before[1]
    return {"point": point, "target": target.name, "requests": count, "rps": float(re.search(r"Requests/sec:\s+([\d.]+)", out)[1]),
            "p50": micros(re.search(r"(?m)^\s+50%\s+(\S+)", out)[1]), "p99": micros(re.search(r"(?m)^\s+99%\s+(\S+)", out)[1]),
            "user": user / count * 1e6, "system": system / count * 1e6, "cpu": (user + system) / count * 1e6,
            "memory": target.memory(), "non2xx": int(bad[1]) if bad else 0, "errors": errors[1] if errors else ""}


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
            for t in here:
                wrk(t, point, w.dir, a.warm, a.connections)
            got = [measure(t, point, w.dir, a.seconds, a.connections) for _ in range(a.runs) for t in here]
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
        spoiled = "".join([f"  NON-2XX {sum(r['non2xx'] for r in mine)}" if any(r["non2xx"] for r in mine) else "",
                           f"  ERRORS {next(r['errors'] for r in mine if r['errors'])}" if any(r["errors"] for r in mine) else ""])
        print(f"{t.name:16} {cpu[0]:8.2f} {median(t, 'cpu'):8.2f} {cpu[-1]:8.2f} {median(t, 'cpu') / median(base, 'cpu'):6.2f} {median(t, 'user'):6.2f} "
              f"{median(t, 'system'):6.2f} {median(t, 'rps'):8.0f} {median(t, 'p50'):7.0f} {median(t, 'p99'):8.0f} {median(t, 'p99') / median(base, 'p99'):9.2f} "
              f"{median(t, 'memory'):5.0f} {t.idle:5.0f}{spoiled}", flush=True)


main()
