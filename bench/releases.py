#!/usr/bin/env python3
"""The control plane on a large configuration, on SQLite and on PostgreSQL: plan, apply, one write, rollback, start, memory; traffic during apply; other nodes.

  bench/releases.py [--routes 5000] [--consumers 20000] [--port 17000] [--only sqlite|postgres] [--json FILE]

Needs nginx, wrk and PostgreSQL's binaries. Ports from --port to --port + 99.
"""
import argparse, glob, http.client, re, statistics
from lib.targets import *


def document(port, routes, consumers, turn):
    """Services with ten routes each, a limit on every tenth route and a key on every fifth service; what differs between turns is about one in a hundred."""
    services = [{"name": "plain", "url": f"http://127.0.0.1:{port}", "routes": [{"name": "plain", "paths": ["/plain"]}]}]
    for s in range(routes // 10):
        service = {"name": f"service-{s}", "url": f"http://127.0.0.1:{port}", "routes": []}
        if s % 5 == 0:
            service["plugins"] = [{"name": "key-auth"}]
        for r in range(s * 10, s * 10 + 10):
            moved = "moved" if turn and r % 100 == 0 else "resource"
            route = {"name": f"route-{r}", "paths": [f"/api/v{r % 7}/{moved}-{r}"], "hosts": [f"h{r % 50}.test"]}
            if r % 10 == 0:
                route["plugins"] = [{"name": "rate-limiting", "config": {"minute": 1000 + turn, "policy": "local"}}]
            service["routes"].append(route)
        services.append(service)
    people = [{"username": f"user-{c}", "keyauth_credentials": [{"key": f"key-{c}"}]} for c in range(consumers + 200 * turn)]
    return json.dumps({"_format_version": "3.0", "services": services, "consumers": people})


class Postgres:
    """A cluster of its own; it goes with the run."""

    def __init__(self, folder, port):
        self.folder, self.port = f"{folder}/postgres", port
        found = sorted(glob.glob("/usr/lib/postgresql/*/bin"))
        self.bin = found[-1] + "/" if found else ""
        os.makedirs(self.folder)
        os.chmod(folder, 0o755)
        self.owner = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.geteuid() == 0 else []
        if self.owner:
            shutil.chown(self.folder, "postgres", "postgres")
        subprocess.run([*self.owner, self.bin + "initdb", "-D", self.folder + "/data", "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--locale=C"],
                       check=True, capture_output=True, cwd="/")
        self.target = Target("postgres", [*self.owner, self.bin + "postgres", "-D", self.folder + "/data", "-p", str(port), "-h", "127.0.0.1", "-k", self.folder],
                             port, 0, folder)
        self.url = f"postgres://postgres@127.0.0.1:{port}/postgres"

    def stop(self):
        self.target.process.send_signal(signal.SIGINT)
        self.target.process.wait(30)


class Node:
    """One Sluice, its proxy on `port` and its admin listener on the next."""

    def __init__(self, w, number, port, database):
        self.port, self.admin, self.log = port, port + 1, f"{w.dir}/node-{number}.log"
        began = time.time()
        self.process = subprocess.Popen(
            [str(SLUICE), "run", "--data", f"{w.dir}/node-{number}", *(["--database", database] if database else []), "--proxy", f"127.0.0.1:{port}",
             "--admin", f"127.0.0.1:{self.admin}"], stdout=open(self.log, "w"), stderr=subprocess.STDOUT)
        while "\nready" not in open(self.log).read():
            if self.process.poll() is not None or time.time() - began > 120:
                sys.exit(f"node {number} did not start:\n" + open(self.log).read()[-2000:])
            time.sleep(0.01)
        self.started = time.time() - began

    def ask(self, method, path, body=None):
        c = http.client.HTTPConnection("127.0.0.1", self.admin, timeout=120)
        c.request(method, path, json.dumps(body) if body is not None else None, {"Content-Type": "application/json"} if body is not None else {})
        answer = c.getresponse()
        data = answer.read()
        c.close()
        if answer.status >= 300:
            sys.exit(f"{method} {path}: {answer.status} {data[:500]}")
        return json.loads(data)

    def release(self):
        return self.ask("GET", "/status")["configuration"]["release"]["number"]

    def memory(self):
        return next(int(l.split()[1]) for l in open(f"/proc/{self.process.pid}/smaps_rollup") if l.startswith("Pss:")) / 1024

    def cpu(self):
        """Seconds of user and system time so far."""
        return sum(map(int, open(f"/proc/{self.process.pid}/stat").read().rsplit(")", 1)[1].split()[11:13])) / HZ

    def cost(self, times, act):
        """How long each of several took, and what it cost the gateway: on a busy machine the latter is the steadier figure."""
        took, cpu = [], self.cpu()
        for i in range(times):
            began = time.time()
            act(i)
            took.append(time.time() - began)
        return f"{ms(took)}; {(self.cpu() - cpu) / times * 1000:.0f} ms of CPU each"

    def command(self, *words):
        """How long a command of sluice took, its own start included."""
        began, cpu = time.time(), self.cpu()
        done = subprocess.run([str(SLUICE), *words], capture_output=True, text=True, env={**os.environ, "SLUICE_ADMIN_URL": f"http://127.0.0.1:{self.admin}"})
        if done.returncode:
            sys.exit(f"sluice {' '.join(words)}: {done.stdout[-500:]}{done.stderr[-500:]}")
        return f"{time.time() - began:.2f} s; {self.cpu() - cpu:.2f} s of CPU", done.stdout

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(60)


def load(port, seconds):
    return subprocess.Popen(["wrk", "-t1", "-c32", f"-d{seconds}s", "--latency", f"http://127.0.0.1:{port}/plain"], stdout=subprocess.PIPE, text=True)


def outcome(wrk):
    out = wrk.communicate()[0]
    bad, errors = re.search(r"Non-2xx.*?: (\d+)", out), re.search(r"Socket errors: (.*)", out)
    return {"requests": int(re.search(r"(\d+) requests in", out)[1]), "p99": re.search(r"(?m)^\s+99%\s+(\S+)", out)[1],
            "failed": (int(bad[1]) if bad else 0) + (sum(map(int, re.findall(r"\d+", errors[1]))) if errors else 0)}


def ms(times):
    return f"median {statistics.median(times) * 1000:.0f} ms, max {max(times) * 1000:.0f} ms"


def measure(w, a, engine, database, files):
    results = {}

    def note(what, value):
        results[what] = value
        print(f"  {what}: {value}", flush=True)

    node, others = Node(w, f"{engine}-1", a.port + 10, database), []
    try:
        note("start, empty", f"{node.started:.2f} s; {node.cpu():.2f} s of CPU")
        note("memory, empty", f"{node.memory():.0f} MB")
        note("apply of everything", node.command("apply", files[0], "-m", "first")[0])
        note("plan, nothing changes", node.command("plan", files[0])[0])
        plan = node.command("plan", files[1])
        note(f"plan, {plan[1].strip().splitlines()[-1]}", plan[0])
        note("apply of that", node.command("apply", files[1])[0])
        note("POST /consumers", node.cost(20, lambda i: node.ask("POST", "/consumers", {"username": f"new-{i}"})))
        note("POST of a route", node.cost(20, lambda i: node.ask("POST", "/services/plain/routes", {"name": f"new-{i}", "paths": [f"/new-{i}"]})))
        note("rollback, API", node.cost(6, lambda i: node.ask("POST", f"/api/v1/config/releases/{1 + i % 2}/rollback")))
        note("rollback, command", node.command("rollback", "1")[0])
        note("memory after", f"{node.memory():.0f} MB")
        node.stop()
        node = Node(w, f"{engine}-1", a.port + 10, database)
        note("start with it", f"{node.started:.2f} s; {node.cpu():.2f} s of CPU")
        note("memory after the start", f"{node.memory():.0f} MB")

        outcome(load(node.port, min(8, a.seconds)))
        note("traffic before", outcome(load(node.port, a.seconds)))
        running, began, applied = load(node.port, a.seconds), time.time(), 0
        while time.time() < began + a.seconds - 1:
            node.command("apply", files[(applied + 1) % 2])
            applied += 1
        note(f"traffic during {applied} applies", outcome(running))

        if database:
            others = [Node(w, f"{engine}-{n}", a.port + 10 * n, database) for n in (2, 3)]
            for what, act in (("a POST of a consumer", lambda i: node.ask("POST", "/consumers", {"username": f"shared-{i}"})),
                              ("a rollback", lambda i: node.ask("POST", f"/api/v1/config/releases/{1 + i % 2}/rollback"))):
                lags = []
                for i in range(10):
                    act(i)
                    done = time.time()
                    number, waiting = node.release(), list(others)
                    while waiting:
                        waiting = [o for o in waiting if o.release() < number or lags.append(time.time() - done)]
                        time.sleep(0.005)
                    time.sleep(0.2)
                note(f"two other nodes serve {what} after", ms(lags))
    finally:
        for n in [node, *others]:
            n.stop()
    return results


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--routes", type=int, default=5000)
    p.add_argument("--consumers", type=int, default=20000)
    p.add_argument("--seconds", type=int, default=10)
    p.add_argument("--port", type=int, default=17000)
    p.add_argument("--only", choices=["sqlite", "postgres"])
    p.add_argument("--json")
    a = p.parse_args()
    need("nginx", "wrk", "openssl")
    print(f"machine: {machine()}; load {os.getloadavg()[0]:.0f}")
    w, results, servers = Workspace(), {}, []
    try:
        conf = w.write("answer.conf", f"worker_processes 1; daemon off; pid {w.dir}/answer.pid; error_log /dev/null; events {{ worker_connections 1024; }}\n"
                       f"http {{ access_log off; keepalive_requests 1000000000; server {{ listen 127.0.0.1:{a.port}; location / {{ return 200 'ok'; }} }} }}\n")
        servers.append(Target("answer", ["nginx", "-c", conf], a.port, 0, w.dir))
        files = [w.write(f"kong-{turn}.json", document(a.port, a.routes, a.consumers, turn)) for turn in (0, 1)]
        for engine in [a.only] if a.only else ["sqlite", "postgres"]:
            print(engine)
            database = None
            if engine == "postgres":
                servers.append(Postgres(w.dir, a.port + 1))
                database = servers[-1].url
            results[engine] = measure(w, a, engine, database, files)
        if a.json:
            Path(a.json).write_text(json.dumps({"machine": machine(), **results}, indent=1))
    finally:
        for s in reversed(servers):
            s.stop()
        w.close()


main()
