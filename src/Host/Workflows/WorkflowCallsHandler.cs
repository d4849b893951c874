using Sluice.Gateway.Pipeline;
using Sluice.Workflows.Nodes;
using Sluice.Workflows.Runs;

namespace Sluice.Host.Workflows;

/// <summary>
/// Takes the calls that runs wait for, <c>.../RUN/TOKEN/SUFFIX</c>, and those of webhooks in test mode, <c>.../test/TOKEN</c>. The route decides what stands before that.
/// </summary>
internal sealed class WorkflowCallsHandler(WorkflowEngine engine, NodeServices services) : RouteHandler
{
    private const int IdLength = 32;

    public override async ValueTask<Answer> AnswerAsync(Exchange exchange)
    {
        if (Find(exchange.Path) is not { } address) return WorkflowErrors.NothingWaits.Answer;
        var test = address.Run.Length == 0 ? engine.TestCalls.Find(address.Token) : null;
        if (address.Run.Length == 0 && test is null) return WorkflowErrors.NothingWaits.Answer;
        var hook = test is null ? null : WorkflowHandler.HookOf(test.Trigger);
        var (call, refusal) = await WebhookCall.TakeAsync(exchange, hook, null, services, test?.Tenant ?? "");
        if (call is null) return refusal!;
        var gone = exchange.Http.RequestAborted;
        var answer = await Task.Run(
            () => WebhookAnswers.OfAsync(async () => test is null ? await engine.CallWaitingAsync(address.Run, address.Token, address.Suffix, call, gone) : await engine.CallAsync(test, call, gone), services, gone),
            CancellationToken.None);
        if (exchange.Loop is { } loop) await loop.SwitchTo();
        return answer;
    }

    /// <summary>The part of a path that says which run is meant; the run is empty for a test.</summary>
    internal static (string Run, string Token, string Suffix)? Find(string path)
    {
        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        for (var i = 0; i + 1 < parts.Length; i++)
        {
            if (parts[i] == "test" && IsId(parts[i + 1]) && i + 2 == parts.Length) return ("", parts[i + 1], "");
            if (!IsId(parts[i].AsSpan(0, Math.Min(IdLength, parts[i].Length))) || parts[i].AsSpan(IdLength).ContainsAnyExcept("0123456789.")) continue;
            return (parts[i], parts[i + 1], string.Join('/', parts[(i + 2)..]));
        }

        return null;
    }

    private static bool IsId(ReadOnlySpan<char> text) => text.Length == IdLength && !text.ContainsAnyExcept("0123456789abcdef");
}
