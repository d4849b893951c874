using System.Text.Json;

namespace Sluice.Foundation.JsonSchemas;

/// <summary>One compiled schema.</summary>
internal sealed class SchemaNode(SchemaResource resource, string path)
{
    public SchemaResource Resource { get; } = resource;

    /// <summary>Where it stands in its document.</summary>
    public string Path { get; } = path;

    /// <summary>The value of a schema that is true or false; null for the others.</summary>
    public bool? Always { get; init; }

    /// <summary>In the order in which they are checked; set once compiled, since schemas refer to themselves.</summary>
    public Keyword[] Keywords { get; set; } = [];

    /// <summary>Asks what its other keywords have looked at.</summary>
    public bool AsksForEvaluated { get; set; }

    /// <param name="into">What has been looked at, where somebody asks for that.</param>
    public bool Evaluate(JsonElement instance, Evaluation run, Evaluated? into)
    {
        if (Always is { } answer) return answer || run.Fail(Path, "is not allowed");
        if (!run.Enter(this)) return false;
        var own = AsksForEvaluated ? new Evaluated() : into;
        var valid = true;
        foreach (var keyword in Keywords)
        {
            if (keyword.Evaluate(instance, run, own)) continue;
            valid = false;
            if (run.Enough) break;
        }

        run.Leave();
        if (valid && into is not null && own != into) into.Add(own!);
        return valid;
    }

    /// <summary>Whether it holds, where failing is no violation by itself.</summary>
    public bool Holds(JsonElement instance, Evaluation run, Evaluated? into)
    {
        run.Mute();
        var own = into is null ? null : new Evaluated();
        var holds = Evaluate(instance, run, own);
        run.Unmute();
        if (holds) into?.Add(own!);
        return holds;
    }
}

/// <summary>One compiled keyword, or several that belong together.</summary>
internal abstract class Keyword
{
    /// <summary>Where it stands in its document.</summary>
    public string Path { get; set; } = "";

    /// <summary>Whether the value keeps to it; if not, it has told the run why.</summary>
    public abstract bool Evaluate(JsonElement instance, Evaluation run, Evaluated? into);
}
