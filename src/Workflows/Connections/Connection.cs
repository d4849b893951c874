using Sluice.Foundation.Schema;

namespace Sluice.Workflows.Connections;

/// <summary>A stored authorisation in the clear, for as long as a node uses it.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">What people call it by.</param>
/// <param name="Kind">What kind of authorisation it is.</param>
/// <param name="Fields">What it authorises with.</param>
/// <param name="Tenant">Whose it is; empty for the operator's own.</param>
public sealed record Connection(string Id, string Name, ConnectionKind Kind, ConnectionFields Fields, string Tenant = "")
{
    /// <summary>The values of its secret fields.</summary>
    public IEnumerable<string> Secrets => RecordPlan.For(Fields.GetType()).Fields.Where(f => f.Secret).SelectMany(f => f.Get(Fields) switch
    {
        string text => [text],
        IReadOnlyDictionary<string, string> map => map.Values,
        _ => Enumerable.Empty<string>(),
    });

    /// <summary>Shows nothing of what it holds.</summary>
    public override string ToString() => $"connection {Name} ({Kind.Name})";
}
