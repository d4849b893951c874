using Sluice.Gateway.Configuration;
using Sluice.Gateway.Tests.Configuration.Reading;

namespace Sluice.Gateway.Tests.Plugins.TrafficSplit;

public class TrafficSplitPluginTests
{
    private const string Document = """
        _format_version: '3.0'
        services:
        - {name: one, url: 'http://one.test', routes: [{name: r, paths: [/]}]}
        - {name: two, url: 'http://two.test/v2'}
        upstreams:
        - {name: three, targets: [{target: '127.0.0.1:8003'}]}
        - {name: fourth, targets: [{target: '127.0.0.1:8004'}]}
        """;

    [Theory]
    [InlineData(0.0, "one.test")]
    [InlineData(0.699, "one.test")]
    [InlineData(0.701, "two.test")]
    [InlineData(0.899, "two.test")]
    [InlineData(0.901, "three")]
    [InlineData(0.999999, "three")]
    public async Task Chance_divides_by_weight(double chance, string host)
    {
        var harness = Harness("{rules: [{destinations: [{weight: 70}, {service: two, weight: 20}, {upstream: three, weight: 10}, {service: one, weight: 0}]}]}", chance);
        (await harness.SendAsync()).Exchange.Destination!.Config.Host.ShouldBe(host == "one.test" ? "upstream.test" : host);
    }

    [Fact]
    public async Task Each_destination_has_an_identity_of_its_own_so_that_none_opens_the_circuit_of_another()
    {
        var harness = Harness("{rules: [{headers: {X-Beta: []}, destinations: [{upstream: three}]}, {destinations: [{upstream: fourth}]}]}");
        var three = (await harness.SendAsync(headers: [("X-Beta", "1")])).Exchange.Destination!.Config;
        var fourth = (await harness.SendAsync()).Exchange.Destination!.Config;
        (three.Host, fourth.Host).ShouldBe(("three", "fourth"));
        three.Id.ShouldNotBe(fourth.Id);
    }

    [Fact]
    public async Task A_destinations_own_path_is_used()
    {
        var harness = Harness("{rules: [{destinations: [{service: two}]}]}");
        (await harness.SendAsync("/items")).Exchange.Upstream.Path.ShouldBe("/v2/items");
    }

    [Theory]
    [InlineData("X-Beta", "yes", "two.test")]
    [InlineData("X-Beta", "no", "three")]
    [InlineData("X-Other", "yes", "three")]
    public async Task The_first_rule_whose_headers_are_there_counts(string name, string value, string host)
    {
        var harness = Harness("{rules: [{headers: {X-Beta: ['yes', '1']}, destinations: [{service: two}]}, {destinations: [{upstream: three}]}]}");
        (await harness.SendAsync(headers: [(name, value)])).Exchange.Destination!.Config.Host.ShouldBe(host);
    }

    [Fact]
    public async Task A_request_that_meets_no_rule_stays()
    {
        var harness = Harness("{rules: [{headers: {X-Beta: []}, destinations: [{service: two}]}]}");
        (await harness.SendAsync()).Exchange.Destination!.Config.Host.ShouldBe("upstream.test");
        (await harness.SendAsync(headers: [("X-Beta", "any")])).Exchange.Destination!.Config.Host.ShouldBe("two.test");
    }

    [Fact]
    public async Task Consumer_groups_have_rules_of_their_own()
    {
        var document = Read("{rules: [{consumer_groups: [beta], destinations: [{service: two}]}]}", """

            consumer_groups: [{name: beta}]
            consumers: [{username: ann, groups: [{name: beta}]}, {username: bob}]
            """);
        var harness = new PluginHarness(document).WithServices().Use("traffic-split", document.Plugins[0].Config!);
        (await HostAsync("ann")).ShouldBe("two.test");
        (await HostAsync("bob")).ShouldBe("upstream.test");
        (await HostAsync(null)).ShouldBe("upstream.test");

        async Task<string> HostAsync(string? consumer) => (await harness.SendAsync(prepare: exchange =>
        {
            if (consumer is not null) exchange.Authenticated(harness.Snapshot.ConsumersByUsername[consumer], credential: null);
        })).Exchange.Destination!.Config.Host;
    }

