using Sluice.Gateway.Plugins.FaultInjection;
using Sluice.Gateway.Tests.Configuration.Reading;

namespace Sluice.Gateway.Tests.Plugins.FaultInjection;

public class FaultInjectionPluginTests
{
    [Theory]
    [InlineData(0.0, 503)]
    [InlineData(0.049, 503)]
    [InlineData(0.051, 200)]
    public async Task A_share_of_the_requests_fails(double chance, int status) =>
        (await Harness(new() { Abort = new() { Percentage = 5, Status = 503 } }, chance).SendAsync()).Status.ShouldBe(status);

    [Fact]
    public async Task The_answer_is_as_configured()
    {
        var result = await Harness(new()
        {
            Abort = new() { Status = 418, Body = "<tea/>", ContentType = "text/xml", Headers = new Dictionary<string, string> { ["Retry-After"] = "7" } },
        }).SendAsync();
        result.Status.ShouldBe(418);
        result.Body.ShouldBe("<tea/>");
        result.Header("Content-Type").ShouldBe("text/xml");
        result.Header("Retry-After").ShouldBe("7");
    }

    [Fact]
    public async Task Without_a_body_it_is_an_error_of_the_gateway()
    {
        var result = await Harness(new() { Abort = new() { Status = 500 } }).SendAsync();
        result.Answer!.Error!.Code.ShouldBe("FAULT_INJECTED");
    }

    [Theory]
    [InlineData(0.0, 100)]
    [InlineData(0.5, 300)]
    [InlineData(1.0, 500)]
    public async Task A_delay_lies_in_its_range_and_holds_no_thread(double chance, int milliseconds)
    {
        var harness = Harness(new() { Delay = new() { Min = 100, Max = 500 } }, chance);
        var sending = harness.SendAsync();
        harness.Time.Advance(TimeSpan.FromMilliseconds(milliseconds - 1));
        sending.IsCompleted.ShouldBeFalse();
        harness.Time.Advance(TimeSpan.FromMilliseconds(1));
        (await sending.WaitAsync(Eventually.Patience)).Status.ShouldBe(200);
    }

    [Fact]
    public async Task A_request_may_wait_and_then_fail()
    {
        var harness = Harness(new() { Delay = new() { Min = 100 }, Abort = new() { Status = 503 } });
        var sending = harness.SendAsync();
        sending.IsCompleted.ShouldBeFalse();
        harness.Time.Advance(TimeSpan.FromMilliseconds(100));
        (await sending.WaitAsync(Eventually.Patience)).Status.ShouldBe(503);
    }

    [Fact]
    public async Task A_client_that_goes_away_ends_its_wait()
    {
        var harness = Harness(new() { Delay = new() { Min = 100 } });
        using var client = new CancellationTokenSource();
        var sending = harness.SendAsync(prepare: e => e.Http.RequestAborted = client.Token);
        await client.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(sending.WaitAsync(Eventually.Patience));
    }

    [Fact]
    public async Task Only_so_many_wait_at_a_time()
    {
        var harness = Harness(new() { Delay = new() { Min = 100 }, MaxActive = 1 });
        var first = harness.SendAsync();
        (await harness.SendAsync()).Status.ShouldBe(200);
        first.IsCompleted.ShouldBeFalse();
        harness.Time.Advance(TimeSpan.FromMilliseconds(100));
        await first.WaitAsync(Eventually.Patience);
        harness.SendAsync().IsCompleted.ShouldBeFalse();
    }

    [Theory]
    [InlineData("on", 503)]
    [InlineData("off", 200)]
    public async Task Only_requests_with_the_headers_are_concerned(string value, int status)
    {
        var harness = Harness(new() { Abort = new() { Status = 503 }, Headers = new Dictionary<string, IReadOnlyList<string>> { ["X-Chaos"] = ["on"] } });
        (await harness.SendAsync(headers: [("X-Chaos", value)])).Status.ShouldBe(status);
    }

    [Theory]
    [InlineData("{}", "at least one of delay and abort")]
    [InlineData("{delay: {}}", "delay.min")]
    [InlineData("{delay: {min: 5, max: 4}}", "must not be less than min")]
    [InlineData("{delay: {min: 5, percentage: 101}}", "delay.percentage")]
    [InlineData("{abort: {}}", "abort.status")]
    [InlineData("{abort: {status: 199}}", "abort.status")]
    [InlineData("{abort: {status: 500, headers: {Content-Length: '5'}}}", "is the gateway's to say")]
    [InlineData("{abort: {status: 500, headers: {X: \"a\\r\\nb\"}}}", "line breaks")]
    [InlineData("{abort: {status: 500}, headers: {'a b': []}}", "bad header name")]
    public void A_wrong_configuration_is_refused(string config, string says) =>
        Files.Problems($"_format_version: '3.0'\nplugins: [{{name: fault-injection, config: {config}}}]").ShouldHaveSingleItem().ShouldContain(says);

    private static PluginHarness Harness(FaultInjectionConfig config, double chance = 0.5) =>
        new PluginHarness { Random = new ScriptedRandom(chance) }.Use("fault-injection", config);
}
