using System.Collections.Frozen;
using System.Globalization;
using Sluice.Workflows.Data;
using Sluice.Workflows.Expressions.Evaluation;
using Sluice.Workflows.Expressions.Library;
using Sluice.Workflows.Expressions.Roots;

namespace Sluice.Workflows.Expressions.Scripts;

/// <summary>The names that scripts know besides those of expressions, and what is said of names of other engines.</summary>
internal static class ScriptRoots
{
    private static readonly FrozenDictionary<string, JsValue> Values = new Dictionary<string, JsValue>(TypedArrayLibrary.Constructors.Select(c => KeyValuePair.Create(c.Name, (JsValue)c)), StringComparer.Ordinal)
    {
        ["Symbol"] = SymbolLibrary.Constructor,
        ["WeakMap"] = WeakLibrary.Map,
        ["WeakSet"] = WeakLibrary.Set,
        ["ArrayBuffer"] = JsArrayBuffer.Constructor,
        ["DataView"] = JsDataView.Constructor,
        ["Buffer"] = BufferLibrary.Constructor,
        ["TextEncoder"] = JsTextEncoder.Constructor,
        ["TextDecoder"] = JsTextDecoder.Constructor,
        ["AggregateError"] = ErrorLibrary.Aggregate,
        ["crypto"] = CryptoLibrary.Namespace,
        ["require"] = Modules.Require,
        ["setInterval"] = new NativeFunction("setInterval", 2, (e, _, a) =>
            e.Jobs!.AddTimer(e, FunctionLibrary.Function(a.At(0)), Coerce.ToNumber(e, a.At(1)), a.Length > 2 ? a[2..].ToArray() : [], repeats: true)),
        ["setImmediate"] = new NativeFunction("setImmediate", 1, (e, _, a) => e.Jobs!.AddTimer(e, FunctionLibrary.Function(a.At(0)), 0, a.Length > 1 ? a[1..].ToArray() : [])),
        ["Promise"] = PromiseLibrary.Constructor,
        ["setTimeout"] = new NativeFunction("setTimeout", 2, (e, _, a) =>
            e.Jobs!.AddTimer(e, FunctionLibrary.Function(a.At(0)), Coerce.ToNumber(e, a.At(1)), a.Length > 2 ? a[2..].ToArray() : [])),
        ["clearTimeout"] = new NativeFunction("clearTimeout", 1, (e, _, a) =>
        {
            e.Jobs!.ClearTimer(Coerce.ToInt32(e, a.At(0)));
            return default;
        }),
        ["clearInterval"] = new NativeFunction("clearInterval", 1, (e, _, a) =>
        {
            e.Jobs!.ClearTimer(Coerce.ToInt32(e, a.At(0)));
            return default;
        }),
        ["queueMicrotask"] = new NativeFunction("queueMicrotask", 1, (e, _, a) =>
        {
            var function = FunctionLibrary.Function(a.At(0));
            e.Jobs!.Add(() => e.Call(function, default, []));
            return default;
        }),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, string> Reasons = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["eval"] = "code cannot make code while it runs",
        ["Function"] = "code cannot make code while it runs",
        ["globalThis"] = "there is no global object",
        ["module"] = "code is no module",
        ["exports"] = "code is no module",
        ["process"] = "code sees nothing of the process that it runs in",
        ["fetch"] = "code has no network; use an HTTP Request node before this one",
        ["XMLHttpRequest"] = "code has no network; use an HTTP Request node before this one",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    public static bool TryGet(string name, out JsValue value) => Values.TryGetValue(name, out value);

    /// <summary>Why a name cannot be used; null when it is simply unknown.</summary>
    public static string? Absent(string name) =>
        Reasons.TryGetValue(name, out var reason) ? $"'{name}' is not available: {reason}" : RootTable.Absent(name) is not null ? $"'{name}' is not available in code" : null;

    /// <summary><c>console</c>, which hands on each line.</summary>
    public static JsObject Console(Action<string> line)
    {
        var console = new JsObject();
        foreach (var level in (string[])["log", "info", "debug", "warn", "error", "trace", "table"])
        {
            console.Set(level, new NativeFunction(level, 0, (e, _, a) =>
            {
                var text = string.Join(' ', a.ToArray().Select(v => Show(e, v)));
                e.AllocateText(text.Length);
                line(level is "warn" or "error" ? string.Create(CultureInfo.InvariantCulture, $"{level}: {text}") : text);
                return default;
            }));
        }

        foreach (var level in (string[])["group", "dir"]) console.Set(level, console["log"]);
        foreach (var silent in (string[])["groupEnd", "groupCollapsed", "time", "timeEnd", "timeLog", "count", "clear"]) console.Set(silent, new NativeFunction(silent, 0, (_, _, _) => default));
        console.Set("assert", new NativeFunction("assert", 1, (e, _, a) =>
        {
            if (!Coerce.ToBoolean(a.At(0))) line("error: Assertion failed" + string.Concat(a.Length > 1 ? a[1..].ToArray().Select(v => " " + Show(e, v)) : []));
            return default;
        }));
        return console;
    }

    private static string Show(Evaluator e, JsValue value)
    {
        if (value.Kind is not (JsKind.Object or JsKind.Array)) return ShowPlain(e, value);
        try
        {
            return JsonLibrary.Stringify(e, value).ToString();
        }
        catch (JsThrow)
        {
            // Whatever contains itself; a log is no reason to fail.
            return $"[{value.Kind}]";
        }
    }

    private static string ShowPlain(Evaluator e, JsValue value) => value.Kind switch
    {
        JsKind.Symbol => value.AsReference!.ToString()!,
        JsKind.Map or JsKind.Set or JsKind.Promise => $"[{value.Kind}]",
        _ => Coerce.ToText(e, value),
    };
}
