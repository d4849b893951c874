using System.Text;
using Sluice.Foundation.Schema;
using Sluice.Workflows.Nodes;
using Sluice.Workflows.Nodes.HttpRequest;

namespace Sluice.Workflows.Connections.Kinds;

/// <summary>A user and a password.</summary>
public sealed record BasicAuthConnection : ConnectionFields, IChecked
{
    /// <summary>The user.</summary>
    [AllowEmpty, Length(0, 1000)]
    public string User { get; init; } = "";

    /// <summary>The password.</summary>
    [Secret, AllowEmpty, Length(0, 16384)]
    public string Password { get; init; } = "";

    public void Check(Action<string, string> report)
    {
        // It ends the user (RFC 7617, 2).
        if (User.Contains(':', StringComparison.Ordinal)) report("user", "may not contain a colon");
    }

    internal override ValueTask AuthoriseAsync(Connection connection, HttpCall call, NodeContext context)
    {
        call.AddSecret("Authorization", "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{User}:{Password}")));
        return default;
    }
}
