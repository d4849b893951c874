using System.Net;
using System.Security.Authentication;
using Sluice.Gateway.Snapshot;
using Sluice.Gateway.Transport;
using Sluice.Host.Commands;
using Sluice.Host.Settings;

namespace Sluice.Host.Tests.Settings;

public sealed class SettingsReaderTests : IDisposable
{
    private readonly string confFile = Path.GetTempFileName();
    private readonly Dictionary<string, string?> options = [];
    private readonly Dictionary<string, string> environment = [];

    public void Dispose() => File.Delete(confFile);

    [Fact]
    public void Each_place_wins_over_the_weaker_ones()
    {
        File.WriteAllText(confFile, "admin_listen = 127.0.0.1:1\n");
        environment["KONG_CONF"] = confFile;
        AdminPort().ShouldBe(1);

        environment["KONG_ADMIN_LISTEN"] = "127.0.0.1:2";
        AdminPort().ShouldBe(2);

        environment["SLUICE_ADMIN"] = "127.0.0.1:3";
        AdminPort().ShouldBe(3);

        options["--admin"] = "127.0.0.1:4";
        AdminPort().ShouldBe(4);
    }

    [Fact]
    public void Payloads_go_to_a_folder_or_a_bucket()
    {
        (Read().Workflows.PayloadFolder, Read().Workflows.PayloadBucket).ShouldBe((null, null));
        options["--payloads"] = "/mnt/payloads";
        (Read().Workflows.PayloadFolder, Read().Workflows.PayloadBucket).ShouldBe(("/mnt/payloads", null));
        options["--payloads"] = "s3://bucket/a?region=eu-central-1";
        (Read().Workflows.PayloadFolder, $"{Read().Workflows.PayloadBucket}").ShouldBe((null, "s3://bucket/a/"));
        options["--payloads"] = "s3://key:geheim@bucket";
        var refused = Should.Throw<UsageException>(() => Read());
        refused.Message.ShouldStartWith("--payloads: expected a folder or s3://");
        refused.Message.ShouldNotContain("geheim");
    }

    [Fact]
    public void Workflows_see_the_variables_that_are_named()
    {
        Read().Workflows.VisibleVariables.ShouldBeEmpty();
        options["--workflow-env"] = "REGION, STAGE,";
        Read().Workflows.VisibleVariables.ShouldBe(["REGION", "STAGE"]);
    }

    [Fact]
    public void Without_settings_it_listens_where_kong_does()
    {
        Read().Proxy.Select(l => $"{l.EndPoint} {l.Tls} {l.Http2}").ShouldBe(["0.0.0.0:8000 False False", "0.0.0.0:8443 True True"]);
        Read().Admin.Single().EndPoint.ToString().ShouldBe("127.0.0.1:8001");
        Read().Status.ShouldBeEmpty();
    }

    [Fact]
    public void One_of_the_two_proxy_options_opens_nothing_else()
    {
        options["--proxy"] = ":9000";
        Read().Proxy.Single().EndPoint.ToString().ShouldBe("0.0.0.0:9000");
    }

    [Fact]
    public void A_proxy_option_replaces_only_its_own_kind_of_kongs_listeners()
    {
        environment["KONG_PROXY_LISTEN"] = "0.0.0.0:8000 reuseport backlog=16384, 0.0.0.0:8443 http2 ssl reuseport";
        options["--proxy"] = "127.0.0.1:9000";
        Read().Proxy.Select(l => l.EndPoint.ToString()).ShouldBe(["127.0.0.1:9000", "0.0.0.0:8443"]);
    }

    [Theory]
    [InlineData("amqp://u:p%40ss@broker/runs", "u:p@ss@broker:5672 runs False")]
    [InlineData("amqps://broker", "guest:guest@broker:5671 / True")]
    [InlineData("amqp://[::1]:5673/", "guest:guest@::1:5673 / False")]
    public void The_queue_of_the_workers_is_read(string url, string read)
    {
        options["--database"] = "postgres://sluice@db/sluice";
        options["--queue"] = url;
        var queue = Read().Workflows.Queue!;
        $"{queue.Username}:{queue.Password}@{queue.Hostname}:{queue.Port} {queue.Vhost} {queue.Ssl}".ShouldBe(read);
    }

