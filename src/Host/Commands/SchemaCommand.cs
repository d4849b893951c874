using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;
using Sluice.Gateway.Configuration.Reading;

namespace Sluice.Host.Commands;

/// <summary><c>sluice schema</c>: the JSON Schema of configuration files, for editors.</summary>
internal static class SchemaCommand
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static Command Create()
    {
        var command = new Command("schema", "Print the JSON Schema of configuration files, for editors and other tools.");
        command.AddExamples(
            """
            Examples:
              sluice schema > sluice.schema.json
              # then, as the first line of kong.yml:
              # yaml-language-server: $schema=./sluice.schema.json
            """);
        command.SetAction(_ =>
        {
            Console.Out.WriteLine(DocumentSchema.Create().ToJsonString(Indented));
            return ExitCode.Ok;
        });
        return command;
    }
}
