#!/usr/bin/env python3
"""Reloads a 5,000-route file again and again under load: requests that failed must be 0; p99 during is printed beside p99 before.

  bench/reload.py [--reloads 1000] [--routes 5000] [--transport auto] [--rate-connections 32]
"""
import argparse, re
from lib.targets import *


def document(w, routes, turn):
    services = [{"name": "be", "url": "http://127.0.0.1:17000", "routes": [{"name": "plain", "paths": ["/plain"]}] + [
        {"name": f"r{i}", "paths": [f"/api/v{i % 7}/resource-{i}"], "hosts": [f"h{i % 50}.test"]} for i in range(routes - 1)]}]
    services[0]["routes"].append({"name": f"turn-{turn}", "paths": [f"/turn/{turn}"]})
    return json.dumps({"_format_version": "3.0", "services": services})


def load(port, seconds, connections):
    out = subprocess.run(["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", f"http://127.0.0.1:{port}/plain/1k"],
                         capture_output=True, text=True).stdout
    bad, errors = re.search(r"Non-2xx.*?: (\d+)", out), re.search(r"Socket errors: (.*)", out)
    return re.search(r"(\d+) requests in", out)[1], re.search(r"(?m)^\s+99%\s+(\S+)", out)[1], int(bad[1]) if bad else 0, errors[1] if errors else "none"


def generation(admin):
    s = socket.create_connection(("127.0.0.1", admin))
    s.sendall(b"GET /status HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    data = b"".join(iter(lambda: s.recv(65536), b""))
    return int(re.search(rb'"generation":\s*(\d+)', data)[1])


def main():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("--reloads", type=int, default=1000)
    a.add_argument("--routes", type=int, default=5000)
    a.add_argument("--transport", default="auto")
    a.add_argument("--connections", type=int, default=32)
    a = a.parse_args()
    need("nginx", "wrk", "openssl")
    print("machine:", machine())
    w = Workspace()
    up, t = upstream(w), None
    try:
        config = w.write("routes.json", document(w, a.routes, 0))
        t = sluice(w, a.transport, config=config, admin="127.0.0.1:17801")
        load(t.port, 8, a.connections)
        count, p99, bad, errors = load(t.port, 10, a.connections)
        print(f"before: {count} requests, p99 {p99}, non-2xx {bad}, socket errors {errors}")

        started, base = time.time(), generation(17801)
        background = subprocess.Popen([sys.executable, __file__, "--worker", str(t.port), str(a.connections)], stdout=subprocess.PIPE, text=True)
        for turn in range(1, a.reloads + 1):
            w.write("routes.json.new", document(w, a.routes, turn))
            os.rename(f"{w.dir}/routes.json.new", config)
            t.process.send_signal(signal.SIGHUP)
            deadline = time.time() + 30
            while generation(17801) < base + turn:
                if time.time() > deadline:
                    sys.exit(f"reload {turn} was never taken up; see {t.log}")
                time.sleep(0.005)
        took = time.time() - started
        background.send_signal(signal.SIGINT)
        print(f"during {a.reloads} reloads in {took:.0f} s ({took / a.reloads * 1000:.0f} ms each):", background.communicate()[0].strip())
        print(f"memory: idle {t.idle:.0f} MB, after {t.memory():.0f} MB")
    finally:
        for x in [t, up]:
            if x:
                x.stop()
        w.close()


def worker(port, connections):
    """Loads in rounds of 10 s until interrupted; prints the sums and the worst and median p99."""
    stop, rounds = [], []
    signal.signal(signal.SIGINT, lambda *_: stop.append(1))
    while not stop:
        rounds.append(subprocess.Popen(["wrk", "-t1", f"-c{connections}", "-d10s", "--latency", f"http://127.0.0.1:{port}/plain/1k"],
                                       stdout=subprocess.PIPE, text=True, start_new_session=True).communicate()[0])
    requests = sum(int(re.search(r"(\d+) requests in", o)[1]) for o in rounds)
    bad = sum(int(m[1]) for o in rounds if (m := re.search(r"Non-2xx.*?: (\d+)", o)))
    errors = [m[1] for o in rounds if (m := re.search(r"Socket errors: (.*)", o))]
    p99 = [re.search(r"(?m)^\s+99%\s+(\S+)", o)[1] for o in rounds]
    print(f"{requests} requests, p99 of each 10 s: {' '.join(p99)}, non-2xx {bad}, socket errors {errors or 'none'}")


worker(int(sys.argv[2]), int(sys.argv[3])) if len(sys.argv) > 1 and sys.argv[1] == "--worker" else main()