    [Fact]
    public async Task Sticky_callers_move_only_to_what_grows()
    {
        const int Callers = 1000;
        var before = await WhereAsync(90, 10);
        var after = await WhereAsync(70, 30);
        before.Count(h => h == "two.test").ShouldBeInRange(60, 140);
        after.Count(h => h == "two.test").ShouldBeInRange(250, 350);
        for (var i = 0; i < Callers; i++)
            if (before[i] == "two.test") after[i].ShouldBe("two.test");

        static async Task<List<string>> WhereAsync(int one, int two)
        {
            var harness = Harness($"{{sticky: header, sticky_header: X-User, rules: [{{destinations: [{{weight: {one}}}, {{service: two, weight: {two}}}]}}]}}");
            var hosts = new List<string>();
            for (var i = 0; i < Callers; i++) hosts.Add((await harness.SendAsync(headers: [("X-User", $"u{i}")])).Exchange.Destination!.Config.Host);
            return hosts;
        }
    }

    [Fact]
    public async Task A_cookie_keeps_a_browser_where_it_is()
    {
        var harness = Harness("{sticky: cookie, cookie_name: where, rules: [{destinations: [{}, {service: two}]}]}");
        var hosts = new HashSet<string>();
        for (var i = 0; i < 40; i++)
        {
            var cookie = ("Cookie", $"a=b; where={Guid.NewGuid()}");
            var first = (await harness.SendAsync(headers: [cookie])).Exchange.Destination!.Config.Host;
            (await harness.SendAsync(headers: [cookie])).Exchange.Destination!.Config.Host.ShouldBe(first);
            hosts.Add(first);
        }

        hosts.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Each_request_is_counted_once()
    {
        var harness = Harness("{rules: [{destinations: [{weight: 1}, {service: two, weight: 1}]}]}", 0.1, 0.9, 0.9);
        for (var i = 0; i < 3; i++) await harness.SendAsync();
        var counts = harness.Shared.OfType<Sluice.Gateway.Counters.DestinationCounts>().Single();
        counts.Of(0).ShouldBe(1);
        counts.Of(1).ShouldBe(2);
    }

    [Fact]
    public async Task A_sticky_request_allocates_nothing()
    {
        var harness = Harness("{sticky: ip, rules: [{headers: {X-A: ['1']}, destinations: [{service: one}]}, {destinations: [{}, {upstream: three}]}]}");
        var exchange = (await harness.SendAsync()).Exchange;
        Allocations.Least(() => _ = exchange.RunRequestStages()).ShouldBe(0);
    }

    [Theory]
    [InlineData("{}", "rules")]
    [InlineData("{rules: []}", "rules")]
    [InlineData("{rules: [{destinations: [{service: tow}]}]}", "there is no service 'tow'")]
    [InlineData("{rules: [{destinations: [{upstream: four}]}]}", "there is no upstream 'four'")]
    [InlineData("{rules: [{destinations: [{service: two, upstream: three}]}]}", "upstream")]
    [InlineData("{rules: [{destinations: [{service: two, weight: 0}]}]}", "weight above 0")]
    [InlineData("{rules: [{destinations: [{service: two}, {service: two}]}]}", "is there twice")]
    [InlineData("{rules: [{destinations: [{}]}, {destinations: [{service: two}]}]}", "never met")]
    [InlineData("{sticky: header, rules: [{destinations: [{}]}]}", "sticky_header")]
    public void A_wrong_configuration_is_refused(string config, string says) => Files.Problems(Yaml(config)).ShouldHaveSingleItem().ShouldContain(says);

    [Fact]
    public void A_reference_that_leads_nowhere_is_shown_where_it_stands() =>
        Files.Read(Yaml("\n    rules:\n    - destinations:\n      - service: nowhere")).Problems.ShouldHaveSingleItem().ToString().ShouldContain("rules[0].destinations[0].service");

    private static string Yaml(string config, string more = "") => $"{Document}{more}\nplugins:\n- name: traffic-split\n  config: {config}\n";

    private static GatewayDocument Read(string config, string more = "")
    {
        var read = Files.Read(Yaml(config, more));
        return read.Document.ShouldNotBeNull(string.Join('\n', read.Problems));
    }

    private static PluginHarness Harness(string config, params double[] chance)
    {
        var document = Read(config);
        return new PluginHarness(document) { Random = chance.Length == 0 ? Random.Shared : new ScriptedRandom(chance) }
            .WithServices().Use("traffic-split", document.Plugins[0].Config!);
    }
}
