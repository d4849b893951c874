using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Sluice.Gateway.Configuration.Reading;
using Sluice.Host.Settings;

namespace Sluice.Host.Commands.Admin;

/// <summary>The commands about a running gateway's configuration: its releases, what a file would change, and changing it.</summary>
internal static class ReleaseCommands
{
    private const string Base = "/api/v1/config/";

    public static IEnumerable<Command> Create() => [Releases(), Diff(), Plan(), Apply(), Rollback(), Export()];

    private static Command Releases()
    {
        var count = new Option<int>("--count", "-n") { Description = "How many, the newest first. Default 20.", DefaultValueFactory = _ => 20 };
        return Asking(new Command("releases", "List the releases of a running gateway's configuration.") { count }, async (client, parsed) =>
        {
            var list = await client.SendAsync(HttpMethod.Get, $"{Base}releases?per_page={Math.Clamp(parsed.GetValue(count), 1, 200)}");
            var table = new TextTable("RELEASE", "AT", "AUTHOR", "CHANGES", "NOTE");
            foreach (var release in list.EnumerateArray())
                table.Add(
                    release.GetProperty("number").ToString(),
                    release.GetProperty("at").GetDateTimeOffset().ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture),
                    release.GetProperty("author").ToString(),
                    $"+{release.GetProperty("created")} ~{release.GetProperty("updated")} -{release.GetProperty("deleted")}",
                    (release.TryGetProperty("restores", out var restored) ? $"rollback to {restored} " : "") + release.GetProperty("note"));
            table.Write(Console.Out);
        });
    }

    private static Command Diff()
    {
        var what = new Argument<string[]>("N|FILE") { Arity = ArgumentArity.ZeroOrMore, Description = "A release: against the current one. Two: from the first to the second. A file: as plan. Nothing: the drift from the gateway's file." };
        return Asking(new Command("diff", "Show what differs between two releases, or between a file and what is served.") { what }, async (client, parsed) =>
        {
            switch (parsed.GetValue(what) ?? [])
            {
                case []:
                    Print(await client.SendAsync(HttpMethod.Get, Base + "drift"));
                    break;
                case [var old] when IsNumber(old):
                    var current = await client.SendAsync(HttpMethod.Get, Base + "releases?per_page=1");
                    var newest = current.GetArrayLength() > 0 ? current[0].GetProperty("number").ToString() : "0";
                    Print(await client.SendAsync(HttpMethod.Get, $"{Base}releases/{old}/diff/{newest}"));
                    break;
                case [var old, var next] when IsNumber(old) && IsNumber(next):
                    Print(await client.SendAsync(HttpMethod.Get, $"{Base}releases/{old}/diff/{next}"));
                    break;
                case var files:
                    await PlanAsync(client, files);
                    break;
            }
        });
    }

    private static Command Plan()
    {
        var files = ConfigurationArgument.Several();
        var replay = new Option<bool>("--replay") { Description = "Also try the gateway's recent requests on it, without sending anything." };
        return Asking(new Command("plan", "Show what a file would change in a running gateway, object by object; nothing is changed.") { files, replay },
            (client, parsed) => PlanAsync(client, parsed.GetRequiredValue(files), parsed.GetValue(replay)));
    }

    private static Command Apply()
    {
        var files = ConfigurationArgument.Several();
        var note = Note();
        var expected = new Option<long?>("--on") { HelpName = "N", Description = "Only when release N is still the current one." };
        return Asking(new Command("apply", "Make a file the whole configuration of a running gateway, as a new release.") { files, note, expected }, async (client, parsed) =>
        {
            var (body, type) = Read(parsed.GetRequiredValue(files));
            PrintChange(await client.SendAsync(HttpMethod.Post, $"{Base}releases?note={Uri.EscapeDataString(parsed.GetValue(note) ?? "")}", body, type, parsed.GetValue(expected)));
        });
    }

    private static Command Rollback()
    {
        var number = new Argument<long>("N") { Description = "The release whose configuration is brought back, as a new release." };
        var note = Note();
        return Asking(new Command("rollback", "Bring back the configuration of an earlier release.") { number, note }, async (client, parsed) =>
            PrintChange(await client.SendAsync(HttpMethod.Post, $"{Base}releases/{parsed.GetValue(number)}/rollback?note={Uri.EscapeDataString(parsed.GetValue(note) ?? "")}", [], "application/json")));
    }

    private static Command Export()
    {
        var release = new Option<long?>("--release") { HelpName = "N", Description = "An earlier release instead of the current one." };
        var json = new Option<bool>("--json") { Description = "JSON instead of YAML." };
        return Asking(new Command("export", "Print the configuration as one declarative file that loads to the same. It holds the keys and passwords that stand in it.") { release, json }, async (client, parsed) =>
        {
            var query = $"?format={(parsed.GetValue(json) ? "json" : "yaml")}" + (parsed.GetValue(release) is { } number ? $"&release={number}" : "");
            await Console.Out.WriteAsync(await client.SendForTextAsync(HttpMethod.Get, Base + "export" + query));
        });
    }

    private static Option<string?> Note() => new("--note", "-m") { HelpName = "TEXT", Description = "What the release is about." };

    /// <summary>A command that asks a running gateway.</summary>
    public static Command Asking(Command command, Func<AdminClient, ParseResult, Task> ask)
    {
        AdminClient.AddTo(command);
        command.AddExamples(
            """
            A token, where the gateway asks for one, is taken from SLUICE_TOKEN.

            Exit codes:
              0  done
              1  the configuration has problems; nothing was changed
              5  the gateway cannot be asked, or refuses
            """);
        command.SetAction(async (parsed, _) =>
        {
            using var client = AdminClient.For(parsed);
            try
            {
                await ask(client, parsed);
                return ExitCode.Ok;
            }
            catch (AdminRefusedException refused)
            {
                await Console.Error.WriteLineAsync(refused.Message);
                return refused.Status == 400 ? ExitCode.ConfigurationProblems : ExitCode.Refused;
            }
        });
        return command;
    }

    private static async Task PlanAsync(AdminClient client, string[] files, bool replay = false)
    {
        var (body, type) = Read(files);
        var plan = await client.SendAsync(HttpMethod.Post, Base + (replay ? "plan?replay=true" : "plan"), body, type);
        Print(plan);
        if (!plan.TryGetProperty("replay", out var replayed)) return;
        Console.Out.WriteLine($"{(replayed.GetProperty("requests").GetInt32() is 1 ? "the 1 recent request" : $"of {replayed.GetProperty("requests")} recent requests")}: {replayed.GetProperty("summary").GetString()}");
        foreach (var change in replayed.GetProperty("changes").EnumerateArray())
            foreach (var example in change.GetProperty("examples").EnumerateArray())
                Console.Out.WriteLine($"    {change.GetProperty("what").GetString()}: {example.GetString()}");
    }

    /// <summary>One file as it is, so that problems have its lines; several as what they are together.</summary>
    private static (byte[] Body, string MediaType) Read(string[] paths)
    {
        var flavor = SettingsReader.Read(new Dictionary<string, string?>(StringComparer.Ordinal), ProcessEnvironment.Read()).Gateway.RouterFlavor;
        var (sources, unreadable) = ConfigurationSource.Load(paths);
        if (unreadable.Count > 0) throw new AdminRefusedException(400, string.Join(Environment.NewLine, unreadable));
        if (sources is [var only]) return (only.Content.ToArray(), only.Format == Foundation.Schema.DocumentFormat.Json ? "application/json" : "application/yaml");
        var read = Gateway.Configuration.Editing.ConfigurationTree.Read(sources, ReadOptions.Default with { RouterFlavor = flavor });
        return read.Tree is { } tree ? (Encoding.UTF8.GetBytes(tree.ToReadableJson()), "application/json") : throw new AdminRefusedException(400, string.Join(Environment.NewLine, read.Problems));
    }

    private static bool IsNumber(string text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out _);

    private static void Print(JsonElement answer) => Console.Out.Write(answer.GetProperty("text").GetString());

    private static void PrintChange(JsonElement answer)
    {
        Print(answer);
        var number = answer.GetProperty("release").GetProperty("number");
        Console.Out.WriteLine(answer.GetProperty("changed").GetBoolean() ? $"release {number} is served" : $"release {number} stays");
    }
}