    [Theory]
    [InlineData("postgres://sluice@db/sluice", "redis://u:secret@broker", "amqp://user:password@host")]
    [InlineData("postgres://sluice@db/sluice", "amqp://u:secret@broker/a/b", "amqp://user:password@host")]
    [InlineData("postgres://sluice@db/sluice", "broker:5672", "amqp://user:password@host")]
    [InlineData(null, "amqp://u:secret@broker", "--database postgres://")]
    public void A_queue_that_cannot_be_used_is_refused_without_its_password(string? database, string url, string says)
    {
        options["--database"] = database;
        options["--queue"] = url;
        var refused = Should.Throw<UsageException>(Read);
        refused.Message.ShouldContain("--queue");
        refused.Message.ShouldContain(says);
        refused.Message.ShouldNotContain("secret");
    }

    [Fact]
    public void Kongs_values_are_read()
    {
        foreach (var (name, value) in new Dictionary<string, string>
        {
            ["KONG_DECLARATIVE_CONFIG"] = "/kong/kong.yml",
            ["KONG_TRUSTED_IPS"] = "10.1.2.3/8,::1, 192.168.1.1",
            ["KONG_REAL_IP_HEADER"] = "X-Forwarded-For",
            ["KONG_REAL_IP_RECURSIVE"] = "on",
            ["KONG_HEADERS"] = "off",
            ["KONG_HEADERS_UPSTREAM"] = "off",
            ["KONG_SSL_PROTOCOLS"] = "TLSv1.3",
            ["KONG_UPSTREAM_KEEPALIVE_POOL_SIZE"] = "7",
            ["KONG_UPSTREAM_KEEPALIVE_IDLE_TIMEOUT"] = "9",
            ["KONG_NGINX_HTTP_CLIENT_MAX_BODY_SIZE"] = "8m",
            ["KONG_ROUTER_FLAVOR"] = "expressions",
            ["KONG_STATUS_LISTEN"] = "0.0.0.0:8100",
        })
            environment[name] = value;

        var settings = Read();
        settings.Sources.ShouldBe(["/kong/kong.yml"]);
        settings.Gateway.TrustedProxies.Select(n => n.ToString()).ShouldBe(["10.0.0.0/8", "::1/128", "192.168.1.1/32"]);
        settings.Gateway.RealIpHeader.ShouldBe("X-Forwarded-For");
        settings.Gateway.RealIpRecursive.ShouldBeTrue();
        settings.Gateway.Headers.ShouldBe(new ResponseHeaderSettings { Server = false, Via = false, Latency = false, RequestId = false, RequestIdUpstream = false });
        settings.Gateway.UpstreamKeepAlivePoolSize.ShouldBe(7);
        settings.Gateway.UpstreamKeepAliveIdleTimeout.ShouldBe(9000);
        settings.Gateway.MaxRequestBody.ShouldBe(8 * 1024 * 1024);
        settings.Gateway.RouterFlavor.ShouldBe(RouterFlavor.Expressions);
        settings.Gateway.TlsProtocols.ShouldBe(SslProtocols.Tls13);
        settings.Status.Single().EndPoint.ShouldBe(new IPEndPoint(IPAddress.Any, 8100));
    }

    [Theory]
    [InlineData("server_tokens", true, true, false, false)]
    [InlineData("latency_tokens, X-Kong-Upstream-Status", false, false, true, true)]
    [InlineData("Via", false, true, false, false)]
    public void Headers_name_what_is_sent(string headers, bool server, bool via, bool latency, bool upstreamStatus)
    {
        environment["KONG_HEADERS"] = headers;
        var read = Read().Gateway.Headers;
        (read.Server, read.Via, read.Latency, read.UpstreamStatus).ShouldBe((server, via, latency, upstreamStatus));
    }

