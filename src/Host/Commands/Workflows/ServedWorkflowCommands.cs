using System.CommandLine;
using Sluice.Host.Commands.Admin;

namespace Sluice.Host.Commands.Workflows;

/// <summary><c>sluice workflow list</c> and <c>export</c>: the workflows of a running gateway.</summary>
internal static class ServedWorkflowCommands
{
    public static Command List()
    {
        var command = new Command("list", "List the workflows of a running gateway.");
        return ReleaseCommands.Asking(command, async (client, _) =>
        {
            var table = new TextTable("NAME", "STATE", "NODES", "ROUTES", "TENANT");
            for (var page = 1; ; page++)
            {
                var list = await client.SendAsync(HttpMethod.Get, $"/api/v1/workflows?per_page=200&page={page}");
                foreach (var workflow in list.EnumerateArray())
                {
                    table.Add(
                        workflow.GetProperty("name").ToString(),
                        workflow.GetProperty("enabled").GetBoolean() ? "active" : "inactive",
                        workflow.GetProperty("document").TryGetProperty("nodes", out var nodes) ? nodes.GetArrayLength().ToString(System.Globalization.CultureInfo.InvariantCulture) : "0",
                        string.Join(", ", workflow.GetProperty("routes").EnumerateArray()),
                        workflow.TryGetProperty("tenant", out var tenant) ? tenant.ToString() : "");
                }

                if (list.GetArrayLength() < 200) break;
            }

            table.Write(Console.Out);
        });
    }

    public static Command Export()
    {
        var name = new Argument<string>("NAME") { Description = "The workflow's name or id." };
        var command = new Command("export", "Print a workflow of a running gateway in the shape that n8n imports.") { name };
        command.AddExamples(
            """
            Examples:
              sluice workflow export orders > orders.json
              sluice workflow check orders.json
            """);
        return ReleaseCommands.Asking(command, async (client, parsed) =>
            await Console.Out.WriteLineAsync(await client.SendForTextAsync(HttpMethod.Get, $"/api/v1/workflows/{Uri.EscapeDataString(parsed.GetRequiredValue(name))}/export")));
    }
}
