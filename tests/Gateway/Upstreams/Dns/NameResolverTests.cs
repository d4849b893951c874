using System.Net;
using Sluice.Gateway.Upstreams.Dns;

namespace Sluice.Gateway.Tests.Upstreams.Dns;

public sealed class NameResolverTests : IDisposable
{
    private readonly TestNameServer server = new();
    private readonly ManualTime time = new();
    private readonly NameResolver resolver;

    public NameResolverTests() => resolver = Create();

    public void Dispose() => server.Dispose();

    private NameResolver Create(DnsSettings? settings = null) =>
        new((settings ?? new DnsSettings()) with { Servers = [server.Address], HostsFile = settings?.HostsFile }, time);

    private async Task<string[]> ResolveAsync(string name) =>
        [.. (await resolver.ResolveAsync(name)).Addresses.Select(a => a.Port == 0 ? $"{a.Address}" : $"{a.Address}:{a.Port}*{a.Weight}")];

    [Fact]
    public async Task Addresses_are_kept_as_long_as_they_say()
    {
        server.Add("a.test", 30, "10.0.0.1", "10.0.0.2");

        (await ResolveAsync("A.test.")).ShouldBe(["10.0.0.1", "10.0.0.2"]);
        time.Advance(TimeSpan.FromSeconds(29));
        (await resolver.ResolveAsync("a.test")).Ttl.ShouldBe(TimeSpan.FromSeconds(1));
        server.Count(DnsRecordType.A).ShouldBe(1);
        server.Add("a.test", "10.0.0.3");
        time.Advance(TimeSpan.FromSeconds(1));

        (await ResolveAsync("a.test")).ShouldBe(["10.0.0.3"]);
    }

