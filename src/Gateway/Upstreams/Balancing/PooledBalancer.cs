using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Upstreams.Health;

namespace Sluice.Gateway.Upstreams.Balancing;

/// <summary>Chooses from a shared pool.</summary>
internal sealed class PooledBalancer(EndpointPool pool) : Balancer
{
    public override IReadOnlyList<Endpoint> Endpoints => pool.View.All;

    public override BalancerStatus GetStatus() => pool.GetStatus();

    public override bool SetHealth(string target, bool healthy) => pool.SetHealth(target, healthy);

    public override ValueTask<EndpointChoice> ChooseAsync(Exchange exchange, TriedEndpoints tried)
    {
        var view = pool.GetViewAsync();
        return view.IsCompletedSuccessfully ? new(view.Result.Choose(exchange, tried)) : ChooseLaterAsync(view, exchange, tried);
    }

    private static async ValueTask<EndpointChoice> ChooseLaterAsync(ValueTask<EndpointView> pending, Exchange exchange, TriedEndpoints tried)
    {
        var view = await pending.ConfigureAwait(false);
        if (exchange.Loop is { } loop) await loop.SwitchTo();
        return view.Choose(exchange, tried);
    }
}
