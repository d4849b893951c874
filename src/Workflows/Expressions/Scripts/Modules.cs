using System.Collections.Frozen;
using Sluice.Workflows.Data;
using Sluice.Workflows.Expressions.DateTimes;
using Sluice.Workflows.Expressions.Evaluation;
using Sluice.Workflows.Expressions.Library;

namespace Sluice.Workflows.Expressions.Scripts;

/// <summary>What <c>require</c> gives: the few modules that are part of the language here.</summary>
internal static class Modules
{
    private static readonly FrozenDictionary<string, JsNamespace> Known = new Dictionary<string, JsNamespace>(StringComparer.Ordinal)
    {
        ["crypto"] = CryptoLibrary.Namespace,
        ["luxon"] = Of(("DateTime", DateTimeFactory.Constructor), ("Duration", DurationLibrary.Constructor), ("Interval", IntervalLibrary.Constructor)),
        ["buffer"] = Of(("Buffer", BufferLibrary.Constructor)),
        ["url"] = Of(("URL", UrlLibrary.Constructor), ("URLSearchParams", UrlSearchParamsLibrary.Constructor)),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    public static NativeFunction Require { get; } = new("require", 1, (e, _, a) =>
    {
        var name = Coerce.ToText(e, a.At(0));
        return Known.TryGetValue(name.StartsWith("node:", StringComparison.Ordinal) ? name[5..] : name, out var module) ? module
            : throw JsThrow.Error("Error", $"Cannot find module '{name}': code is given only {string.Join(", ", Known.Keys.Order(StringComparer.Ordinal).Select(k => $"'{k}'"))}");
    });

    private static JsNamespace Of(params ReadOnlySpan<(string Name, JsValue Value)> members)
    {
        var table = new MethodTable.Builder();
        foreach (var (name, value) in members) table.Constant(name, value);
        return new JsNamespace("Module", table.Build());
    }
}
