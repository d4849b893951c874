using Sluice.Workflows.Expressions.Evaluation;

namespace Sluice.Workflows.Expressions.Extensions;

/// <summary>What n8n adds to booleans.</summary>
internal static class BooleanExtensions
{
    public static MethodTable Table { get; } = new MethodTable.Builder()
        .Add("toBoolean", 0, (_, self, _) => self)
        .Add("toInt", 0, (_, self, _) => self.IsTrue ? 1 : 0)
        .Alias("toFloat", "toInt")
        .Alias("toNumber", "toInt")
        .Add("toDateTime", 0, (_, _, _) => default)
        .Build();
}
