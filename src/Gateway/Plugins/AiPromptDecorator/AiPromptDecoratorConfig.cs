using Sluice.Foundation.Schema;

namespace Sluice.Gateway.Plugins.AiPromptDecorator;

/// <summary>What is said before and after a client's messages.</summary>
internal sealed record AiPromptDecoratorConfig : IChecked
{
    public AiPrompts? Prompts { get; init; }

    /// <summary>The most bytes of a request.</summary>
    [GreaterThan(0)]
    public int MaxRequestBodySize { get; init; } = 8192;

    public void Check(Action<string, string> report)
    {
        if (Prompts is not { } prompts || (prompts.Prepend is null && prompts.Append is null))
            report("", "at least one of these fields must be non-empty: 'prompts.prepend', 'prompts.append'");
    }
}

/// <summary>Messages in order.</summary>
internal sealed record AiPrompts
{
    [Length(0, 15)]
    public IReadOnlyList<AiPrompt>? Prepend { get; init; }

    [Length(0, 15)]
    public IReadOnlyList<AiPrompt>? Append { get; init; }
}

/// <summary>A message.</summary>
internal sealed record AiPrompt
{
    /// <summary>Who says it.</summary>
    [OneOf("system", "assistant", "user")]
    public string Role { get; init; } = "system";

    [Required, Length(1, 100000)]
    public string Content { get; init; } = "";
}
