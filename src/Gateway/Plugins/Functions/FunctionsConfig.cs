using Sluice.Foundation.Schema;

namespace Sluice.Gateway.Plugins.Functions;

/// <summary>C# statements per phase of a request; Kong's names for the phases.</summary>
public abstract record FunctionsConfig : IChecked
{
    /// <summary>In the TLS handshake: there is no such phase here, so that it must be empty.</summary>
    public IReadOnlyList<string> Certificate { get; init; } = [];

    /// <summary>Before anything is known of the caller. May answer with <c>return Exit(...)</c>.</summary>
    public IReadOnlyList<string> Rewrite { get; init; } = [];

    /// <summary>Before the request goes upstream. May answer with <c>return Exit(...)</c>.</summary>
    public IReadOnlyList<string> Access { get; init; } = [];

    /// <summary>Before the head of the response is sent.</summary>
    public IReadOnlyList<string> HeaderFilter { get; init; } = [];

    /// <summary>The whole body of the response, up to 1 MiB, may be changed as <c>response.Body</c>.</summary>
    public IReadOnlyList<string> BodyFilter { get; init; } = [];

    /// <summary>After the response has been sent.</summary>
    public IReadOnlyList<string> Log { get; init; } = [];

    /// <summary>All functions, in the order in which they are compiled.</summary>
    internal IEnumerable<FunctionSource> Sources() =>
    [
        .. Of("rewrite", Rewrite, FunctionPhase.Request),
        .. Of("access", Access, FunctionPhase.Request),
        .. Of("header_filter", HeaderFilter, FunctionPhase.Head),
        .. Of("body_filter", BodyFilter, FunctionPhase.Body),
        .. Of("log", Log, FunctionPhase.Head),
    ];

    public void Check(Action<string, string> report)
    {
        if (Certificate.Count > 0) report("certificate", "functions cannot run in the TLS handshake");
        foreach (var (field, message) in FunctionCompiler.Compile([.. Sources()]).Problems) report(field, message);
    }

    private static IEnumerable<FunctionSource> Of(string field, IReadOnlyList<string> codes, FunctionPhase phase) =>
        codes.Select((code, i) => new FunctionSource($"{field}[{i}]", code, phase));
}

/// <summary>What a function may use: the request, to answer it; the response's head; its body besides.</summary>
internal enum FunctionPhase { Request, Head, Body }

/// <summary>One function as it is written.</summary>
/// <param name="Field">Where it stands: <c>access[0]</c>.</param>
/// <param name="Code">C# statements.</param>
/// <param name="Phase">What it may use.</param>
internal sealed record FunctionSource(string Field, string Code, FunctionPhase Phase);
