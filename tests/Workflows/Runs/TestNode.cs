using Sluice.Workflows.Definitions;
using Sluice.Workflows.Nodes;

namespace Sluice.Workflows.Tests.Runs;

/// <summary>A node type that does what a test says.</summary>
internal sealed class TestNode : IDisposable
{
    private readonly TaskCompletionSource _entered = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public TestNode(Func<TestNode, NodeContext, ValueTask<NodeResult>> execute, bool idempotent = true)
    {
        Type = $"test-{Guid.NewGuid():N}";
        NodeCatalog.Add(new NodeDescriptor<Body, Parameters>((_, _) => new Body(context =>
        {
            _entered.TrySetResult();
            return execute(this, context);
        }, idempotent))
        { Type = Type, Summary = "", Category = NodeCategory.Flow });
    }

    public string Type { get; }

    /// <summary>Ends when the node runs for the first time.</summary>
    public Task Entered => _entered.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

    /// <summary>A workflow of a manual trigger and this node.</summary>
    public WorkflowModel In(string settings, string fields = "{}") => Workflows.Make("test", "Start > Node", settings, "Start manual-trigger", $"Node {Type} | {{}} | {fields}");

    public void Dispose() => NodeCatalog.Remove(Type);

    internal sealed record Parameters;

    internal sealed class Body(Func<NodeContext, ValueTask<NodeResult>> execute, bool idempotent) : Node
    {
        public override bool Idempotent => idempotent;

        public override ValueTask<NodeResult> ExecuteAsync(NodeContext context) => execute(context);
    }
}
