using System.Text;
using Sluice.Foundation.Storage;
using Sluice.Workflows.Data;
using Sluice.Workflows.Definitions;
using Sluice.Workflows.Nodes;
using Sluice.Workflows.Runs;
using Sluice.Workflows.Tests.Runs;

namespace Sluice.Workflows.Tests.History;

/// <summary>
/// What the test program does when it is started as the process that is killed: starts runs as fast as it can and prints the id of each that was acknowledged.
/// Its workflow works (which may happen twice) and pays (which may not); each payment is a line in a file.
/// </summary>
internal static class CrashHost
{
    public const string Variable = "SLUICE_CRASH_HOST";

    public static void AddNodes(string payments)
    {
        var gate = new Lock();
        var file = new FileStream(payments, FileMode.Append, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        Add("crash-work", idempotent: true, static c => NodeResult.Of([new Item(new JsObject { ["id"] = c.Run.Id })]));
        Add("crash-pay", idempotent: false, context =>
        {
            lock (gate) file.Write(Encoding.ASCII.GetBytes(context.Run.Id + "\n"));
            return NodeResult.Of(context.Items);
        });
    }

    public static WorkflowModel Workflow() => Runs.Workflows.Make("crash", "Start > Work > Pay > End", "{}", "Start manual-trigger", "Work crash-work", "Pay crash-pay", "End no-op");

    public static async Task RunAsync(string[] settings)
    {
        AddNodes(settings[1]);
        await using var database = new Database(DatabaseAddress.Parse(settings[0]));
        await using var engine = new WorkflowEngine(new EngineOptions { Database = database, ConcurrentRuns = 64, QueueLength = 500 });
        var model = Workflow();
        engine.Use([model]);
        await engine.StartAsync();
        await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => Task.Run(async () =>
        {
            for (var i = 0; i < 10_000; i++)
            {
                var run = await engine.StartAsync(model, new RunRequest());
                lock (engine) Console.WriteLine(run.Id);
            }
        })));
    }

    internal static void Add(string type, bool idempotent, Func<NodeContext, ValueTask<NodeResult>> execute) =>
        NodeCatalog.Add(new NodeDescriptor<TestNode.Body, TestNode.Parameters>((_, _) => new TestNode.Body(execute, idempotent)) { Type = type, Summary = "", Category = NodeCategory.Flow });
}
