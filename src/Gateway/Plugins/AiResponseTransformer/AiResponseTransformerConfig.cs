using Sluice.Gateway.Plugins.AiRequestTransformer;

namespace Sluice.Gateway.Plugins.AiResponseTransformer;

/// <summary>Which model changes responses, and how it is told to.</summary>
internal sealed record AiResponseTransformerConfig : AiRequestTransformerConfig
{
    /// <summary>Whether the model's answer is JSON that says <c>status</c>, <c>headers</c> and <c>body</c>.</summary>
    public bool ParseLlmResponseJsonInstructions { get; init; }
}
