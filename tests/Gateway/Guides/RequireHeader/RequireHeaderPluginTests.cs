using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Gateway.Configuration;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Plugins.RequireHeader;
using Sluice.Gateway.Snapshot;

namespace Sluice.Gateway.Tests.Guides.RequireHeader;

public sealed class RequireHeaderPluginTests
{
    private readonly Exchange exchange = new(new DefaultHttpContext(), loop: null);

    [Fact]
    public async Task A_request_with_the_field_goes_on()
    {
        exchange.Request.Headers["X-Team"] = "blue";
        (await Create(new RequireHeaderConfig { Header = "X-Team" }).AcceptAsync(exchange)).Answer.ShouldBeNull();
    }

    [Theory]
    [InlineData(null)]
    [InlineData("red")]
    public async Task A_request_without_an_allowed_value_is_refused(string? value)
    {
        if (value is not null) exchange.Request.Headers["X-Team"] = value;
        var verdict = await Create(new RequireHeaderConfig { Header = "X-Team", Allowed = ["blue"], Status = 422 }).AcceptAsync(exchange);
        verdict.Answer!.Status.ShouldBe(422);
        verdict.Answer.Error!.Message.ShouldBe("X-Team is required");
    }

    [Fact]
    public void Caches_are_told_what_the_answer_depends_on()
    {
        Create(new RequireHeaderConfig { Header = "X-Team" }).Respond(exchange);
        exchange.Response.Headers.Vary.ToString().ShouldBe("X-Team");
    }

    private static Plugin Create(RequireHeaderConfig config) => RequireHeaderPlugin.Descriptor.Create(new PluginSetup
    {
        Middleware = new PluginConfig { Name = "require-header", Config = config },
        Snapshot = new GatewaySnapshot { Document = new GatewayDocument(), Settings = new GatewaySettings() },
        Shared = new SharedResources(),
        Time = TimeProvider.System,
        Log = NullLogger.Instance,
    });
}
