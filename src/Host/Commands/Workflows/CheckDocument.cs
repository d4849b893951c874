using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sluice.Host.Commands.Workflows;

/// <summary>What was found out about workflows, for programs.</summary>
internal static class CheckDocument
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    public static void Write(IReadOnlyList<WorkflowFile> workflows, TextWriter output) => output.WriteLine(JsonSerializer.Serialize(
        new
        {
            Workflows = workflows.Select(w => new
            {
                File = w.Path,
                w.Name,
                Runs = w.Check.Model is not null,
                w.Check.Nodes,
                Connections = NeededConnection.Of(w),
                Problems = w.Check.Problems.Select(p => new { p.Object, p.Field, p.Message, p.Severity, p.Place.Line, p.Place.Column }),
            }),
            Types = TypeCount.Of(workflows),
        },
        Options));
}
