using System.CommandLine;
using Sluice.Workflows.Nodes;
using Sluice.Workflows.Nodes.Soap.Import;
using Sluice.Workflows.Nodes.Soap.Wsdl;

namespace Sluice.Host.Commands;

/// <summary><c>sluice import wsdl FILE -o DIR</c>: a configuration of what another description says.</summary>
internal static class ImportCommand
{
    public static Command Create() => new("import", "Write a configuration from another description of a service.") { Wsdl() };

    private static Command Wsdl()
    {
        var source = new Argument<string>("FILE") { Description = "The WSDL: a file, or an address that begins with http:// or https://." };
        var output = new Option<string>("--output", "-o") { Description = "The folder that is written.", Required = true };
        var keyAuth = new Option<bool>("--key-auth") { Description = "Switch the API key on; otherwise it is there as a comment." };
        var limit = new Option<int?>("--rate-limit") { Description = "Switch the limit on: requests per minute." };
        var force = new Option<bool>("--force") { Description = "Write into a folder that is not empty." };
        var command = new Command("wsdl", "Write a REST endpoint for each operation of a SOAP service: routes, workflows and their OpenAPI document.") { source, output, keyAuth, limit, force };
        command.AddExamples(
            """
            Examples:
              sluice import wsdl crm.wsdl -o crm
              sluice import wsdl 'https://crm.example/service?wsdl' -o crm --key-auth --rate-limit 100
              sluice run --config crm/kong.yml

            Exit codes:
              0  written (operations that cannot be called are told and left out)
              1  the WSDL cannot be read, or none of its operations can be called
            """);
        command.SetAction(async (parsed, cancel) =>
        {
            if (parsed.GetValue(limit) is <= 0) throw new UsageException("--rate-limit: expected a number above 0");
            var folder = parsed.GetRequiredValue(output);
            if (!parsed.GetValue(force) && Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any()) throw new UsageException($"'{folder}' is not empty; --force writes into it all the same");
            try
            {
                using var http = new OutgoingHttp();
                var result = await WsdlImport.RunAsync(parsed.GetRequiredValue(source), http, new WsdlImportOptions(parsed.GetValue(keyAuth), parsed.GetValue(limit)), cancel);
                foreach (var (path, content) in result.Files)
                {
                    var full = Path.Combine(folder, path);
                    Directory.CreateDirectory(Path.GetDirectoryName(full)!);
                    await File.WriteAllTextAsync(full, content, cancel);
                }

                await WriteAsync(result, folder);
                return ExitCode.Ok;
            }
            catch (Exception problem) when (problem is WsdlException or IOException or UnauthorizedAccessException)
            {
                await Console.Error.WriteLineAsync($"{parsed.GetRequiredValue(source)}: {problem.Message}");
                return ExitCode.ConfigurationProblems;
            }
        });
        return command;
    }

    private static async Task WriteAsync(WsdlImportResult result, string folder)
    {
        var table = new TextTable("METHOD", "PATH", "OPERATION");
        foreach (var endpoint in result.Endpoints) table.Add(endpoint.Method, endpoint.Path, endpoint.Operation);
        table.Write(Console.Out);
        foreach (var refused in result.Refused) await Console.Error.WriteLineAsync($"left out: {refused}");
        foreach (var warning in result.Warnings) await Console.Error.WriteLineAsync($"warning: {warning}");
        await Console.Out.WriteLineAsync($"{Words.Count(result.Files.Count, "file")} in {folder}; try: sluice run --config {Path.Combine(folder, "kong.yml")}");
    }
}
