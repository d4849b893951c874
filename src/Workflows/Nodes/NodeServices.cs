using System.Security.Cryptography;
using Sluice.Foundation.Storage;
using Sluice.Workflows.Connections;
using Sluice.Workflows.Connections.OAuth2;
using Sluice.Workflows.Data;
using Sluice.Workflows.History;
using Sluice.Workflows.Nodes.RabbitMq;
using Sluice.Workflows.Nodes.Redis;
using Sluice.Workflows.Nodes.S3;
using Sluice.Workflows.Nodes.Soap.Wsdl;
using Sluice.Workflows.Nodes.Sql;
using Sluice.Workflows.Runs;
using Sluice.Workflows.Sandbox;

namespace Sluice.Workflows.Nodes;

/// <summary>What nodes use beside their items; one for the whole engine.</summary>
public sealed class NodeServices : IAsyncDisposable
{
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Where big payloads and files are kept; null keeps them in memory.</summary>
    public ObjectStore? Objects { get; init; }

    /// <summary>The sockets of nodes that call out.</summary>
    public OutgoingHttp Http { get; init; } = new();

    /// <summary>The processes that run people's code; there is none before code is run.</summary>
    public CodeWorkers Code { get; init; } = new();

    /// <summary>The databases of nodes that use one.</summary>
    public OutgoingDatabases Databases { get; init; } = new();

    /// <summary>The Redis servers of nodes that use one.</summary>
    public OutgoingRedis Redis { get; init; } = new();

    /// <summary>The object stores of nodes that use one.</summary>
    internal OutgoingS3 S3 { get; } = new();

    /// <summary>The RabbitMQ servers of nodes that use one.</summary>
    public OutgoingRabbit Rabbit { get; init; } = new();

    /// <summary>What code keeps from one run to the next; set by the engine.</summary>
    internal StaticDataStore StaticData { get; set; } = new(null);

    /// <summary>What earlier runs have seen; set by the engine.</summary>
    internal SeenValues Seen { get; set; } = new(null);

    /// <summary>The stored authorisations; null when there are none.</summary>
    public ConnectionSource? Connections { get; init; }

    /// <summary>The tokens that connections of the kind oauth2 have at the moment.</summary>
    internal OAuth2Tokens OAuth2 { get; } = new();

    /// <summary>The WSDLs that were fetched from addresses.</summary>
    internal FetchedContracts Wsdls { get; } = new();

    /// <summary>Whether a run for a tenant may call public addresses only; by default every run that has a tenant.</summary>
    public Func<string, bool> GuardsAddresses { get; init; } = static tenant => tenant.Length > 0;

    /// <summary>What <c>$vars</c> gives, but not in runs of tenants.</summary>
    public JsObject Variables { get; init; } = new();

    /// <summary>What <c>$env</c> gives, but not in runs of tenants; nothing of the process's own environment unless it is put here.</summary>
    public JsObject Environment { get; init; } = new();

    /// <summary>The address under which waiting runs are called: <c>https://host/webhook-waiting</c>.</summary>
    public string ResumeAddress { get; set; } = "http://localhost:8000/webhook-waiting";

    /// <summary>Makes and reads what stands behind it.</summary>
    internal ResumeAddresses ResumeAddresses { get; } = new();

    /// <summary>Random bytes; tests give their own.</summary>
    public Action<Span<byte>> Random { get; init; } = static bytes => RandomNumberGenerator.Fill(bytes);

    /// <summary>Runs another workflow for a node; set by the engine.</summary>
    internal Func<SubRun, ValueTask<RunResult>>? RunWorkflow { get; set; }

    /// <summary>Ends processes and connections.</summary>
    public async ValueTask DisposeAsync()
    {
        await Code.DisposeAsync();
        Databases.Dispose();
        await Rabbit.DisposeAsync();
        Redis.Dispose();
        S3.Dispose();
    }

    /// <summary>All bytes of a file of an item.</summary>
    public async ValueTask<ReadOnlyMemory<byte>> ReadAsync(BinaryData data, CancellationToken cancel)
    {
        if (data.Content is { } content) return content;
        if (Objects is null || data.StoreKey is null) throw new NodeException("the file's content is not there any more");
        try
        {
            return await Objects.ReadAsync(data.StoreKey, cancel) ?? throw new NodeException($"the object store has no '{data.StoreKey}' any more") { Retryable = false };
        }
        catch (DatabaseUnavailableException e)
        {
            throw new NodeException(e.Message, e);
        }
    }
}
