using System.CommandLine;
using Sluice.Gateway.Explaining;
using Sluice.Gateway.Snapshot;
using Sluice.Host.Explaining;

namespace Sluice.Host.Commands;

/// <summary><c>sluice explain FILE METHOD URL</c>: what would happen to one request, without sending it.</summary>
internal static class ExplainCommand
{
    public static Command Create()
    {
        var file = ConfigurationArgument.One();
        var method = new Argument<string>("METHOD") { Description = "GET, POST, ..." };
        var url = new Argument<string>("URL") { Description = "The whole URL, as a client would ask for it." };
        var headers = new Option<string[]>("--header", "-H") { Description = "A header field, 'Name: value'; may be given several times.", HelpName = "FIELD" };
        var consumer = new Option<string?>("--consumer") { Description = "The caller once authenticated: a username, custom id or id.", HelpName = "NAME" };
        var command = new Command("explain", "Show the route, the middleware and the endpoint that a request would get, and why.") { file, method, url, headers, consumer };
        command.AddExamples(
            """
            Examples:
              sluice explain kong.yml GET http://api.example.com/orders/7
              sluice explain kong.yml POST https://api.example.com/orders -H 'X-Version: 2' --consumer alice

            Exit codes:
              0  a route matches     1  configuration problems     4  no route matches
            """);
        command.SetAction(async (parsed, _) =>
        {
            var fields = (parsed.GetValue(headers) ?? []).Select(Field);
            if (!ExplainedRequest.TryParse(parsed.GetRequiredValue(method), parsed.GetRequiredValue(url), fields, out var request, out var problem)) throw new UsageException(problem);
            await using var offline = await OfflineSnapshot.TryBuildAsync([parsed.GetRequiredValue(file)]);
            if (offline is null) return ExitCode.ConfigurationProblems;
            var explanation = Explanation.Of(offline.Snapshot, request, Consumer(offline.Snapshot, parsed.GetValue(consumer)));
            ExplanationText.Write(Console.Out, explanation);
            return explanation.Route is not null ? ExitCode.Ok : ExitCode.NoRoute;
        });
        return command;
    }

    private static KeyValuePair<string, string> Field(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon <= 0) throw new UsageException($"--header '{text}': expected 'Name: value'");
        return KeyValuePair.Create(text[..colon].Trim(), text[(colon + 1)..].Trim());
    }

    private static ConsumerModel? Consumer(GatewaySnapshot snapshot, string? name) =>
        name is null ? null
        : snapshot.FindConsumer(name) ?? snapshot.ConsumersByCustomId.GetValueOrDefault(name) ?? throw new UsageException($"--consumer '{name}': there is no such consumer in the file");
}
