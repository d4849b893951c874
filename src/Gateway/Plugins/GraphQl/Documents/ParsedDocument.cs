using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using Sluice.Gateway.Caching;
using Sluice.Gateway.Plugins.GraphQl.Language;
using Sluice.Gateway.Plugins.GraphQl.Measuring;

namespace Sluice.Gateway.Plugins.GraphQl.Documents;

/// <summary>A document that has been read, with what was worked out about it; kept under its text.</summary>
internal sealed class ParsedDocument(GraphQlDocument document) : CacheEntry
{
    private const int BytesPerToken = 120;

    public string Text => document.Text;

    public GraphQlPlan[] Plans { get; } = [.. document.Operations.Select(o => new GraphQlPlan(document, o))];

    /// <summary>In lower-case hexadecimal digits.</summary>
    public string Sha256 => field ??= HashOf(Text);

    public int Fragments => document.Fragments.Count;

    public static string HashOf(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    protected override long Measure() => 500 + (2L * Text.Length) + ((long)BytesPerToken * document.Tokens);
}

/// <summary>One operation of a document.</summary>
internal sealed class GraphQlPlan(GraphQlDocument document, GraphQlOperation operation)
{
    private volatile StrongBox<GraphQlMeasure>? known;

    public GraphQlOperation Operation => operation;

    /// <summary>The names of its own fields, each once.</summary>
    public string[] RootFields => field ??= GraphQlMeter.RootFields(document, operation);

    /// <summary>How much it asks for; worked out once, unless that depends on variables.</summary>
    public GraphQlMeasure Measure(GraphQlWeights weights, ReadOnlyMemory<byte> variables)
    {
        if (known is { } found) return found.Value;
        var measure = new GraphQlMeter(document, operation, weights, variables).Measure();
        if (!measure.UsesVariables) known = new StrongBox<GraphQlMeasure>(measure);
        return measure;
    }
}
