using System.Text.RegularExpressions;
using Sluice.Gateway.Plugins.CorrelationId;

namespace Sluice.Gateway.Tests.Plugins.CorrelationId;

public sealed class CorrelationIdPluginTests
{
    private const string Uuid = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}";

    [Theory]
    [InlineData("uuid", $"^{Uuid}$")]
    [InlineData("uuid#counter", $"^{Uuid}#[0-9]+$")]
    [InlineData("tracker", "^\\S*-[0-9]+-[0-9]+-\\S+-[0-9]{9,}\\.[0-9]{3}$")]
    public async Task A_request_without_an_id_gets_one_that_goes_both_ways(string generator, string pattern)
    {
        var harness = new PluginHarness().Use("correlation-id", new CorrelationIdConfig { Generator = generator, EchoDownstream = true });
        var result = await harness.SendAsync();
        Regex.IsMatch(result.Sent("Kong-Request-ID")!, pattern, RegexOptions.None, TimeSpan.FromSeconds(1)).ShouldBeTrue(result.Sent("Kong-Request-ID"));
        result.Header("Kong-Request-ID").ShouldBe(result.Sent("Kong-Request-ID"));
        (await harness.SendAsync()).Sent("Kong-Request-ID").ShouldNotBe(result.Sent("Kong-Request-ID"));
    }

    [Fact]
    public async Task A_clients_own_id_is_kept_and_the_first_of_several_is_echoed()
    {
        var harness = new PluginHarness().Use("correlation-id", new CorrelationIdConfig { HeaderName = "X-Trace", EchoDownstream = true });
        (await harness.SendAsync(headers: [("x-trace", "mine")])).Header("X-Trace").ShouldBe("mine");
        var several = await harness.SendAsync(headers: [("X-Trace", "a"), ("X-Trace", "b")]);
        several.Header("X-Trace").ShouldBe("a");
        several.Sent("X-Trace").ShouldBe("a,b");
        (await harness.SendAsync(headers: [("X-Trace", "")])).Sent("X-Trace").ShouldNotBeNullOrEmpty();
    }

    [Fact]
    public async Task The_client_sees_nothing_unless_asked()
    {
        var result = await new PluginHarness().Use("correlation-id", new CorrelationIdConfig()).SendAsync();
        result.Header("Kong-Request-ID").ShouldBeNull();
        CorrelationIdPlugin.IdOf(result.Exchange).ShouldBe(result.Sent("Kong-Request-ID"));
    }
}
