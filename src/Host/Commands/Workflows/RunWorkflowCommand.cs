using System.CommandLine;
using System.Text.Json;
using Sluice.Foundation.Errors;
using Sluice.Foundation.Schema;
using Sluice.Workflows.Connections;
using Sluice.Workflows.Data;
using Sluice.Workflows.Definitions;
using Sluice.Workflows.Nodes;
using Sluice.Workflows.Runs;

namespace Sluice.Host.Commands.Workflows;

/// <summary><c>sluice workflow run FILE</c>: runs a workflow once, here and now, without storing anything.</summary>
internal static class RunWorkflowCommand
{
    public static Command Create()
    {
        var file = new Argument<string>("FILE") { Description = "A workflow as n8n exports it (JSON, or the same as YAML)." };
        var input = new Option<string?>("--input") { Description = "What its first node gives: an object, or a list of objects, one for each item.", HelpName = "JSON" };
        var trigger = new Option<string?>("--trigger") { Description = "The node to begin with; the first trigger unless given.", HelpName = "NODE" };
        var pinned = new Option<bool>("--pinned") { Description = "Pinned data stands in for what nodes would give." };
        var with = new Option<string[]>("--with") { Description = "Another workflow file that this one calls; may be given several times.", HelpName = "FILE" };
        var unsupported = new Option<bool>("--unsupported") { Description = "Run it in spite of nodes that are not supported: they fail when the run reaches them, unless pinned data stands in; triggers give what --input says." };
        var connections = new Option<string?>("--connections") { Description = "The connections that its nodes name: a list of name, kind and fields (YAML or JSON).", HelpName = "FILE" };
        var json = new Option<bool>("--json") { Description = "Print the whole run as JSON, with every node's outputs, also when it failed; no table." };
        var command = new Command("run", "Run a workflow once and print its result, and what each of its nodes did.") { file, input, trigger, pinned, unsupported, with, connections, json };
        command.AddExamples(
            """
            Examples:
              sluice workflow run orders.json
              sluice workflow run orders.json --input '{"body": {"id": 7}}'
              sluice workflow run orders.json --input '[{"id": 7}, {"id": 8}]' 2>/dev/null | jq .
              sluice workflow run orders.json --json | jq '.nodes.Split[0].outputs'

            The result, a list of items, goes to standard output; the table of nodes to standard error. Nothing is stored.

            Exit codes:
              0  it succeeded     1  the workflow has problems     2  --input or --trigger makes no sense
              6  it failed, or waits for a call that cannot come
            """);
        command.SetAction(async (parsed, cancel) =>
        {
            var items = Items(parsed.GetValue(input));
            var files = new[] { parsed.GetRequiredValue(file) }.Concat(parsed.GetValue(with) ?? []).SelectMany(f => WorkflowFile.Read(f, parsed.GetValue(unsupported))).ToList();
            foreach (var problem in files.SelectMany(f => f.Check.Problems).Where(p => p.Severity == Severity.Error)) await Console.Error.WriteLineAsync(problem.ToString());
            if (files.Exists(f => f.Check.Model is null)) return ExitCode.ConfigurationProblems;
            var model = files[0].Check.Model!;
            var request = new RunRequest
            {
                Trigger = Trigger(model, parsed.GetValue(trigger)).Name,
                Items = items,
                Mode = RunMode.Test,
                UsePinData = parsed.GetValue(pinned),
                Cancellation = cancel,
            };
            return await RunAsync(model, files.Select(f => f.Check.Model!), request, Connections(parsed.GetValue(connections)), parsed.GetValue(json), cancel);
        });
        return command;
    }

    private static async Task<int> RunAsync(WorkflowModel model, IEnumerable<WorkflowModel> all, RunRequest request, FileConnections? connections, bool json, CancellationToken cancel)
    {
        await using var engine = new WorkflowEngine(new EngineOptions { Services = new NodeServices { Connections = connections } });
        engine.Use(all);
        var report = new RunReport(model);
        engine.Watch += report.Add;
        var run = await engine.StartAsync(model, request);
        await report.Over.WaitAsync(cancel);
        if (!json) report.Write(Console.Error);
        var result = run.Phase == RunPhase.Waiting ? null : await run.Ended.WaitAsync(cancel);
        if (json) await Console.Out.WriteLineAsync(JsJson.WriteString(RunJson.Of(run, result), indented: true));
        if (result is not { Succeeded: true }) return ExitCode.RunFailed;
        if (!json) await Console.Out.WriteLineAsync(JsJson.WriteString(new JsArray([.. result.Last.Select(i => (JsValue)i.Json)]), indented: true));
        return ExitCode.Ok;
    }

    /// <exception cref="UsageException">The file has problems.</exception>
    private static FileConnections? Connections(string? file)
    {
        if (file is null) return null;
        try
        {
            var problems = new List<Problem>();
            var format = Path.GetExtension(file).Equals(".json", StringComparison.OrdinalIgnoreCase) ? DocumentFormat.Json : DocumentFormat.Yaml;
            return FileConnections.Read(file, File.ReadAllBytes(file), format, problems) ?? throw new UsageException($"--connections: {string.Join(Environment.NewLine, problems)}");
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"--connections {file}: {unreadable.Message}");
        }
    }

    private static NodeModel Trigger(WorkflowModel model, string? name)
    {
        if (name is not null) return model.Find(name) ?? throw new UsageException($"--trigger '{name}': the workflow has no node of that name");
        return model.Triggers.FirstOrDefault() ?? throw new UsageException($"the workflow \"{model.Name}\" has no trigger: say with --trigger which node to begin with");
    }

    private static List<Item> Items(string? input)
    {
        if (input is null) return [new Item(new JsObject())];
        JsValue value;
        try
        {
            value = JsJson.Parse(input);
        }
        catch (JsonException problem)
        {
            throw new UsageException($"--input: not JSON: {problem.Message}");
        }

        if (value.AsObject is { } one) return [new Item(one)];
        if (value.AsArray is { } list && list.All(v => v.AsObject is not null)) return [.. list.Select(v => new Item(v.AsObject!))];
        throw new UsageException("--input: expected an object or a list of objects");
    }
}
