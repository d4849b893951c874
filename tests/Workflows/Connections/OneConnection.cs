using System.Text;
using Sluice.Foundation.Errors;
using Sluice.Workflows.Connections;

namespace Sluice.Workflows.Tests.Connections;

/// <summary>Gives the same connection under the name "mine", and under no other.</summary>
internal sealed class OneConnection(string kind, string fields) : ConnectionSource
{
    private readonly Connection _connection = Make(kind, fields);

    public override ValueTask<Connection?> FindAsync(string name, string tenant, CancellationToken cancel) => new(name is "mine" ? _connection : null);

    private static Connection Make(string kind, string fields)
    {
        var found = ConnectionKinds.Find(kind)!;
        var problems = new List<Problem>();
        var record = found.Read(ConnectionKind.Parse(Encoding.UTF8.GetBytes(fields)), "connection", problems);
        problems.ShouldBeEmpty();
        return new Connection("7", "mine", found, record!);
    }
}
