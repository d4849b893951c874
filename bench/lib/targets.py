"""Starts the upstream, the peers and Sluice for a measurement, and reads their cost from /proc. Everything binds to loopback and ends with the run."""
import json, os, shlex, shutil, signal, socket, string, subprocess, sys, tempfile, time
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent
SLUICE = Path(os.environ.get("SLUICE") or HERE.parent / "bin" / "sluice")
HZ = os.sysconf("SC_CLK_TCK")
BODY = json.dumps({"items": [{"sku": "A%05d" % i, "qty": i % 7, "price": 10 + i} for i in range(22)]})[:1000].ljust(1024, " ")
KEYS = ["key-%04d" % i for i in range(1000)]


def need(*programs):
    missing = [p for p in programs if not shutil.which(p)]
    if missing:
        sys.exit(f"missing: {', '.join(missing)}; on Debian: apt-get install nginx-light haproxy wrk openssl")
    if not SLUICE.exists():
        sys.exit(f"{SLUICE} is not there; run `make build` first")


def machine():
    """One line that names the machine, for the results."""
    model = next((l.split(":")[1].strip() for l in open("/proc/cpuinfo") if l.startswith("model name")), "?")
    osname = next((l.split("=")[1].strip().strip('"') for l in open("/etc/os-release") if l.startswith("PRETTY_NAME")), "?")
    return f"{os.cpu_count()} x {model}, {osname}, Linux {os.uname().release}"


class Workspace:
    """A temporary folder with every configuration in it."""

    def __init__(self):
        self.dir = tempfile.mkdtemp(prefix="sluice-bench-")
        for name in ("www", "temp_b", "temp_p", "temp_f", "temp_u", "temp_s"):
            os.makedirs(f"{self.dir}/{name}")
        self.write("www/64k", "x" * 65536)
        self.write("post.lua", 'wrk.method="POST"\nwrk.body=string.rep("x",10240)\nwrk.headers["Content-Type"]="application/octet-stream"\n')
        self.write("keys.lst", "\n".join(KEYS) + "\n")
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "30", "-subj", "/CN=localhost",
             "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", f"{self.dir}/key.pem", "-out", f"{self.dir}/cert.pem"],
            check=True, capture_output=True)
        self.cert, self.key = open(f"{self.dir}/cert.pem").read(), open(f"{self.dir}/key.pem").read()
        self.write("both.pem", self.cert + self.key)
        values = dict(dir=self.dir, user="user root;" if os.geteuid() == 0 else "", body=BODY.replace('"', '\\"'),
                      nginx_keys="".join(f'"{k}" 1;' for k in KEYS))
        for name in ("upstream.conf", "nginx.conf", "haproxy.cfg"):
            self.write(name, string.Template((HERE / "peers" / name).read_text()).substitute(values))
        self.write("kong.json", json.dumps(self.kong(), indent=1))

    def kong(self):
        """The points of the speed table as routes of one Kong file."""
        limit = {"second": 1000000, "policy": "local", "limit_by": "consumer"}
        cache = {"strategy": "memory", "content_type": ["application/json"], "cache_ttl": 3600}
        return {
            "_format_version": "3.0",
            "services": [{"name": "be", "url": "http://127.0.0.1:17000", "routes": [
                {"name": "plain", "paths": ["/plain"]},
                {"name": "keylimit", "paths": ["/keylimit"], "plugins": [{"name": "key-auth"}, {"name": "rate-limiting", "config": limit}]},
                {"name": "cache", "paths": ["/cache"], "plugins": [{"name": "proxy-cache", "config": cache}]}]}],
            "consumers": [{"username": "user-%04d" % i, "keyauth_credentials": [{"key": k}]} for i, k in enumerate(KEYS)],
            "certificates": [{"id": "0f4f9d39-7b0f-4ac2-9e2c-3b6d6a1a3f10", "cert": self.cert, "key": self.key, "snis": [{"name": "localhost"}]}]}

    def write(self, name, text):
        Path(self.dir, name).write_text(text)
        return f"{self.dir}/{name}"

    def close(self):
        shutil.rmtree(self.dir, ignore_errors=True)


def tree(pid):
    kids = {}
    for d in os.listdir("/proc"):
        if d.isdigit():
            try:
                kids.setdefault(int(open(f"/proc/{d}/stat").read().rsplit(")", 1)[1].split()[1]), []).append(int(d))
            except OSError:
                pass
    out, todo = [], [pid]
    while todo:
        p = todo.pop()
        out.append(p)
        todo += kids.get(p, [])
    return out


class Target:
    """A running server: a name, its ports, and what it has used of CPU and memory so far."""

    def __init__(self, name, command, port, tls, folder, env=None):
        self.name, self.port, self.tls = name, port, tls
        self.log = f"{folder}/{name.replace('/', '-')}.log"
        self.process = subprocess.Popen(command if isinstance(command, list) else shlex.split(command), stdout=open(self.log, "w"),
                                        stderr=subprocess.STDOUT, start_new_session=True, env={**os.environ, **(env or {})})
        for _ in range(600):
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                if self.process.poll() is not None:
                    sys.exit(f"{name} ended at start:\n" + open(self.log).read()[-2000:])
                time.sleep(0.1)
        else:
            sys.exit(f"{name} never answered on port {port}; see {self.log}")
        time.sleep(1)
        self.idle = self.memory()

    def cpu(self):
        """Seconds of user and of system time of the whole process tree."""
        user = system = 0
        for p in tree(self.process.pid):
            try:
                f = open(f"/proc/{p}/stat").read().rsplit(")", 1)[1].split()
                user += int(f[11])
                system += int(f[12])
            except OSError:
                pass
        return user / HZ, system / HZ

    def memory(self):
        """Proportional set size of the whole process tree in MB."""
        kb = 0
        for p in tree(self.process.pid):
            try:
                kb += next(int(l.split()[1]) for l in open(f"/proc/{p}/smaps_rollup") if l.startswith("Pss:"))
            except (OSError, StopIteration):
                pass
        return kb / 1024

    def stop(self):
        for p in reversed(tree(self.process.pid)):
            try:
                os.kill(p, signal.SIGTERM)
            except OSError:
                pass
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()


def upstream(w):
    return Target("upstream", ["nginx", "-c", f"{w.dir}/upstream.conf"], 17000, 0, w.dir)


def nginx(w):
    return Target("nginx", ["nginx", "-c", f"{w.dir}/nginx.conf"], 17100, 17143, w.dir)


def haproxy(w):
    return Target("haproxy", ["haproxy", "-db", "-f", f"{w.dir}/haproxy.cfg"], 17200, 17243, w.dir)


def sluice(w, transport, port=17800, config=None, admin="off", extra=""):
    """Sluice on one transport; 17800 is followed by its TLS port at +43."""
    return Target(f"sluice/{transport}", f"{SLUICE} run --config {config or w.dir + '/kong.json'} --proxy 127.0.0.1:{port} "
                  f"--proxy-tls 127.0.0.1:{port + 43} --admin {admin} --data {w.dir}/data-{port} --transport {transport} {extra}", port, port + 43, w.dir)
