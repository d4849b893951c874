using System.Collections.Concurrent;
using System.Text;
using Dapper;
using Sluice.Foundation.Storage;
using Sluice.Workflows.Data;
using Sluice.Workflows.Definitions;
using Sluice.Workflows.Nodes;

namespace Sluice.Workflows.History;

/// <summary>
/// What code keeps from one run of a workflow to the next, in parts: <c>global</c>, and one for each node. Whoever writes a part last is right. Without a
/// database it is forgotten when the process ends.
/// </summary>
internal sealed class StaticDataStore(Database? database)
{
    /// <summary>Bytes of JSON of one part.</summary>
    public const int MaximumLength = 1 << 20;

    public static readonly Migration Migration = new(4, "what code keeps from one run to the next", """
        CREATE TABLE workflow_static_data (
            workflow {text} NOT NULL,
            part {text} NOT NULL,
            data text NOT NULL,
            PRIMARY KEY (workflow, part)
        );
        """);

    private readonly ConcurrentDictionary<(string Workflow, string Part), string> _known = new();

    /// <summary>What is kept is the tenant's that the run is for: a workflow of the same name that another had before, or has later, has none of it.</summary>
    internal static string Key(WorkflowDefinition workflow, string tenant) => tenant.Length == 0 ? workflow.Name : $"{tenant}\n{workflow.Name}";

    /// <summary>A part, as a copy of its own: what was written last, or else what the workflow's document brought.</summary>
    /// <param name="part"><c>global</c> or <c>node:Name</c>.</param>
    public async ValueTask<JsObject> ReadAsync(WorkflowDefinition workflow, string tenant, string part, CancellationToken cancel)
    {
        var stored = database is null
            ? _known.GetValueOrDefault((Key(workflow, tenant), part))
            : await database.ReadAsync(c => c.ExecuteScalarAsync<string?>(new CommandDefinition("SELECT data FROM workflow_static_data WHERE workflow = @workflow AND part = @part", new { workflow = Key(workflow, tenant), part }, cancellationToken: cancel)), cancel);
        var data = stored is null ? workflow.StaticData.AsObject?[part] ?? default : JsJson.ParseOwn(Encoding.UTF8.GetBytes(stored));
        return data.AsObject is { } kept ? JsJson.ParseOwn(JsJson.WriteUtf8(kept)).AsObject! : new JsObject();
    }

    /// <exception cref="NodeException">It is too long.</exception>
    public async ValueTask WriteAsync(WorkflowDefinition workflow, string tenant, string part, JsValue data, CancellationToken cancel)
    {
        var text = JsJson.WriteString(data);
        if (Encoding.UTF8.GetByteCount(text) > MaximumLength) throw new NodeException($"the static data of the workflow is longer than {MaximumLength >> 20} MiB") { Retryable = false };
        if (database is null)
        {
            _known[(Key(workflow, tenant), part)] = text;
            return;
        }

        await database.WriteAsync((c, t) => c.ExecuteAsync(
            "INSERT INTO workflow_static_data (workflow, part, data) VALUES (@workflow, @part, @text) ON CONFLICT (workflow, part) DO UPDATE SET data = excluded.data", new { workflow = Key(workflow, tenant), part, text }, t), cancel);
    }
}
