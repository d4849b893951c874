#!/usr/bin/env python3
"""What workflows cost beside the plain proxied request, in one run: CPU per request, throughput and latency, as ratios to the proxy path.

  bench/workflows.py [-r 3] [-d 4] [-c 64] [--checkpoint-connections 256] [--postgres URL] [--items 100000] [--json FILE]

Points: a two-node workflow (webhook -> respond with an expression) with durability none, and with checkpoint in SQLite and, with --postgres (an empty database),
in PostgreSQL; three sources fetched side by side and merged; a small code node between webhook and answer, with the milliseconds that it adds to one caller who
waits for each answer; and many items through set -> filter -> sort -> summarize. The points take turns; medians are printed.
"""
import argparse, json, re, statistics, subprocess, time, urllib.request
from lib.targets import *

PORT, UPSTREAM = 17900, "http://127.0.0.1:17000"


def node(name, type, **parameters):
    return {"name": name, "type": type, "parameters": parameters}


def chain(*names):
    return {a: {"main": [[{"node": b, "type": "main", "index": 0}]]} for a, b in zip(names, names[1:])}


def two_nodes(name, durability):
    return {"name": name, "settings": {"durability": durability}, "connections": chain("Hook", "Respond"), "nodes": [
        node("Hook", "webhook", httpMethod="GET", responseMode="responseNode"),
        node("Respond", "respond-to-webhook", respondWith="json", responseBody="={{ ({ answer: 42, asked: $json.query.a }) }}")]}


def aggregation():
    sources = [node(f"Source{i}", "http-request", url=f"{UPSTREAM}/1k?{i}") for i in range(3)]
    edges = {"Hook": {"main": [[{"node": s["name"], "type": "main", "index": 0} for s in sources]]}}
    edges |= {s["name"]: {"main": [[{"node": "Merge", "type": "main", "index": i}]]} for i, s in enumerate(sources)}
    edges |= chain("Merge", "Respond")
    return {"name": "aggregate", "settings": {"durability": "none", "parallel": True}, "connections": edges, "nodes": [
        node("Hook", "webhook", httpMethod="GET", responseMode="responseNode"), *sources, node("Merge", "merge", mode="append", numberInputs=3),
        node("Respond", "respond-to-webhook", respondWith="json", responseBody="={{ ({ sources: $input.all().length }) }}")]}


def code():
    return {"name": "code", "settings": {"durability": "none"}, "connections": chain("Hook", "Code", "Respond"), "nodes": [
        node("Hook", "webhook", httpMethod="GET", responseMode="responseNode"),
        node("Code", "code", jsCode="const total = items.map(i => ({ ...i.json.query, at: Date.now() })).reduce((sum, q) => sum + Number(q.a), 0);\nreturn [{ json: { total } }];"),
        node("Respond", "respond-to-webhook", respondWith="json", responseBody="={{ ({ answer: 42, asked: $json.total }) }}")]}


def many_items():
    return {"name": "items", "settings": {"durability": "none"}, "connections": chain("Hook", "Split", "Set", "Filter", "Sort", "Sum"), "nodes": [
        node("Hook", "webhook", httpMethod="POST", responseMode="lastNode"), node("Split", "split-out", fieldToSplitOut="body.items"),
        node("Set", "set", includeOtherFields=True, assignments={"assignments": [{"name": "double", "type": "number", "value": "={{ $json.n * 2 }}"}]}),
        node("Filter", "filter", conditions={"combinator": "and", "conditions": [{"leftValue": "={{ $json.double }}", "rightValue": 10, "operator": {"type": "number", "operation": "gt"}}]}),
        node("Sort", "sort", sortFieldsUi={"sortField": [{"fieldName": "double", "order": "descending"}]}),
        node("Sum", "summarize", fieldsToSummarize={"values": [{"aggregation": "sum", "field": "double"}]})]}


def configuration(folder, name, workflows):
    routes = [{"name": w["name"], "paths": [f"/{w['name']}"], "workflow": w["name"]} for w in workflows]
    file = Path(folder, f"{name}.json")
    file.write_text(json.dumps({"_format_version": "3.0", "services": [{"name": "be", "url": UPSTREAM, "routes": [{"name": "plain", "paths": ["/plain"]}]}], "routes": routes, "workflows": workflows}))
    return str(file)


def start(w, name, port, workflows, *more):
    return Target(name, [str(SLUICE), "run", "--config", configuration(w.dir, name, workflows), "--proxy", f"127.0.0.1:{port}", "--admin", f"127.0.0.1:{port + 1}", "--log-level", "warn", *more], port, None, w.dir)


def micros(text):
    number, unit = re.match(r"([\d.]+)(us|ms|s|m)$", text).groups()
    return float(number) * {"us": 1, "ms": 1e3, "s": 1e6, "m": 6e7}[unit]


