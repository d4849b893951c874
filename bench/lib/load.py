"""Puts load on a target with wrk and says what each request cost it."""
import re, subprocess


def wrk(target, path, folder, seconds, connections, extra=(), tls=False):
    url = f"{'https' if tls else 'http'}://127.0.0.1:{target.tls if tls else target.port}{path}"
    return subprocess.run(["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "--timeout", "10s", *extra, url],
                          capture_output=True, text=True, cwd=folder).stdout


def micros(text):
    number, unit = re.match(r"([\d.]+)(us|ms|s|m)$", text).groups()
    return float(number) * {"us": 1, "ms": 1e3, "s": 1e6, "m": 6e7}[unit]


def measure(target, point, path, folder, seconds, connections, extra=(), tls=False):
    before = target.cpu()
    out = wrk(target, path, folder, seconds, connections, extra, tls)
    after = target.cpu()
    count = max(1, int(re.search(r"(\d+) requests in", out)[1]))
    bad, errors = re.search(r"Non-2xx.*?: (\d+)", out), re.search(r"Socket errors: (.*)", out)
    user, system = after[0] - before[0], after[1] - before[1]
    return {"point": point, "target": target.name, "requests": count, "rps": float(re.search(r"Requests/sec:\s+([\d.]+)", out)[1]),
            "p50": micros(re.search(r"(?m)^\s+50%\s+(\S+)", out)[1]), "p99": micros(re.search(r"(?m)^\s+99%\s+(\S+)", out)[1]),
            "user": user / count * 1e6, "system": system / count * 1e6, "cpu": (user + system) / count * 1e6,
            "memory": target.memory(), "non2xx": int(bad[1]) if bad else 0, "errors": errors[1] if errors else ""}


def spoiled(rows):
    """What makes runs not count; empty for nothing."""
    return "".join([f"  NON-2XX {sum(r['non2xx'] for r in rows)}" if any(r["non2xx"] for r in rows) else "",
                    f"  ERRORS {next(r['errors'] for r in rows if r['errors'])}" if any(r["errors"] for r in rows) else ""])
