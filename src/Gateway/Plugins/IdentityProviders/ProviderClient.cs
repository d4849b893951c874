using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Plugins.Outbound;

namespace Sluice.Gateway.Plugins.IdentityProviders;

/// <summary>Asks identity providers: every call is bounded in time and size, counted, and made off the event loops.</summary>
internal sealed class ProviderClient
{
    private const int MaxAnswer = 1024 * 1024;

    private readonly HttpCaller caller;
    private readonly ProviderCalls calls;

    private ProviderClient(HttpCaller caller, ProviderCalls calls)
    {
        this.caller = caller;
        this.calls = calls;
    }

    /// <param name="timeout">For one call.</param>
    /// <param name="verify">Whether the provider must show a good certificate.</param>
    /// <param name="setup">The plugin's.</param>
    public static ProviderClient For(TimeSpan timeout, bool verify, PluginSetup setup) =>
        new(HttpCaller.For(new HttpCallerSettings { Timeout = timeout, Verify = verify, MaxBody = MaxAnswer }, setup), ProviderCalls.For(setup));

    /// <summary>Sends a request and reads the answer whole.</summary>
    /// <param name="purpose">For the metric: <c>keys</c>, <c>discovery</c>, <c>token</c> and so on.</param>
    /// <param name="request">Made anew for each call; disposed of here.</param>
    /// <returns>The answer, whatever its status below 500, or why there is none, in words that hold no secret.</returns>
    public Task<(OutboundAnswer? Answer, string? Failure)> CallAsync(string purpose, Func<HttpRequestMessage> request) => Task.Run(async () =>
    {
        using var message = request();
        var server = message.RequestUri!.Authority;
        var (answer, failure) = await caller.CallAsync(message, CancellationToken.None);
        if (answer is { Status: >= 500 or (>= 300 and < 400) })
        {
            failure = $"{server} answered with {answer.Status}";
            answer = null;
        }

        calls.Count(server, purpose, answer switch { null => "failed", { Status: < 300 } => "ok", _ => "refused" });
        return (answer, failure);
    });
}
