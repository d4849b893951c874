using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Plugins.IpRestriction;

/// <summary>Lets clients pass or not by their address.</summary>
internal sealed class IpRestrictionPlugin : Plugin
{
    private readonly AddressRanges? allowed;
    private readonly AddressRanges? denied;
    private readonly int status;
    private readonly Answer? refusal;

    public IpRestrictionPlugin(IpRestrictionConfig config)
    {
        allowed = config.Allow is { Count: > 0 } allow ? new AddressRanges(allow) : null;
        denied = config.Deny is { Count: > 0 } deny ? new AddressRanges(deny) : null;
        status = config.Status ?? 403;
        refusal = config.Message is { } message ? IpRestrictionErrors.NotAllowed(status, message).Answer : null;
    }

    public static PluginDescriptor Descriptor { get; } = new PluginDescriptor<IpRestrictionPlugin, IpRestrictionConfig>((c, _) => new IpRestrictionPlugin(c))
    {
        Name = "ip-restriction",
        Summary = "Lets clients pass or not by their address.",
    };

    public override ValueTask<Verdict> AuthorizeAsync(Exchange exchange)
    {
        var address = exchange.ClientAddress;
        if (denied?.Contains(address) != true && allowed?.Contains(address) != false) return Verdict.Continue;
        return Verdict.Stop(refusal ?? IpRestrictionErrors.NotAllowed(status, address).Answer);
    }
}
