using Sluice.Workflows.Data;
using Sluice.Workflows.Expressions;

namespace Sluice.Workflows.Tests.Expressions;

/// <summary>The scope that the expected values of the tables were worked out in.</summary>
internal static class TestScope
{
    private static readonly JsObject Json = Read("expressions-item.json").AsObject!;

    public static Scope Create()
    {
        Item[] items =
        [
            new(Json) { PairedItems = [new(0)] },
            new(JsJson.Parse("""{"id":2,"name":"Second","amount":20}""").AsObject!) { PairedItems = [new(1)] },
            new(JsJson.Parse("""{"id":3,"name":"Third","amount":5.5}""").AsObject!) { PairedItems = [new(2)] },
        ];
        return new Scope
        {
            Items = items,
            Nodes = name => name == "Source" ? new Source(items) : null,
            PreviousNode = new("Source", 0, 0),
            Parameters = new JsObject { ["p"] = 1 },
            Workflow = new JsObject { ["id"] = "wf1", ["name"] = "Orders", ["active"] = true },
            Execution = static () => new JsObject { ["id"] = "e1", ["mode"] = "test" },
            Variables = new JsObject { ["region"] = "eu" },
            NodeVersion = 2,
            Clock = new FixedClock(new DateTimeOffset(2026, 3, 15, 10, 20, 30, 456, TimeSpan.Zero)),
            Random = new Random(1),
        };
    }

    public static JsValue Read(string resource)
    {
        using var stream = typeof(TestScope).Assembly.GetManifestResourceStream(resource)!;
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return JsJson.Parse(copy.ToArray());
    }

    private sealed class Source(Item[] items) : NodeOutput
    {
        public override string Name => "Source";

        public override bool IsExecuted => true;

        public override JsObject Parameters { get; } = new() { ["url"] = "http://x" };

        public override IReadOnlyList<Item> Items(int? branch, int? run) => items;

        public override Item? ItemMatching(int itemIndex) => (uint)itemIndex < (uint)items.Length ? items[itemIndex] : null;
    }

    private sealed class FixedClock(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
