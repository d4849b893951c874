using Sluice.Foundation.Schema;

namespace Sluice.Gateway.Plugins.AiPromptTemplate;

/// <summary>The templates that clients may name.</summary>
internal sealed record AiPromptTemplateConfig
{
    [Required]
    public IReadOnlyList<AiPromptTemplateEntry> Templates { get; init; } = [];

    /// <summary>Whether requests without a template pass.</summary>
    public bool AllowUntemplatedRequests { get; init; } = true;

    /// <summary>Whether log entries hold the request as it came.</summary>
    public bool LogOriginalRequest { get; init; }

    /// <summary>The most bytes of a request.</summary>
    [GreaterThan(0)]
    public int MaxRequestBodySize { get; init; } = 8192;
}

/// <summary>A template.</summary>
internal sealed record AiPromptTemplateEntry
{
    /// <summary>What clients write: <c>{template://NAME}</c>.</summary>
    [Required]
    public string Name { get; init; } = "";

    /// <summary>The request, in JSON, with <c>{{placeholders}}</c>.</summary>
    [Required]
    public string Template { get; init; } = "";
}
