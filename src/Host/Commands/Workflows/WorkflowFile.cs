using Sluice.Foundation.Errors;
using Sluice.Foundation.Schema;
using Sluice.Workflows.Definitions;

namespace Sluice.Host.Commands.Workflows;

/// <summary>A file that holds one workflow, read and checked.</summary>
/// <param name="Path">As it was given.</param>
/// <param name="Name">The workflow's; empty when the file could not be read as one.</param>
/// <param name="Check">What came of it; without nodes when the file could not be read as a workflow.</param>
internal sealed record WorkflowFile(string Path, string Name, WorkflowCheck Check)
{
    /// <summary>The largest file that is read.</summary>
    private const long MaximumBytes = 64 << 20;

    public static WorkflowFile Read(string path)
    {
        var problems = new List<Problem>();
        if (Content(path, problems) is not { } content) return new(path, "", new WorkflowCheck(null, problems, []));
        var format = System.IO.Path.GetExtension(path) is ".yaml" or ".yml" ? DocumentFormat.Yaml : DocumentFormat.Json;
        return DefinitionReader.Read(path, content, format, problems) is { } definition
            ? new(path, definition.Name, ModelBuilder.Build(definition, problems))
            : new(path, "", new WorkflowCheck(null, problems, []));
    }

    private static byte[]? Content(string path, List<Problem> problems)
    {
        try
        {
            var file = new FileInfo(path);
            if (file.Exists && file.Length <= MaximumBytes) return File.ReadAllBytes(path);
            problems.Add(new Problem(new Place(path, 0, 0), "file", "", file.Exists ? $"is larger than {MaximumBytes >> 20} MiB" : "does not exist"));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            problems.Add(new Problem(new Place(path, 0, 0), "file", "", failure.Message));
        }

        return null;
    }
}
