#!/usr/bin/env python3
"""What plugins cost: CPU per request of routes with them beside the plain path of the same gateway, and beside nginx doing the nearest equal.

  bench/plugins.py [--points keylimit,jwt,jwt-each,proxy-cache,http-cache,transform] [--transport auto] [-r 5] [-d 4] [-c 64] [--json FILE]

Each round measures the plain path of both and then every point of both, in turn; a ratio is taken within its round, and the medians of the rounds are
printed. "of plain" is what a point costs as a part of the same target's plain path: key-auth with the limit must stay below 1.10, cache hits below 1.
"""
import argparse, base64, json, statistics, subprocess, time
from lib.load import measure, spoiled, wrk
from lib.targets import *

# Name: path, what nginx does that is nearest to it (None where Debian's cannot).
POINTS = {
    "plain": ("/plain/1k", "proxy_pass"),
    "keylimit": ("/keylimit/1k", "map of keys and limit_req"),
    "jwt": ("/jwt/1k", None),
    "jwt-each": ("/jwt-each/1k", None),
    "proxy-cache": ("/cache/1k", "proxy_cache"),
    "http-cache": ("/http-cache/1k", "proxy_cache"),
    "transform": ("/transform/1k", "add_header and proxy_hide_header"),
}
NGINX_PATHS = {"http-cache": "/cache/1k"}
MOST_OF_PLAIN = {"keylimit": 1.10, "proxy-cache": 1.0, "http-cache": 1.0}


def signed_token(w):
    """A key pair, and a token by it that is good for a day (RS256, 2048 bits)."""
    subprocess.run(["openssl", "genrsa", "-out", f"{w.dir}/jwt.pem", "2048"], check=True, capture_output=True)
    public = subprocess.run(["openssl", "rsa", "-in", f"{w.dir}/jwt.pem", "-pubout"], check=True, capture_output=True, text=True).stdout

    def part(data):
        return base64.urlsafe_b64encode(data).rstrip(b"=")

    text = part(b'{"alg":"RS256","typ":"JWT"}') + b"." + part(json.dumps({"iss": "bench", "sub": "somebody", "exp": int(time.time()) + 86400}).encode())
    signature = subprocess.run(["openssl", "dgst", "-sha256", "-sign", f"{w.dir}/jwt.pem"], input=text, check=True, capture_output=True).stdout
    return public, (text + b"." + part(signature)).decode()


def document(w, public):
    """The speed table's file with a route for each further point."""
    file = w.kong()
    verified = {"claims_to_verify": ["exp"]}
    file["services"][0]["routes"] += [
        {"name": "jwt", "paths": ["/jwt"], "plugins": [{"name": "jwt", "config": verified}]},
        {"name": "jwt-each", "paths": ["/jwt-each"], "plugins": [{"name": "jwt", "config": {**verified, "token_cache_size": 0}}]},
        {"name": "http-cache", "paths": ["/http-cache"], "plugins": [{"name": "http-cache"}]},
        {"name": "transform", "paths": ["/transform"], "plugins": [
            {"name": "response-transformer", "config": {"add": {"headers": ["X-Added:value"]}, "remove": {"headers": ["Cache-Control"]}}}]}]
    file["consumers"].append({"username": "bench", "jwt_secrets": [{"key": "bench", "algorithm": "RS256", "rsa_public_key": public}]})
    return w.write("plugins.json", json.dumps(file, indent=1))


def main():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("--points", default=",".join(p for p in POINTS if p != "plain"))
    a.add_argument("--transport", default="auto")
    a.add_argument("-r", "--runs", type=int, default=5)
    a.add_argument("-d", "--seconds", type=int, default=4)
    a.add_argument("-c", "--connections", type=int, default=64)
    a.add_argument("--warm", type=int, default=8)
    a.add_argument("--json", default=str(HERE / "raw" / "plugins.json"))
    a = a.parse_args()
    need("nginx", "wrk", "openssl")
    w, targets, rows = Workspace(), [], []
    public, token = signed_token(w)
    extra = {"keylimit": ["-H", "apikey: key-0500"], "jwt": ["-H", f"Authorization: Bearer {token}"], "jwt-each": ["-H", f"Authorization: Bearer {token}"]}
    points = ["plain", *a.points.split(",")]
    up = upstream(w)
    print("machine:", machine())
    try:
        targets += [nginx(w), sluice(w, a.transport, config=document(w, public))]
        turns = [(p, t, NGINX_PATHS.get(p, POINTS[p][0]) if t.name == "nginx" else POINTS[p][0])
                 for p in points for t in targets if t.name != "nginx" or POINTS[p][1]]
        for point, t, path in turns:
            wrk(t, path, w.dir, a.warm, a.connections, extra.get(point, []))
        for number in range(a.runs):
            rows += [{**measure(t, point, path, w.dir, a.seconds, a.connections, extra.get(point, [])), "round": number} for point, t, path in turns]
        report(points, targets, rows, a)
    finally:
        for t in targets + [up]:
            t.stop()
        w.close()
        os.makedirs(os.path.dirname(a.json), exist_ok=True)
        json.dump({"machine": machine(), "runs": a.runs, "seconds": a.seconds, "connections": a.connections, "rows": rows}, open(a.json, "w"), indent=1)


def report(points, targets, rows, a):
    def of(point, target):
        return [r for r in rows if r["point"] == point and r["target"] == target.name]

    def ratio(point, target, other_point, other):
        """The median over the rounds, or None where one of the two was not measured."""
        pairs = zip(of(point, target), of(other_point, other))
        both = [r["cpu"] / o["cpu"] for r, o in pairs]
        return statistics.median(both) if both else None

    def show(value, form="5.2f", width=9):
        return f"{'-' if value is None else format(value, form):>{width}}"

    base, own = targets
    print(f"\nCPU us/request, medians of {a.runs} rounds of {a.seconds} s, {a.connections} connections\n"
          f"{'point':12} {'nginx':>9} {'of plain':>9} {own.name:>16} {'of plain':>9} {'to nginx':>9} {'most of plain':>14}  nginx does")
    for point in points:
        theirs, mine = of(point, base), of(point, own)
        cost = ratio(point, own, "plain", own)
        most = MOST_OF_PLAIN.get(point)
        print(f"{point:12} {show(statistics.median(r['cpu'] for r in theirs) if theirs else None)} {show(ratio(point, base, 'plain', base))} "
              f"{show(statistics.median(r['cpu'] for r in mine), width=16)} {show(cost)} {show(ratio(point, own, point, base))} "
              f"{show(most, width=9)} {'' if most is None else 'ok' if cost < most else 'OVER':4}  {POINTS[point][1] or 'nothing like it'}"
              f"{spoiled(theirs)}{spoiled(mine)}", flush=True)


main()