def measure(target, path, seconds, connections):
    before = target.cpu()
    out = subprocess.run(["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "--timeout", "10s", f"http://127.0.0.1:{target.port}{path}"], capture_output=True, text=True).stdout
    after = target.cpu()
    count = max(1, int(re.search(r"(\d+) requests in", out)[1]))
    bad, errors = re.search(r"Non-2xx.*?: (\d+)", out), re.search(r"Socket errors: (.*)", out)
    return {"rps": float(re.search(r"Requests/sec:\s+([\d.]+)", out)[1]), "p50": micros(re.search(r"(?m)^\s+50%\s+(\S+)", out)[1]), "p99": micros(re.search(r"(?m)^\s+99%\s+(\S+)", out)[1]),
            "cpu": (sum(after) - sum(before)) / count * 1e6, "bad": (bad[1] + " not 2xx " if bad else "") + (errors[1] if errors else "")}


def items(target, count):
    body = json.dumps({"items": [{"n": (i * 7919) % count} for i in range(count)]}).encode()
    times = []
    for _ in range(3):
        request = urllib.request.Request(f"http://127.0.0.1:{target.port}/items", body, {"Content-Type": "application/json"})
        begun = time.perf_counter()
        with urllib.request.urlopen(request, timeout=120) as answer:
            answer.read()
        times.append(time.perf_counter() - begun)
    return min(times), target.memory()


def main():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("-r", "--runs", type=int, default=3)
    a.add_argument("-d", "--seconds", type=int, default=4)
    a.add_argument("-c", "--connections", type=int, default=64)
    a.add_argument("--checkpoint-connections", type=int, default=256)
    a.add_argument("--warm", type=int, default=4)
    a.add_argument("--items", type=int, default=100_000)
    a.add_argument("--postgres", help="an empty database: postgres://user@host/database")
    a.add_argument("--json", default=str(HERE / "raw" / "workflows.json"))
    a = a.parse_args()
    need("nginx", "wrk", "openssl")
    w, targets, rows = Workspace(), [], []
    up = upstream(w)
    print("machine:", machine())
    try:
        data = f"{w.dir}/data"
        main_target = start(w, "memory", PORT, [two_nodes("none", "none"), aggregation(), code(), many_items()])
        sqlite = start(w, "sqlite", PORT + 10, [two_nodes("checkpoint", "checkpoint")], "--data", data)
        targets += [main_target, sqlite]
        points = [("plain proxied", main_target, "/plain/1k", a.connections), ("two nodes, none", main_target, "/none?a=1", a.connections),
                  ("three-way aggregation", main_target, "/aggregate", a.connections), ("with a code node", main_target, "/code?a=1", a.connections), ("two nodes, checkpoint, SQLite", sqlite, "/checkpoint?a=1", a.checkpoint_connections)]
        if a.postgres:
            targets.append(start(w, "postgres", PORT + 20, [two_nodes("checkpoint", "checkpoint")], "--data", data + "-pg", "--database", a.postgres))
            points.append(("two nodes, checkpoint, PostgreSQL", targets[-1], "/checkpoint?a=1", a.checkpoint_connections))
        for _, target, path, connections in points:
            measure(target, path, a.warm, connections)
        for _ in range(a.runs):
            rows += [{"point": name, "connections": connections, **measure(target, path, a.seconds, connections)} for name, target, path, connections in points]
        alone = {path: statistics.median(measure(main_target, path, 1, 1)["p50"] for _ in range(a.runs)) / 1e3 for path in ("/none?a=1", "/code?a=1")}
        took, memory = items(main_target, a.items)
        report(points, rows)
        added = alone["/code?a=1"] - alone["/none?a=1"]
        print(f"\na code node adds {added:.2f} ms for one caller at a time ({alone['/none?a=1']:.2f} ms without, {alone['/code?a=1']:.2f} ms with)")
        rows.append({"point": "code alone", "added_ms": added})
        print(f"\n{a.items:,} items through split-out, set, filter, sort, summarize: {took:.2f} s, {memory:.0f} MB")
        rows.append({"point": "items", "items": a.items, "seconds": took, "memory": memory})
    finally:
        for t in targets + [up]:
            t.stop()
        w.close()
        os.makedirs(os.path.dirname(a.json), exist_ok=True)
        json.dump({"machine": machine(), "rows": rows}, open(a.json, "w"), indent=1)


def report(points, rows):
    def median(name, key):
        return statistics.median(r[key] for r in rows if r["point"] == name)

    base = median(points[0][0], "cpu")
    print(f"\n{'':36}{'callers':>8}{'req/s':>10}{'p50 ms':>9}{'p99 ms':>9}{'us CPU':>9}{'ratio':>7}")
    for name, _, _, connections in points:
        bad = next((r["bad"] for r in rows if r["point"] == name and r["bad"]), "")
        print(f"{name:36}{connections:8}{median(name, 'rps'):10,.0f}{median(name, 'p50') / 1e3:9.2f}{median(name, 'p99') / 1e3:9.2f}{median(name, 'cpu'):9.1f}{median(name, 'cpu') / base:7.2f}  {bad}")


if __name__ == "__main__":
    main()
