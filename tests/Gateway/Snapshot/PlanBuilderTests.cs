using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Gateway.Configuration;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Plugins.CorrelationId;
using Sluice.Gateway.Snapshot;

namespace Sluice.Gateway.Tests.Snapshot;

public class PlanBuilderTests
{
    private static readonly RouteConfig Route = new() { Id = Guid.NewGuid(), Pipeline = "common" };
    private static readonly ServiceConfig Service = new() { Id = Guid.NewGuid() };
    private static readonly ConsumerGroupConfig Group = new() { Id = Guid.NewGuid(), Name = "gold" };

    private static readonly ConsumerModel Consumer = new()
    {
        Config = new ConsumerConfig { Id = Guid.NewGuid(), Username = "ann", Groups = [new Reference(Group.Id)] },
        Groups = [Group],
        AclGroups = [],
        HasMiddleware = true,
    };

    /// <summary>From the strongest scope to the weakest: consumer, group, route, service, pipeline.</summary>
    public static TheoryData<string> Scopes => ["crs", "grs", "cr", "cs", "gr", "gs", "rs", "c", "g", "r", "p", "s", ""];

    [Theory]
    [MemberData(nameof(Scopes))]
    public void The_strongest_scope_wins(string scope)
    {
        var all = Scopes.Select(s => s.Data).ToList();
        var present = all.Skip(all.IndexOf(scope)).Select(Middleware).ToList();
        var plan = Builder(present).ForRoute(Route, Service.Id).For(Consumer);
        plan.Plugins.ShouldHaveSingleItem().Middleware.InstanceName.ShouldBe(scope);
    }

    [Fact]
    public void A_callers_middleware_does_not_apply_to_others()
    {
        var plan = Builder([Middleware("c"), Middleware("s")]).ForRoute(Route, Service.Id);
        plan.Plugins.ShouldHaveSingleItem().Middleware.InstanceName.ShouldBe("s");
    }

    [Fact]
    public void Unmatched_requests_get_the_global_middleware_only()
    {
        Builder([Middleware("r"), Middleware("s"), Middleware("c")]).ForUnmatched().Plugins.ShouldBeEmpty();
        Builder([Middleware("r"), Middleware("")]).ForUnmatched().Plugins.ShouldHaveSingleItem().Middleware.InstanceName.ShouldBe("");
    }

    [Fact]
    public void Disabled_middleware_is_left_out() =>
        Builder([Middleware("r") with { Enabled = false }, Middleware("s")]).ForRoute(Route, Service.Id)
            .Plugins.ShouldHaveSingleItem().Middleware.InstanceName.ShouldBe("s");

    [Fact]
    public void Routes_with_equal_middleware_share_a_plan()
    {
        var builder = Builder([Middleware("")]);
        builder.ForRoute(Route, Service.Id).ShouldBeSameAs(builder.ForRoute(new RouteConfig { Id = Guid.NewGuid() }, null));
    }

    [Fact]
    public void A_plugin_that_cannot_be_made_refuses_the_configuration()
    {
        var broken = Middleware("") with { Name = "key-auth" };
        Should.Throw<SnapshotException>(() => Builder([broken]).ForRoute(Route, Service.Id)).Message.ShouldStartWith($"plugin key-auth (id {broken.Id}) cannot be made");
    }

    private static PluginConfig Middleware(string scope) => new()
    {
        Id = Guid.NewGuid(),
        Name = "correlation-id",
        InstanceName = scope,
        Config = new CorrelationIdConfig(),
        Route = scope.Contains('r') ? new Reference(Route.Id) : null,
        Service = scope.Contains('s') ? new Reference(Service.Id) : null,
        Consumer = scope.Contains('c') ? new Reference(Consumer.Config.Id) : null,
        ConsumerGroup = scope.Contains('g') ? new Reference(Group.Id) : null,
        Pipeline = scope.Contains('p') ? "common" : null,
    };

    private static PlanBuilder Builder(IReadOnlyList<PluginConfig> middleware)
    {
        var document = new GatewayDocument { Plugins = middleware };
        var snapshot = new GatewaySnapshot { Document = document, Settings = new GatewaySettings() };
        return new PlanBuilder(
            document,
            m => new PluginSetup
            {
                Middleware = m,
                Snapshot = snapshot,
                Shared = new SharedResources(),
                Time = TimeProvider.System,
                Log = NullLogger.Instance,
            },
            NullLogger.Instance);
    }
}
