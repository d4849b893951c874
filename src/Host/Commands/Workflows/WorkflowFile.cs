using Sluice.Foundation.Errors;
using Sluice.Foundation.Schema;
using Sluice.Workflows.Definitions;

namespace Sluice.Host.Commands.Workflows;

/// <summary>A workflow of a file, read and checked.</summary>
/// <param name="Path">The file as it was given.</param>
/// <param name="Name">The workflow's; empty when the file could not be read as one.</param>
/// <param name="Definition">What was read; null when that was no workflow.</param>
/// <param name="Check">What came of it; without nodes when the file could not be read as a workflow.</param>
internal sealed record WorkflowFile(string Path, string Name, WorkflowDefinition? Definition, WorkflowCheck Check)
{
    /// <summary>The largest file that is read.</summary>
    private const long MaximumBytes = 64 << 20;

    /// <summary>The workflows of a file; one without a definition when it cannot be read or holds none.</summary>
    /// <param name="path">The file.</param>
    /// <param name="standIns">Whether nodes that are not supported are replaced.</param>
    public static IReadOnlyList<WorkflowFile> Read(string path, bool standIns = false)
    {
        var problems = new List<Problem>();
        if (Content(path, problems) is not { } content) return [Unreadable(path, problems)];
        var format = System.IO.Path.GetExtension(path) is ".yaml" or ".yml" ? DocumentFormat.Yaml : DocumentFormat.Json;
        var (root, problem) = DocumentParser.Parse(path, content, format);
        if (problem is not null) return [Unreadable(path, [problem])];
        var found = WorkflowDocuments.In(root!, problems);
        return found.Count == 0 ? [Unreadable(path, problems)] : [.. found.Select((document, i) => Load(path, document, i, standIns))];
    }

    private static WorkflowFile Load(string path, FoundDocument document, int index, bool standIns)
    {
        var problems = new List<Problem>();
        var name = document.Name ?? System.IO.Path.GetFileNameWithoutExtension(path);
        return DefinitionReader.Read(document.Map, problems, index == 0 || document.Name is not null ? name : $"{name}-{index + 1}") is { } definition
            ? new(path, definition.Name, definition, ModelBuilder.Build(definition, problems, standIns))
            : Unreadable(path, problems);
    }

    private static WorkflowFile Unreadable(string path, List<Problem> problems) => new(path, "", null, new WorkflowCheck(null, problems, []));

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