    [Theory]
    [InlineData("auto", TransportKind.Auto)]
    [InlineData("io_uring", TransportKind.IoUring)]
    [InlineData("epoll", TransportKind.Epoll)]
    [InlineData("sockets", TransportKind.Sockets)]
    public void The_transport_is_chosen_by_name(string name, TransportKind kind)
    {
        options["--transport"] = name;
        Read().Transport.ShouldBe(kind);
    }

    [Theory]
    [InlineData("SLUICE_TRANSPORT", "carrier-pigeon")]
    [InlineData("SLUICE_LOOPS", "0")]
    [InlineData("SLUICE_PROXY", "example.com:80")]
    [InlineData("SLUICE_PROXY", "127.0.0.1:99999")]
    [InlineData("SLUICE_DRAIN_TIMEOUT", "soon")]
    [InlineData("KONG_PROXY_LISTEN", "0.0.0.0:8000 fast")]
    [InlineData("KONG_TRUSTED_IPS", "all")]
    [InlineData("KONG_HEADERS", "X-Powered-By")]
    [InlineData("KONG_REAL_IP_RECURSIVE", "maybe")]
    [InlineData("KONG_ROUTER_FLAVOR", "magic")]
    [InlineData("KONG_NGINX_HTTP_CLIENT_MAX_BODY_SIZE", "much")]
    [InlineData("KONG_SSL_PROTOCOLS", "TLSv1")]
    [InlineData("KONG_LOG_LEVEL", "loud")]
    [InlineData("KONG_DNS_RESOLVER", "not a server")]
    [InlineData("KONG_DNS_ORDER", "MX")]
    [InlineData("KONG_DNS_STALE_TTL", "long")]
    [InlineData("KONG_SSL_CERT", "/only/the/cert.pem")]
    [InlineData("SLUICE_ACCESS_LOG_QUERY", "some")]
    public void What_makes_no_sense_is_refused_with_its_origin(string name, string value)
    {
        environment[name] = value;
        var message = Should.Throw<UsageException>(Read).Message;
        message.ShouldContain(name.StartsWith("KONG_SSL_CERT", StringComparison.Ordinal) ? "ssl_cert" : name);
    }

    [Fact]
    public void Settings_of_kong_without_effect_are_named_apart_from_unknown_ones()
    {
        environment["KONG_MEM_CACHE_SIZE"] = "1m";
        environment["KONG_NGINX_WORKER_PROCESSES"] = "2";
        environment["KONG_PROXY_LISTNE"] = "0.0.0.0:8000";
        environment["KONG_DATABASE"] = "off";
        var notes = Read().Notes;
        notes.ShouldContain("without effect here: KONG_MEM_CACHE_SIZE, KONG_NGINX_WORKER_PROCESSES");
        notes.ShouldContain("not a setting of Kong or Sluice: KONG_PROXY_LISTNE");
        notes.Count.ShouldBe(2);
    }

    [Fact]
    public void Every_heeded_key_is_really_read()
    {
        // A value that suits nothing: each key that is read complains or shows up in the result, one that is not read does neither.
        foreach (var key in KongKeys.Heeded)
        {
            environment.Clear();
            if (key.StartsWith("pg_", StringComparison.Ordinal)) environment["KONG_DATABASE"] = "postgres";
            if (key == "pg_ssl_verify") environment["KONG_PG_SSL"] = "on";
            var before = Describe(Read());
            environment["KONG_" + key.ToUpperInvariant()] = SomeValue(key);
            if (key == "ssl_cert") environment["KONG_SSL_CERT_KEY"] = "k.pem";
            if (key == "ssl_cert_key") environment["KONG_SSL_CERT"] = "c.pem";
            Describe(Read()).ShouldNotBe(before, $"{key} is listed as heeded but changes nothing");
        }

        string SomeValue(string key) => key switch
        {
            "proxy_listen" or "admin_listen" or "status_listen" => "127.0.0.1:7",
            "headers" or "headers_upstream" => "off",
            "trusted_ips" => "10.0.0.0/8",
            "real_ip_recursive" or "nginx_proxy_real_ip_recursive" => "on",
            "ssl_cipher_suite" => "modern",
            "ssl_protocols" or "nginx_http_ssl_protocols" => "TLSv1.3",
            "lua_ssl_trusted_certificate" => confFile,
            "router_flavor" => "expressions",
            "database" => "postgres",
            "pg_ssl" or "pg_ssl_verify" => "on",
            "log_level" => "debug",
            "tracing_instrumentations" or "opentelemetry_tracing" => "all",
            "tracing_sampling_rate" or "opentelemetry_tracing_sampling_rate" => "0.5",
            "dns_resolver" or "resolver_address" => "10.9.8.7",
            "dns_order" or "resolver_family" => "AAAA",
            _ => "17",
        };
    }

