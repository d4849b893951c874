using System.Text.RegularExpressions;
using Sluice.Acceptance.Harness;
using Sluice.Tests.Servers;

namespace Sluice.Acceptance.Documents;

/// <summary>What README.md shows is what happens: its configuration and its commands are taken from the page itself.</summary>
public sealed partial class ReadmeTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly string readme = File.ReadAllText(Repository.PathOf("README.md"));
    private readonly string configuration;

    public ReadmeTests() => configuration = folder.Write("kong.yml", Blocks("yaml", readme)[0]);

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Its_commands_that_only_look_end_with_0()
    {
        var commands = Lines("A first route", "bin/sluice ").Where(l => !l.StartsWith("bin/sluice run", StringComparison.Ordinal)).ToList();
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
        var (proxy, admin, upstream) = (FreePorts.Next(), FreePorts.Next(), FreePorts.Next());
        string Here(string text) => text.Replace(":8000", $":{proxy}").Replace(":8001", $":{admin}").Replace(":9000", $":{upstream}");
        File.WriteAllText(configuration, Here(File.ReadAllText(configuration)));

        var run = Lines("A first route", "bin/sluice run").Single();
        await using var sluice = await SluiceProcess.StartAsync([.. Here(run).Split(' ')[1..].Select(word => word == "kong.yml" ? configuration : word)]);
        var requests = Lines("A first route", "curl ").ToList();
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
    public async Task Its_workflow_gives_what_its_comment_says()
    {
        var (proxy, admin, upstream) = (FreePorts.Next(), FreePorts.Next(), FreePorts.Next());
        string Here(string text) => text.Replace(":8000", $":{proxy}").Replace(":8001", $":{admin}").Replace(":9000", $":{upstream}");
        var file = folder.Write("summary.yml", Here(Blocks("yaml", readme)[1]));
        var run = Lines("Join APIs on a route", "bin/sluice run").Single();
        await using var sluice = await SluiceProcess.StartAsync([.. Here(run).Split(' ')[1..].Select(word => word == "summary.yml" ? file : word)]);
        var request = Lines("Join APIs on a route", "curl ").Single().Split(" # 200: ");
        using var client = new HttpClient();
        (await client.GetStringAsync(Here(request[0])["curl ".Length..])).ShouldBe(request[1]);
    }

    [Fact]
    public async Task Its_changes_by_api_become_releases_that_can_be_taken_back()
    {
        var (proxy, admin, upstream) = (FreePorts.Next(), FreePorts.Next(), FreePorts.Next());
        string Here(string text) => text.Replace(":8000", $":{proxy}").Replace(":8001", $":{admin}").Replace(":9000", $":{upstream}");
        File.WriteAllText(configuration, Here(File.ReadAllText(configuration)));
        string[] Words(string command) =>
            [.. Here(command).Split('#')[0].Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..].Select(word => word switch { "kong.yml" => configuration, "data" => folder.PathOf("data"), _ => word })];

        var lines = Lines("Change it by API, too", "").Where(l => l.Length > 0).ToList();
        lines[0].ShouldStartWith("bin/sluice run");
        await using var sluice = await SluiceProcess.StartAsync(Words(lines[0]));
        using var client = new HttpClient { BaseAddress = new Uri(Here("http://127.0.0.1:8001")) };
        foreach (var line in lines.Skip(1))
        {
            if (line.StartsWith("curl ", StringComparison.Ordinal))
            {
                var words = Here(line).Split(' ');
                var fields = words.Select((word, i) => (word, i)).Where(w => w.word == "--data").Select(w => words[w.i + 1].Split('=', 2)).Select(f => KeyValuePair.Create(f[0], f[1]));
                using var response = await client.PostAsync(new Uri(words.Single(w => w.StartsWith("http", StringComparison.Ordinal))), new FormUrlEncodedContent(fields));
                ((int)response.StatusCode).ShouldBe(201, line);
                continue;
            }

            var ended = await SluiceProcess.RunAsync(Words(line), new Dictionary<string, string> { ["SLUICE_ADMIN_URL"] = Here("http://127.0.0.1:8001") });
            ended.ExitCode.ShouldBe(0, $"{line}\n{ended.Output}{ended.Errors}");
        }

        (await client.GetStringAsync("/services/orders/plugins")).ShouldNotContain("rate-limiting");
    }

    [Fact]
    public void The_make_commands_it_names_exist()
    {
        var makefile = File.ReadAllText(Repository.PathOf("Makefile"));
        foreach (Match command in Make().Matches(readme)) makefile.ShouldContain($"\n{command.Groups[1].Value}:");
    }

    /// <summary>The lines of shell in a section that begin so.</summary>
    private IEnumerable<string> Lines(string section, string start) =>
        Blocks("sh", readme[readme.IndexOf($"## {section}\n", StringComparison.Ordinal)..].Split("\n## ")[0]).SelectMany(b => b.Split('\n')).Where(l => l.StartsWith(start, StringComparison.Ordinal));

    private static List<string> Blocks(string language, string text) => [.. Block().Matches(text).Where(m => m.Groups[1].Value == language).Select(m => m.Groups[2].Value)];

    [GeneratedRegex(@"^```(\w+)\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();

    [GeneratedRegex(@"^curl -i (?<url>\S+)( -H '(?<name>[^:]+): (?<value>[^']+)')?\s*# (?<status>\d+)")]
    private static partial Regex Curl();

    [GeneratedRegex(@"`?make (\w+)")]
    private static partial Regex Make();
}
