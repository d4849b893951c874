using Sluice.Workflows.Data;
using Sluice.Workflows.Expressions.Scripts;
using Sluice.Workflows.Runs;
using Sluice.Workflows.Sandbox;

namespace Sluice.Workflows.Nodes.Code;

/// <summary>Runs JavaScript, in a process of its own.</summary>
internal sealed class CodeNode : Node
{
    public static readonly NodeDescriptor Descriptor = new NodeDescriptor<CodeNode, CodeParameters>((p, s) => new(p, s))
    {
        Type = "code",
        Summary = "Runs JavaScript over all items or over each, in a process of its own that can reach nothing.",
        Category = NodeCategory.Data,
        Aliases = [new("n8n-nodes-base.code", 1, 2)],
    };

    public static readonly NodeDescriptor FunctionDescriptor = new NodeDescriptor<CodeNode, FunctionParameters>((p, s) => new("function", p.FunctionCode, "functionCode", s))
    {
        Type = "function",
        Summary = "The older form of code that runs once for all items.",
        Category = NodeCategory.Data,
        Aliases = [new("n8n-nodes-base.function", 1, 1)],
    };

    public static readonly NodeDescriptor FunctionItemDescriptor = new NodeDescriptor<CodeNode, FunctionParameters>((p, s) => new("functionItem", p.FunctionCode, "functionCode", s))
    {
        Type = "function-item",
        Summary = "The older form of code that runs once for each item, and has the item's data as `item`.",
        Category = NodeCategory.Data,
        Aliases = [new("n8n-nodes-base.functionItem", 1, 1)],
    };

    private readonly string _code;
    private readonly string _mode;

    public CodeNode(CodeParameters parameters, NodeSetup setup)
        : this(parameters.Mode is "runOnceForEachItem" ? "each" : "all", parameters.JsCode, parameters.Language is "javaScript" ? "jsCode" : "", setup)
    {
        if (parameters.Language is not "javaScript") setup.Report("language", "Python is not run here: code runs in an interpreter of its own, which knows only JavaScript; write it in JavaScript");
    }

    /// <param name="name">The parameter that the code stands in; empty when it is not to be looked at.</param>
    private CodeNode(string mode, string code, string name, NodeSetup setup)
    {
        (_mode, _code) = (mode, code);
        if (name.Length == 0) return;
        if (string.IsNullOrWhiteSpace(code)) setup.Report(name, "there is no code");
        else if (Script.Compile(code, CodeRoots.Names).Problem is { } problem) setup.Report(name, problem);
    }

    // Code that gives no items ends a circle.
    public override bool IsLoop => true;

    public override async ValueTask<NodeResult> ExecuteAsync(NodeContext context)
    {
        if (context.Items.Count == 0 && _mode is "each" or "functionItem") return NodeResult.Nothing;
        var (workflow, tenant) = (context.Run.Model.Definition, context.Run.Request.Tenant);
        var host = new CodeHost(context.Node.Name, context.Services.ReadAsync, (part, cancel) => context.Services.StaticData.ReadAsync(workflow, tenant, Part(context, part), cancel));
        var call = new CodeCall(context.Scope, _code, _mode, context.ContinueOnFail, host);
        JsObject done;
        try
        {
            done = await context.Services.Code.RunAsync(call, context.Cancellation);
        }
        catch (NodeException e)
        {
            return Failed(context, e);
        }

        if (done["log"].AsArray is { Count: > 0 } lines) context.Log(lines.Select(l => l.ToString()));
        if (done["error"].AsString is { } error) return Failed(context, Failure(error, done["line"], -1));
        if (done["custom"].AsObject is { } custom) context.Run.SetCustomData(custom);
        // As in n8n, what somebody tries out leaves nothing behind.
        if (done["static"].AsObject is { } changed && context.Run.Request.Mode is not RunMode.Test)
            foreach (var (part, data) in changed) await context.Services.StaticData.WriteAsync(workflow, tenant, Part(context, part), data, context.Cancellation);
        if (_mode is "each" or "functionItem") return NodeResult.Of(Each(context, call, done["values"].AsArray));
        try
        {
            return NodeResult.Of(new ReturnedItems(call, _mode).All(done["value"]));
        }
        catch (NodeException e)
        {
            return Failed(context, e);
        }
    }

    /// <summary>Where the run goes on in spite of a failure, one item tells it: the items of the input are not what code gives.</summary>
    private static NodeResult Failed(NodeContext context, NodeException problem)
    {
        if (!context.ContinueOnFail) throw problem;
        return NodeResult.Of([new Item(new JsObject(1) { ["error"] = problem.Message }) { Error = problem.Message }]);
    }

    /// <summary>What a part of the static data is called in documents.</summary>
    private static string Part(NodeContext context, string part) => part is "node" ? $"node:{context.Node.Name}" : part;

    private List<Item> Each(NodeContext context, CodeCall call, JsArray? outcomes)
    {
        var output = new List<Item>(context.Items.Count);
        var returned = new ReturnedItems(call, _mode);
        for (var i = 0; i < outcomes?.Count && i < context.Items.Count; i++)
        {
            var outcome = outcomes[i].AsObject ?? throw new NodeException("the worker does not speak as it should");
            try
            {
                if (outcome["error"].AsString is { } error) throw Failure(error, outcome["line"], i);
                if (returned.One(outcome["value"], context.Items[i], i) is { } item) output.Add(item);
            }
            catch (NodeException e) when (context.ContinueOnFail)
            {
                output.Add(context.Failed(i, e));
            }
        }

        return output;
    }

    private static NodeException Failure(string error, JsValue line, int item) =>
        new(line is { IsNumber: true, AsNumber: > 0 } ? $"{error} (line {line.AsNumber})" : error) { ItemIndex = item, Retryable = false };
}