    [Fact]
    public async Task Aliases_are_followed_and_the_shortest_time_counts()
    {
        server.AddAlias("www.test", "real.test", 5, "10.0.0.1");

        var resolution = await resolver.ResolveAsync("www.test");

        resolution.Addresses.ShouldHaveSingleItem().Address.ShouldBe(IPAddress.Parse("10.0.0.1"));
        resolution.Ttl.ShouldBe(TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task Version_6_is_used_where_there_is_no_version_4()
    {
        server.Add("six.test", "fd00::1").Add("both.test", "fd00::1").Add("both.test", "10.0.0.1");

        (await ResolveAsync("six.test")).ShouldBe(["fd00::1"]);
        (await ResolveAsync("both.test")).ShouldBe(["10.0.0.1"]);
    }

    [Fact]
    public async Task Services_bring_ports_and_weights_of_the_first_priority()
    {
        server.AddService("svc.test", (10, 3, 8001, "h1.test"), (10, 0, 8002, "h2.test"), (20, 1, 8003, "h3.test"))
            .Add("svc.test", "10.9.9.9").Add("h1.test", "10.0.0.1").Add("h2.test", 7, "10.0.0.2", "10.0.0.3").Add("h3.test", "10.0.0.4");

        (await ResolveAsync("svc.test")).ShouldBe(["10.0.0.1:8001*3", "10.0.0.2:8002*0", "10.0.0.3:8002*0"]);
        (await resolver.ResolveAsync("svc.test")).Ttl.ShouldBe(TimeSpan.FromSeconds(7));
    }

    [Fact]
    public async Task Underscore_names_are_asked_for_as_services_only()
    {
        server.AddService("_http._tcp.test", (1, 1, 80, "h.test")).Add("h.test", "10.0.0.1");

        (await ResolveAsync("_http._tcp.test")).ShouldBe(["10.0.0.1:80*1"]);
        server.Queries.Count(q => q.Name == "_http._tcp.test").ShouldBe(1);
    }

    [Fact]
    public async Task That_there_is_nothing_is_kept_as_long_as_the_zone_says()
    {
        var resolution = await resolver.ResolveAsync("none.test");
        resolution.Error.ShouldBe("the name does not exist");
        resolution.Ttl.ShouldBe(TimeSpan.FromSeconds(20));

        server.Add("none.test", "10.0.0.1");
        (await ResolveAsync("none.test")).ShouldBeEmpty();
        time.Advance(TimeSpan.FromSeconds(20));
        (await ResolveAsync("none.test")).ShouldBe(["10.0.0.1"]);
    }

    [Fact]
    public async Task While_the_servers_fail_the_last_answer_is_repeated_for_a_time()
    {
        server.Add("a.test", 10, "10.0.0.1");
        await ResolveAsync("a.test");
        server.Code = 2;
        time.Advance(TimeSpan.FromMinutes(30));

        var stale = await resolver.ResolveAsync("a.test");
        stale.Addresses.ShouldHaveSingleItem();
        stale.Ttl.ShouldBe(TimeSpan.FromSeconds(1));

        time.Advance(TimeSpan.FromMinutes(31));
        (await resolver.ResolveAsync("a.test")).Error.ShouldBe("the name server failed");
    }

    [Fact]
    public async Task That_the_name_is_gone_ends_the_last_answer()
    {
        server.Add("a.test", 10, "10.0.0.1");
        await ResolveAsync("a.test");
        server.Clear();
        time.Advance(TimeSpan.FromSeconds(10));

        (await resolver.ResolveAsync("a.test")).Error.ShouldBe("the name does not exist");
    }

    [Fact]
    public async Task Who_asks_for_the_same_name_meanwhile_waits_for_the_same_answer()
    {
        server.Add("a.test", "10.0.0.1");
        var gate = new TaskCompletionSource();
        server.Gate = gate.Task;

        var pending = Enumerable.Range(0, 50).Select(_ => resolver.ResolveAsync("a.test").AsTask()).ToArray();
        gate.SetResult();
        await Task.WhenAll(pending);

        server.Count(DnsRecordType.A).ShouldBe(1);
    }

    [Fact]
    public async Task An_answer_that_does_not_fit_is_asked_for_over_tcp()
    {
        string[] many = [.. Enumerable.Range(1, 100).Select(i => $"10.0.0.{i}")];
        server.Add("many.test", many);

        (await ResolveAsync("many.test")).ShouldBe(many);
        server.Queries.ShouldContain(("many.test", DnsRecordType.A, true));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(13)]
    [InlineData(2)]
    public async Task A_forged_reply_is_passed_over(int changedByte)
    {
        server.Add("a.test", "10.0.0.1");
        server.Forgery = query =>
        {
            var forged = TestNameServer.Message(
                query, 0, truncated: false, [TestNameServer.Record("a.test", DnsRecordType.A, 60, [6, 6, 6, 6])]);
            forged[changedByte] ^= 0x11;
            return forged;
        };

        (await ResolveAsync("a.test")).ShouldBe(["10.0.0.1"]);
    }

    [Fact]
    public Task The_next_server_is_asked_when_one_is_silent() => Pace.SlowsDownAsync(async times =>
    {
        using var silent = new TestNameServer { Mute = true };
        server.Add("a.test", "10.0.0.1");
        var both = new NameResolver(
            new DnsSettings { Servers = [silent.Address, server.Address], Timeout = TimeSpan.FromMilliseconds(50 * times), HostsFile = null }, TimeProvider.System);

        (await both.ResolveAsync("a.test")).Error.ShouldBeNull();
    });

    [Fact]
    public async Task Silence_of_all_servers_is_a_failure_in_time()
    {
        server.Mute = true;
        var quick = new NameResolver(
            new DnsSettings { Servers = [server.Address], Timeout = TimeSpan.FromMilliseconds(30), Attempts = 2, HostsFile = null }, TimeProvider.System);

        (await quick.ResolveAsync("a.test")).Error.ShouldBe("no name server answered in time");
        await Eventually.HoldsAsync(() => server.Count(DnsRecordType.A) == 2);
    }

    [Fact]
    public async Task Search_domains_are_used_only_when_set()
    {
        server.Add("db.corp.test", "10.0.0.1");
        (await ResolveAsync("db")).ShouldBeEmpty();

        var searching = Create(new DnsSettings { SearchDomains = ["corp.test"], HostsFile = null });
        (await searching.ResolveAsync("db")).Addresses.Count.ShouldBe(1);
    }

    [Fact]
    public async Task The_hosts_file_comes_first_and_is_read_again_when_it_changes()
    {
        var path = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(path, "10.1.1.1 mine.test other # comment\n::1 mine.test\nnonsense\n", TestContext.Current.CancellationToken);
            var own = Create(new DnsSettings { HostsFile = path });
            (await own.ResolveAsync("MINE.test")).Addresses.ShouldHaveSingleItem().Address.ToString().ShouldBe("10.1.1.1");

            await File.WriteAllTextAsync(path, "10.1.1.2 mine.test\n", TestContext.Current.CancellationToken);
            File.SetLastWriteTimeUtc(path, DateTime.UnixEpoch);
            time.Advance(TimeSpan.FromSeconds(30));
            (await own.ResolveAsync("mine.test")).Addresses[0].Address.ToString().ShouldBe("10.1.1.2");
            server.Queries.ShouldBeEmpty();
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public async Task Localhost_is_never_asked_for()
    {
        (await ResolveAsync("localhost")).ShouldBe(["127.0.0.1"]);
        server.Queries.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("a..b")]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("a b")]
    [InlineData("a\0b")]
    public async Task What_is_no_name_is_not_asked_for(string name)
    {
        (await resolver.ResolveAsync(name)).Error.ShouldBe("not a host name");
        server.Queries.ShouldBeEmpty();
    }

    [Fact]
    public async Task Names_of_other_scripts_are_asked_for_in_punycode()
    {
        server.Add("xn--bcher-kva.test", "10.0.0.1");

        (await ResolveAsync("bücher.test")).ShouldBe(["10.0.0.1"]);
    }
}
