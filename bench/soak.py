#!/usr/bin/env python3
"""An hour at about half load: memory must stay flat and no request may fail. Writes one line a minute, as CSV, to bench/raw/soak.csv.

  bench/soak.py [--minutes 60] [--transport auto] [--connections 8]
"""
import argparse, re
from lib.targets import *


def main():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("--minutes", type=int, default=60)
    a.add_argument("--transport", default="auto")
    a.add_argument("--connections", type=int, default=4, help="few connections with pauses between them make about half load")
    a.add_argument("--out", default=str(HERE / "raw" / "soak.csv"))
    a = a.parse_args()
    need("nginx", "wrk", "openssl")
    os.makedirs(os.path.dirname(a.out), exist_ok=True)
    w = Workspace()
    pause = w.write("pause.lua", 'local paths = {"/plain/1k", "/keylimit/1k", "/cache/1k", "/plain/64k"}\nlocal i = 0\n'
                    'wrk.headers["apikey"] = "key-0500"\nrequest = function() i = i + 1; return wrk.format("GET", paths[i % 4 + 1]) end\n'
                    'function delay() return i % 2 end\n')
    up, t = upstream(w), None
    try:
        t = sluice(w, a.transport)
        with open(a.out, "w") as out:
            print(f"# {machine()}; transport {a.transport}; {a.connections} connections\nminute,requests,non2xx,socket_errors,p99,cpu_seconds,memory_mb,fds", file=out)
            for minute in range(1, a.minutes + 1):
                before = sum(t.cpu())
                o = subprocess.run(["wrk", "-t1", f"-c{a.connections}", "-d59s", "--latency", "-s", pause, f"http://127.0.0.1:{t.port}/"],
                                   capture_output=True, text=True).stdout
                bad, errors = re.search(r"Non-2xx.*?: (\d+)", o), re.search(r"Socket errors: (.*)", o)
                pid = next(p for p in tree(t.process.pid) if "sluice" in open(f"/proc/{p}/cmdline").read())
                row = [minute, re.search(r"(\d+) requests in", o)[1], bad[1] if bad else 0, f'"{errors[1]}"' if errors else 0,
                       re.search(r"(?m)^\s+99%\s+(\S+)", o)[1], f"{sum(t.cpu()) - before:.1f}", f"{t.memory():.1f}", len(os.listdir(f"/proc/{pid}/fd"))]
                print(*row, sep=",", file=out, flush=True)
    finally:
        for x in [t, up]:
            if x:
                x.stop()
        w.close()


main()
