using System.Text.RegularExpressions;
using Sluice.Acceptance.Harness;

namespace Sluice.Acceptance.Documents;

/// <summary>What README.md shows is what happens: its configuration and its commands are taken from the page itself.</summary>
public sealed partial class ReadmeTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly string readme = File.ReadAllText(Repository.PathOf("README.md"));
    private readonly string configuration;

    public ReadmeTests() => configuration = folder.Write("kong.yml", Blocks("yaml").Single());

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Its_commands_that_only_look_end_with_0()
    {
        var commands = Lines("bin/sluice ").Where(l => !l.StartsWith("bin/sluice run", StringComparison.Ordinal)).ToList();
        commands.Count.ShouldBe(3);
        foreach (var command in commands)
        {
            var ended = await SluiceProcess.RunAsync(command.Split(' ')[1..].Select(word => word == "kong.yml" ? configuration : word));
            ended.ExitCode.ShouldBe(0, $"{command}\n{ended.Output}{ended.Errors}");
        }
    }

    [Fact]
    public async Task Its_first_route_answers_as_its_comments_say()
    {
        var (proxy, admin, upstream) = (FreePort.Take(), FreePort.Take(), FreePort.Take());
        string Here(string text) => text.Replace(":8000", $":{proxy}").Replace(":8001", $":{admin}").Replace(":9000", $":{upstream}");
        File.WriteAllText(configuration, Here(File.ReadAllText(configuration)));

        var run = Lines("bin/sluice run").Single();
        await using var sluice = await SluiceProcess.StartAsync([.. Here(run).Split(' ')[1..].Select(word => word == "kong.yml" ? configuration : word)]);
        var requests = Lines("curl ").ToList();
        requests.Count.ShouldBe(3);
        using var client = new HttpClient();
        foreach (var request in requests)
        {
            var parts = Curl().Match(Here(request));
            parts.Success.ShouldBeTrue($"the test does not understand: {request}");
            using var message = new HttpRequestMessage(HttpMethod.Get, parts.Groups["url"].Value);
            if (parts.Groups["name"].Success) message.Headers.Add(parts.Groups["name"].Value, parts.Groups["value"].Value);
            using var response = await client.SendAsync(message);
            ((int)response.StatusCode).ShouldBe(int.Parse(parts.Groups["status"].Value), request);
        }
    }

    [Fact]
    public void The_make_commands_it_names_exist()
    {
        var makefile = File.ReadAllText(Repository.PathOf("Makefile"));
        foreach (Match command in Make().Matches(readme)) makefile.ShouldContain($"\n{command.Groups[1].Value}:");
    }

    private IEnumerable<string> Lines(string start) =>
        Blocks("sh").SelectMany(b => b.Split('\n')).Where(l => l.StartsWith(start, StringComparison.Ordinal));

    private IEnumerable<string> Blocks(string language) => Block().Matches(readme).Where(m => m.Groups[1].Value == language).Select(m => m.Groups[2].Value);

    [GeneratedRegex(@"^```(\w+)\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();

    [GeneratedRegex(@"^curl -i (?<url>\S+)( -H '(?<name>[^:]+): (?<value>[^']+)')?\s*# (?<status>\d+)")]
    private static partial Regex Curl();

    [GeneratedRegex(@"`?make (\w+)")]
    private static partial Regex Make();
}
