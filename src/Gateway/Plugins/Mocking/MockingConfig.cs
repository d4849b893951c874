using Sluice.Foundation.Schema;
using Sluice.Gateway.Plugins.OpenApi;

namespace Sluice.Gateway.Plugins.Mocking;

/// <summary>Which document answers come from, and which of its answers.</summary>
internal sealed record MockingConfig : IChecked
{
    private const int MostProblems = 20;

    // Reading a large document takes a while, and it is read when the configuration is checked already.
    private static readonly System.Runtime.CompilerServices.ConditionalWeakTable<MockingConfig, OpenApiDocument> Read = [];

    /// <summary>The file of the document.</summary>
    public string? ApiSpecificationFilename { get; init; }

    /// <summary>The document itself (OpenAPI 3.0 or 3.1), JSON or YAML, in place of its file.</summary>
    public string? ApiSpecification { get; init; }

    /// <summary>Whether answers wait a random time.</summary>
    public bool RandomDelay { get; init; }

    /// <summary>The longest wait, in seconds.</summary>
    [Between(0, 3600)]
    public double MaxDelayTime { get; init; } = 1;

    /// <summary>The shortest wait, in seconds.</summary>
    [Between(0, 3600)]
    public double MinDelayTime { get; init; } = 0.001;

    /// <summary>Whether one of several examples is chosen at random; otherwise the first is taken.</summary>
    public bool RandomExamples { get; init; }

    /// <summary>The only statuses that are answered; any when not set.</summary>
    [Between(100, 599)]
    public IReadOnlyList<int>? IncludedStatusCodes { get; init; }

    /// <summary>Whether one of the statuses is chosen at random; otherwise the lowest is taken.</summary>
    public bool RandomStatusCode { get; init; }

    /// <summary>Whether paths of the document stand under the paths of its servers.</summary>
    public bool IncludeBasePath { get; init; }

    /// <summary>The path that they stand under in place of those of the servers.</summary>
    public string? CustomBasePath { get; init; }

    public void Check(Action<string, string> report)
    {
        if (ApiSpecification is null && ApiSpecificationFilename is null)
        {
            report("", "at least one of these fields must be non-empty: 'api_specification_filename', 'api_specification'");
            return;
        }

        if (RandomDelay && MinDelayTime > MaxDelayTime) report("min_delay_time", "must not be greater than max_delay_time");
        if (CustomBasePath is { } path && !path.StartsWith('/')) report("custom_base_path", "should start with: /");
        foreach (var problem in Load().Problems.Take(MostProblems)) report(ApiSpecification is null ? "api_specification_filename" : "api_specification", problem);
    }

    /// <summary>The document, or what is wrong with it.</summary>
    public (OpenApiDocument? Document, IReadOnlyList<string> Problems) Load()
    {
        if (Read.TryGetValue(this, out var known)) return (known, []);
        var (root, problem) = OpenApiText.Read(ApiSpecification, ApiSpecificationFilename, encoded: true);
        if (root is null) return (null, [problem!]);
        var (document, problems) = OpenApiReader.Read(root);
        if (document is not null) Read.AddOrUpdate(this, document);
        return (document, problems);
    }
}
