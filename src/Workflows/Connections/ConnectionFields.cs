using Sluice.Workflows.Nodes;
using Sluice.Workflows.Nodes.HttpRequest;

namespace Sluice.Workflows.Connections;

/// <summary>The fields of one kind of connection: the record is the parser, the check, the JSON Schema and the reference of the kind.</summary>
public abstract record ConnectionFields
{
    /// <summary>Puts into a request what it is authorised with.</summary>
    /// <exception cref="NodeException">It cannot be: it is none for HTTP, or a token cannot be had.</exception>
    internal abstract ValueTask AuthoriseAsync(Connection connection, HttpCall call, NodeContext context);

    /// <summary>The address of the API that it is for, where it is not the service's usual one.</summary>
    internal virtual string? ApiAddress => null;

    /// <summary>Shows no fields: no message or log has them by accident.</summary>
    public sealed override string ToString() => "(fields of a connection)";
}

/// <summary>Fields of something that is no HTTP server.</summary>
public abstract record ServerFields : ConnectionFields
{
    internal sealed override ValueTask AuthoriseAsync(Connection connection, HttpCall call, NodeContext context) =>
        throw new NodeException($"the connection '{connection.Name}' is of the kind {connection.Kind.Name}, which is none for HTTP requests") { Retryable = false };}
