using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Plugins.OpenApi;

namespace Sluice.Gateway.Plugins.Mocking;

/// <summary>Answers from an OpenAPI document in place of the upstream.</summary>
internal sealed class MockingPlugin : Plugin
{
    public static readonly PluginDescriptor Descriptor =
        new PluginDescriptor<MockingPlugin, MockingConfig>((config, setup) => new(config, setup))
        {
            Name = "mocking",
            Summary = "Answers from the examples and schemas of an OpenAPI document.",
        };

    private readonly MockingConfig config;
    private readonly OpenApiDocument document;
    private readonly IReadOnlyList<string> under;
    private readonly MockAnswers answers;
    private readonly TimeProvider time;

    public MockingPlugin(MockingConfig config, PluginSetup setup)
    {
        this.config = config;
        time = setup.Time;

        // The configuration has been checked; only a file can have changed since.
        var (read, problems) = config.Load();
        document = read ?? throw new InvalidOperationException($"mocking: {problems[0]}");
        under = OpenApiPaths.Under(document, config.IncludeBasePath, config.CustomBasePath);
        answers = new MockAnswers(config, document, Random.Shared);
    }

    public override ValueTask<Verdict> RewriteAsync(Exchange exchange)
    {
        if (document.Find(exchange.Path, exchange.Request.Method, under, out _) is not { } match) return Verdict.Stop(MockingErrors.NoOperation.Answer);
        if (MockWishes.Read(exchange.Request.Headers) is not { } wishes) return Verdict.Stop(MockingErrors.Delay.Answer);
        var accept = exchange.Request.Headers.Accept;
        var answer = answers.Choose(match.Operation, wishes, accept.Count > 0 ? accept.ToString() : null);
        var delay = wishes.Delay ?? (config.RandomDelay ? TimeSpan.FromSeconds(config.MinDelayTime + (Random.Shared.NextDouble() * (config.MaxDelayTime - config.MinDelayTime))) : TimeSpan.Zero);
        return delay > TimeSpan.Zero ? DelayAsync(exchange, answer, delay) : Verdict.Stop(answer);
    }

    private async ValueTask<Verdict> DelayAsync(Exchange exchange, Answer answer, TimeSpan delay)
    {
        // A client that leaves ends the wait; nobody gets the answer then.
        await Task.Delay(delay, time, exchange.Http.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (exchange.Loop is { } loop) await loop.SwitchTo();
        return answer;
    }
}
