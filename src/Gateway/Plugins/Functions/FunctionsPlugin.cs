using System.Text;
using Sluice.Gateway.Extending;
using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Plugins.Functions;

/// <summary>Runs functions: what <c>pre-function</c> and <c>post-function</c> share.</summary>
internal abstract class FunctionsPlugin : Plugin
{
    private const int MaxBody = 1 << 20;

    private static readonly PluginSlot<FunctionVariables> Shared = new();

    private readonly IReadOnlyList<RequestFunction> rewrite;
    private readonly IReadOnlyList<RequestFunction> access;
    private readonly IReadOnlyList<ResponseFunction> headerFilter;
    private readonly IReadOnlyList<ResponseFunction> bodyFilter;
    private readonly IReadOnlyList<ResponseFunction> record;
    private readonly bool rewriteReadsBody;
    private readonly bool accessReadsBody;
    private readonly FunctionLog log;

    protected FunctionsPlugin(FunctionsConfig config, PluginSetup setup)
    {
        var sources = config.Sources().ToList();
        var compiled = FunctionCompiler.Compile(sources);
        if (compiled.Problems is [var problem, ..]) throw new InvalidOperationException($"{problem.Field}: {problem.Message}");
        rewrite = Of<RequestFunction>("rewrite");
        access = Of<RequestFunction>("access");
        headerFilter = Of<ResponseFunction>("header_filter");
        bodyFilter = Of<ResponseFunction>("body_filter");
        record = Of<ResponseFunction>("log");
        rewriteReadsBody = config.Rewrite.Any(ReadsBody);
        accessReadsBody = config.Access.Any(ReadsBody);
        log = new FunctionLog(setup.Log, setup.Middleware.Name);

        IReadOnlyList<T> Of<T>(string field) => [.. sources.Index().Where(s => s.Item.Field.StartsWith(field + "[", StringComparison.Ordinal)).Select(s => compiled.Functions[s.Index]).Cast<T>()];
    }

    public override void Respond(Exchange exchange)
    {
        Run(headerFilter, exchange, new FunctionResponse(exchange));
        if (bodyFilter.Count > 0) exchange.RewriteResponseBody(MaxBody, FilterBody);
    }

    public override void Record(Exchange exchange)
    {
        if (record.Count > 0) Run(record, exchange, new FunctionResponse(exchange));
    }

    protected ValueTask<Verdict> RunRewrite(Exchange exchange) => Run(rewrite, rewriteReadsBody, exchange);

    protected ValueTask<Verdict> RunAccess(Exchange exchange) => Run(access, accessReadsBody, exchange);

    private static bool ReadsBody(string code) => code.Contains("request.Body", StringComparison.Ordinal);

    private static FunctionVariables VariablesOf(Exchange exchange)
    {
        if (Shared.Get(exchange) is { } variables) return variables;
        variables = new FunctionVariables();
        Shared.Set(exchange, variables);
        return variables;
    }

    private ValueTask<Verdict> Run(IReadOnlyList<RequestFunction> functions, bool readsBody, Exchange exchange)
    {
        if (functions.Count == 0) return Verdict.Continue;
        return readsBody ? RunWithBodyAsync(functions, exchange) : Run(functions, exchange, new FunctionRequest(exchange));
    }

    private async ValueTask<Verdict> RunWithBodyAsync(IReadOnlyList<RequestFunction> functions, Exchange exchange)
    {
        var body = await exchange.ReadRequestBodyAsync(MaxBody);
        return await Run(functions, exchange, new FunctionRequest(exchange) { Body = body is null ? "" : Encoding.UTF8.GetString(body) });
    }

    private ValueTask<Verdict> Run(IReadOnlyList<RequestFunction> functions, Exchange exchange, FunctionRequest request)
    {
        var variables = VariablesOf(exchange);
        foreach (var function in functions)
        {
            PluginGuard.BeginFunction();
            if (function(request, variables, log) is { } answer) return Verdict.Stop(answer);
        }

        return Verdict.Continue;
    }

    private void Run(IReadOnlyList<ResponseFunction> functions, Exchange exchange, FunctionResponse response)
    {
        if (functions.Count == 0) return;
        var variables = VariablesOf(exchange);
        var request = new FunctionRequest(exchange);
        foreach (var function in functions)
        {
            PluginGuard.BeginFunction();
            function(request, response, variables, log);
        }
    }

    private ReadOnlyMemory<byte> FilterBody(Exchange exchange, ReadOnlyMemory<byte> body)
    {
        var response = new FunctionResponse(exchange) { Body = Encoding.UTF8.GetString(body.Span) };
        Run(bodyFilter, exchange, response);
        return Encoding.UTF8.GetBytes(response.Body);
    }
}
