using System.Globalization;
using System.Text;

namespace Sluice.Foundation.JsonSchemas;

/// <summary>One document being checked: where in it the check is, what was found, and how much may still be done.</summary>
internal sealed class Evaluation(int maxViolations)
{
    /// <summary>Schemas inside each other; one that refers to itself without going deeper into the document would have no end.</summary>
    private const int MaxDepth = 400;

    /// <summary>Schemas tried on values. Alternatives in alternatives double the work with each level.</summary>
    private const int MaxSteps = 2_000_000;

    private readonly List<(string? Name, int Index)> path = [];
    private readonly List<SchemaResource> scope = [];
    private int depth;
    private int steps;
    private int muted;

    public List<SchemaViolation> Violations { get; } = [];

    /// <summary>The check could not be finished; then the document is refused, whatever was found.</summary>
    public string? GivenUp { get; private set; }

    /// <summary>Nothing that is found from here on would be told.</summary>
    public bool Enough => muted > 0 || GivenUp is not null || Violations.Count >= maxViolations;

    /// <summary>The resources that were entered to come here, the outermost first.</summary>
    public IReadOnlyList<SchemaResource> Scope => scope;

    public bool Enter(SchemaNode node)
    {
        if (GivenUp is not null) return false;
        if (++steps > MaxSteps) return GiveUp("takes too much work to check");
        if (depth == MaxDepth) return GiveUp("is nested too deeply to be checked");
        depth++;
        scope.Add(node.Resource);
        return true;
    }

    public void Leave()
    {
        depth--;
        scope.RemoveAt(scope.Count - 1);
    }

    /// <summary>Ends the check; always false.</summary>
    public bool GiveUp(string why)
    {
        GivenUp ??= why;
        return false;
    }

    public void Into(string name) => path.Add((name, 0));

    public void Into(int index) => path.Add((null, index));

    public void Out() => path.RemoveAt(path.Count - 1);

    /// <summary>What is found until <see cref="Unmute"/> decides something but is not told.</summary>
    public void Mute() => muted++;

    public void Unmute() => muted--;

    /// <summary>Notes a violation; always false.</summary>
    public bool Fail(string schemaPath, string message)
    {
        if (!Enough) Violations.Add(new SchemaViolation(Pointer(), schemaPath, message));
        return false;
    }

    private string Pointer()
    {
        var text = new StringBuilder();
        foreach (var (name, index) in path)
            text.Append('/').Append(name is null ? index.ToString(CultureInfo.InvariantCulture) : JsonPointer.Escape(name));
        return text.ToString();
    }
}
