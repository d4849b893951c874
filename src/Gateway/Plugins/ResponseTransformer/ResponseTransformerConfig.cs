using Sluice.Foundation.Schema;
using Sluice.Gateway.Plugins.Transforming;

namespace Sluice.Gateway.Plugins.ResponseTransformer;

/// <summary>How responses are changed: what is removed first, then renamed, replaced, added and appended.</summary>
internal sealed record ResponseTransformerConfig
{
    /// <summary>Taken out.</summary>
    public ResponseRemovals Remove { get; init; } = new();

    /// <summary>Given another name.</summary>
    public ResponseRenames Rename { get; init; } = new();

    /// <summary>Set where there is a value already.</summary>
    public ResponseValues Replace { get; init; } = new();

    /// <summary>Set where there is no value yet.</summary>
    public ResponseValues Add { get; init; } = new();

    /// <summary>Put behind the values that are there.</summary>
    public ResponseValues Append { get; init; } = new();
}

/// <summary>What is removed.</summary>
internal sealed record ResponseRemovals
{
    /// <summary>Names of top-level fields of a JSON body.</summary>
    public IReadOnlyList<string> Json { get; init; } = [];

    /// <summary>Names of header fields.</summary>
    public IReadOnlyList<string> Headers { get; init; } = [];
}

/// <summary>What is renamed, as <c>old:new</c>.</summary>
internal sealed record ResponseRenames : IChecked
{
    /// <summary>Top-level fields of a JSON body.</summary>
    [Pattern(NameValuePattern.Regex, NameValuePattern.Says)]
    public IReadOnlyList<string> Json { get; init; } = [];

    /// <summary>Header fields.</summary>
    [Pattern(NameValuePattern.Regex, NameValuePattern.Says)]
    public IReadOnlyList<string> Headers { get; init; } = [];

    public void Check(Action<string, string> report) => NameValuePattern.CheckHeaders(Headers, valuesToo: true, report);
}

/// <summary>What is set, as <c>name:value</c>.</summary>
internal sealed record ResponseValues : IChecked
{
    /// <summary>Top-level fields of a JSON body.</summary>
    [Pattern(NameValuePattern.Regex, NameValuePattern.Says)]
    public IReadOnlyList<string> Json { get; init; } = [];

    /// <summary>The JSON types of the values in <see cref="Json"/>, by place; string where there is none.</summary>
    [OneOf("boolean", "number", "string")]
    public IReadOnlyList<string>? JsonTypes { get; init; }

    /// <summary>Header fields.</summary>
    [Pattern(NameValuePattern.Regex, NameValuePattern.Says)]
    public IReadOnlyList<string> Headers { get; init; } = [];

    public void Check(Action<string, string> report)
    {
        NameValuePattern.CheckHeaders(Headers, valuesToo: false, report);
        NameValuePattern.CheckHeaderValues(Headers, report);
    }
}
