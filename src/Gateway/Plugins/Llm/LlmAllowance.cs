using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Plugins.Llm;

/// <summary>What a limit leaves of providers to the caller of one exchange; whoever asks models heeds it.</summary>
internal abstract class LlmAllowance
{
    private static readonly PluginSlot<LlmAllowance> Slot = new();

    /// <summary>The limit of the exchange; null without one.</summary>
    public static LlmAllowance? Of(Exchange exchange) => Slot.Get(exchange);

    public static void Set(Exchange exchange, LlmAllowance allowance) => Slot.Set(exchange, allowance);

    /// <summary>Whether nothing is left of a provider.</summary>
    public abstract bool IsUsedUp(string provider);

    /// <summary>The refusal for a caller who has used up <paramref name="providers"/>, which are all that the request could be sent to.</summary>
    public abstract Answer Refuse(IEnumerable<string> providers);
}
