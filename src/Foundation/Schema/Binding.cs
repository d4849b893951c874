using System.Globalization;
using System.Text;
using Sluice.Foundation.Errors;

namespace Sluice.Foundation.Schema;

/// <summary>What one object is bound with: where its problems go, and what its reader wants done in its own way.</summary>
/// <param name="objectName">The object as a person names it: <c>route "orders"</c>.</param>
/// <param name="problems">Receives everything that is wrong.</param>
/// <param name="below">The dotted path, inside the object, of the record that is bound; empty for the object itself.</param>
public sealed class Binding(string objectName, ICollection<Problem> problems, string below = "")
{
    private readonly List<(string? Name, int Index)> _path = [];
    private readonly string _below = below;

    public string ObjectName { get; } = objectName;

    /// <summary>The kind and id of the object, for those who look a problem up by them.</summary>
    public (string Kind, Guid Id)? Identity { get; init; }

    /// <summary>How many errors (not warnings) have been reported.</summary>
    public int Errors { get; private set; }

    /// <summary>Types whose values somebody else reads: gets the field's name and the value, gives the object or null after reporting.</summary>
    public IReadOnlyDictionary<Type, Func<string, DocumentNode, Binding, object?>>? Readers { get; init; }

    /// <summary>Like <see cref="Readers"/>, for generic types and with the field's plan, so that the reader can apply its constraints.</summary>
    public IReadOnlyDictionary<Type, Func<FieldPlan, DocumentNode, Binding, object?>>? FieldReaders { get; init; }

    /// <summary>What a field that a record does not have counts as.</summary>
    public Severity UnknownFields { get; init; } = Severity.Error;

    /// <summary>Fields of the outermost record that somebody else reads.</summary>
    public IReadOnlySet<string>? Skipped { get; init; }

    /// <summary>What is said of a field that a record does not have, when more can be said than that it is unknown.</summary>
    public Func<string, string?>? ExplainUnknown { get; init; }

    /// <summary>Reports a problem with the field that is being read.</summary>
    public void Report(Place place, string message, Severity severity = Severity.Error) => Report(place, "", message, severity);

    /// <summary>Reports a problem with <paramref name="below"/>, a dotted path inside the field that is being read.</summary>
    public void Report(Place place, string below, string message, Severity severity = Severity.Error)
    {
        if (severity == Severity.Error)
            Errors++;
        problems.Add(new Problem(place, ObjectName, Path(below), message, severity) { Kind = Identity?.Kind, Id = Identity?.Id });
    }

    /// <summary>Takes over how many errors <paramref name="other"/>, of a part of the same object, has reported.</summary>
    public void Count(Binding other) => Errors += other.Errors;

    internal void Enter(string name) => _path.Add((name, 0));

    internal void Enter(int index) => _path.Add((null, index));

    internal void Leave() => _path.RemoveAt(_path.Count - 1);

    internal bool Outermost => _path.Count == 0;

    private string Path(string below)
    {
        var text = new StringBuilder(_below);
        foreach (var (name, index) in _path)
        {
            if (name is null)
                text.Append('[').Append(index.ToString(CultureInfo.InvariantCulture)).Append(']');
            else
                text.Append(text.Length > 0 ? "." : "").Append(name);
        }
        if (below.Length > 0)
            text.Append(text.Length > 0 && below[0] != '[' ? "." : "").Append(below);
        return text.ToString();
    }
}