    [Fact]
    public void Kong_conf_has_comments_and_is_checked()
    {
        File.WriteAllText(confFile, "# a comment\nadmin_listen = 127.0.0.1:5   # another\n\nreal_ip_header = X-A\\#B\n");
        options["--kong-conf"] = confFile;
        AdminPort().ShouldBe(5);
        Read().Gateway.RealIpHeader.ShouldBe("X-A#B");

        File.WriteAllText(confFile, "admin_listen = off\nnonsense\n");
        Should.Throw<UsageException>(Read).Message.ShouldContain($"{confFile}:2");

        options["--kong-conf"] = "/does/not/exist.conf";
        Should.Throw<UsageException>(Read).Message.ShouldContain("/does/not/exist.conf");
    }

    [Theory]
    [InlineData("SLUICE_ACCESS_LOG", "off", null)]
    [InlineData("SLUICE_ACCESS_LOG", "stdout", "stdout")]
    [InlineData("SLUICE_ACCESS_LOG", "/var/log/a b.log", "/var/log/a b.log")]
    [InlineData("KONG_PROXY_ACCESS_LOG", "/dev/stdout", "stdout")]
    [InlineData("KONG_PROXY_ACCESS_LOG", "logs/access.log basic", "logs/access.log")]
    [InlineData("KONG_PROXY_ACCESS_LOG", "syslog:server=127.0.0.1", null)]
    public void The_access_log_goes_where_it_is_told(string name, string value, string? target)
    {
        environment[name] = value;
        Read().Gateway.AccessLog.ShouldBe(target);
    }

    private static string Describe(RunSettings s) => string.Join(
        '|', string.Join(',', s.Sources), s.InlineDocument, string.Join(',', s.Proxy), string.Join(',', s.Admin), string.Join(',', s.Status),
        string.Join(',', s.Tls.Certificates), string.Join(',', s.Tls.Keys), s.LogLevel, s.Gateway with { TrustedProxies = [], Dns = null! }, string.Join(',', s.Gateway.TrustedProxies),
        string.Join(',', s.Gateway.Dns.Servers), string.Join(',', s.Gateway.Dns.Order), s.Gateway.Dns with { Servers = [], Order = [], SearchDomains = [] }, string.Join(',', s.Notes), s.StoresReleases, s.Database.Connection);

    [Fact]
    public void Releases_are_stored_where_somebody_asked_for_it()
    {
        Read().StoresReleases.ShouldBeFalse();
        environment["KONG_DATABASE"] = "postgres";
        environment["KONG_PG_HOST"] = "db";
        environment["KONG_PG_PASSWORD"] = "p@ss:/word";
        (Read().StoresReleases, Read().Database.ToString()).ShouldBe((true, "postgres://db:5432/kong"));
        Read().Database.Connection.ShouldContain("p@ss:/word");
        environment["SLUICE_DATA"] = "/var/lib/sluice";
        Read().Database.ToString().ShouldBe("sqlite:/var/lib/sluice/sluice.db");
        options["--database"] = "nonsense://secret";
        Should.Throw<UsageException>(Read).Message.ShouldNotContain("secret");
        options["--database"] = "postgres://h/d";
        options["--lead"] = "api";
        (Read().Database.ToString(), Read().Lead).ShouldBe(("postgres://h:5432/d", Sluice.Control.Releases.FileLead.Api));
    }

    private int AdminPort() => ((IPEndPoint)Read().Admin.Single().EndPoint).Port;

    private RunSettings Read() => SettingsReader.Read(options, environment);
}
