using System.Text.Json.Nodes;
using Sluice.Workflows.Connections;
using Sluice.Workflows.Nodes.HttpRequest;

namespace Sluice.Workflows.Nodes;

/// <summary>A connection that a node names in its <c>credentials</c>.</summary>
internal sealed record ConnectionReference(string Kind, string Name)
{
    /// <summary>The kinds that authorise any HTTP request.</summary>
    public static IReadOnlyList<string> HttpKinds { get; } = ["basic-auth", "bearer", "header", "query", "custom", "oauth2", "aws"];

    /// <summary>The node's connection of a kind; reports under a parameter when it names none.</summary>
    public static ConnectionReference? Of(NodeSetup setup, string kind, string parameter)
    {
        if (setup.Definition.Credentials?.GetValueOrDefault(kind) is not { } named)
        {
            return Missing(setup, kind, parameter, $"'{kind}'");
        }

        return new(kind, (named is JsonObject map ? (string?)map["name"] ?? (string?)map["id"] : named.ToString()) ?? "");
    }

    /// <summary>The node's connection of one of several kinds; reports when it names none of them.</summary>
    /// <param name="kinds">The kinds, ours or n8n's.</param>
    /// <param name="oauth2">Whether one of the kind oauth2 goes before the others: editors leave in a node what it used before.</param>
    public static ConnectionReference? OfAny(NodeSetup setup, IReadOnlyList<string> kinds, bool oauth2 = false, bool optional = false)
    {
        var accepted = kinds.Select(ConnectionKinds.Find).ToHashSet();
        var named = (setup.Definition.Credentials?.Keys ?? []).Select(k => (Name: k, Kind: ConnectionKinds.Find(k))).Where(k => k.Kind is not null && accepted.Contains(k.Kind)).ToList();
        if (named.Count > 0) return Of(setup, named.OrderBy(k => k.Kind!.Name is "oauth2" != oauth2).First().Name, "authentication");
        return optional ? null : Missing(setup, kinds[0], "authentication", string.Join(" or ", kinds.Select(k => $"'{k}'")));
    }

    private static ConnectionReference? Missing(NodeSetup setup, string kind, string parameter, string kinds)
    {
        if (!setup.IsForeign)
        {
            setup.Report(parameter, $"the node's credentials have no {kinds}");
            return null;
        }

        setup.Warn(parameter, $"the node's credentials have no {kinds}: it fails until they name a connection");
        return new(kind, "");
    }

    /// <summary>Puts into a request what the connection authorises it with. What that is, is hidden from then on wherever the run shows something.</summary>
    /// <exception cref="NodeException">There is none, it is none for HTTP, or its token cannot be had.</exception>
    public async ValueTask AuthoriseAsync(HttpCall call, NodeContext context)
    {
        await AuthoriseAsync(await FindAsync(context), call, context);
    }

    /// <inheritdoc cref="AuthoriseAsync(HttpCall, NodeContext)"/>
    public static async ValueTask AuthoriseAsync(Connection connection, HttpCall call, NodeContext context)
    {
        await connection.Fields.AuthoriseAsync(connection, call, context);
        // "Basic dTpw" and also what stands behind the scheme.
        foreach (var (_, value) in call.Secrets)
        {
            context.Run.Hide(value);
            context.Run.Hide(value[(value.IndexOf(' ', StringComparison.Ordinal) + 1)..]);
        }
    }

    /// <summary>The connection's fields, for a node that uses them itself.</summary>
    /// <exception cref="NodeException">There is none, or it is of another kind.</exception>
    public async ValueTask<T> FieldsAsync<T>(NodeContext context)
        where T : ConnectionFields => Of<T>(await FindAsync(context));

    /// <summary>The connection's fields, for a trigger, which has no run yet.</summary>
    /// <exception cref="NodeException">There is none, or it is of another kind.</exception>
    public async ValueTask<T> FieldsAsync<T>(NodeServices services, string tenant, CancellationToken cancel)
        where T : ConnectionFields => Of<T>(await FindAsync(services, tenant, cancel));

    private T Of<T>(Connection connection)
        where T : ConnectionFields =>
        connection.Fields as T ?? throw new NodeException($"the connection '{Name}' is of the kind {connection.Kind.Name}; this node needs one of the kind {ConnectionKinds.All.First(k => k.Record == typeof(T)).Name}") { Retryable = false };

    /// <summary>The connection in the clear; its secrets are hidden from then on wherever the run shows something.</summary>
    public async ValueTask<Connection> FindAsync(NodeContext context)
    {
        var connection = await FindAsync(context.Services, context.Run.Request.Tenant, context.Cancellation);
        foreach (var secret in connection.Secrets) context.Run.Hide(secret);
        return connection;
    }

    private async ValueTask<Connection> FindAsync(NodeServices services, string tenant, CancellationToken cancel)
    {
        if (Name.Length == 0) throw new NodeException($"the node's credentials name no connection of the kind {ConnectionKinds.Suggest(Kind)}; make one with 'sluice connection set NAME --kind {ConnectionKinds.Suggest(Kind)}' and name it there") { Retryable = false };
        if (services.Connections is not { } connections) throw new NodeException($"there are no connections here, so none '{Name}'") { Retryable = false };
        return await connections.FindAsync(Name, tenant, cancel)
            ?? throw new NodeException($"there is no connection '{Name}'; make it with: sluice connection set {Name} --kind {ConnectionKinds.Suggest(Kind)}") { Retryable = false };
    }
}
