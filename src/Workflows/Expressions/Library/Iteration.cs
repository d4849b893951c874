using Sluice.Workflows.Data;
using Sluice.Workflows.Expressions.Evaluation;

namespace Sluice.Workflows.Expressions.Library;

/// <summary>What <c>for of</c>, spreading and destructuring walk through.</summary>
internal static class Iteration
{
    public static IEnumerable<JsValue> Of(Evaluator evaluator, JsValue value) => value.AsReference switch
    {
        { Traits: { } traits } reference when Inheritance.TryGet(evaluator, traits, JsSymbol.Iterator.Key, value, out var method) => Called(evaluator, reference, method),
        JsArray array => Elements(evaluator, array),
        JsMap map => map.Pairs(evaluator),
        JsSet set => set.Values(evaluator),
        JsUrlSearchParams query => query.Pairs(evaluator),
        LibraryObject library when library.Elements(evaluator) is { } elements => elements,
        LibraryObject library when library.TryGetField(evaluator, JsSymbol.Iterator.Key, out var method) => Called(evaluator, library, method),
        null when value.AsString is { } text => Characters(evaluator, text),
        _ => throw JsThrow.Type($"{(value.IsReference ? Coerce.TypeName(value) : Coerce.ToText(evaluator, value))} is not iterable"),
    };

    public static bool IsIterable(Evaluator evaluator, JsValue value) => value.IsString || value.Kind is JsKind.Array or JsKind.Map or JsKind.Set or JsKind.UrlSearchParams
        || (value.AsReference is LibraryObject library && (library.Elements(evaluator) is not null || library.TryGetField(evaluator, JsSymbol.Iterator.Key, out _)))
        || (value.AsReference?.Traits is { } traits && Inheritance.TryFind(evaluator, traits, JsSymbol.Iterator.Key, out _));

    /// <summary>What a value that is walked through has under <c>Symbol.iterator</c> although nobody wrote it; undefined for others.</summary>
    public static JsValue Method(Evaluator evaluator, JsValue value, string key) => key == JsSymbol.Iterator.Key && IsIterable(evaluator, value)
        ? evaluator.Own(new NativeFunction("values", 0, (e, self, _) => e.Own(new JsIterator(Of(e, self))))) : default(JsValue);

    /// <summary>An iterator over values: by the protocol of the language if it has one, or else by <see cref="Of"/>.</summary>
    /// <param name="isAsync">Whether one that gives promises is preferred.</param>
    public static IteratorHandle Open(Evaluator evaluator, JsValue value, bool isAsync)
    {
        if (isAsync && value.IsReference && Properties.Get(evaluator, value, JsSymbol.AsyncIterator.Key).AsReference is JsFunction method)
            return new(evaluator, evaluator.Call(method, value, []), isAsync: true);
        if (value.AsReference is JsGenerator) return new(evaluator, value, isAsync: false);
        return new(evaluator, evaluator.Own(new JsIterator(Of(evaluator, value))), isAsync: false);
    }

    /// <summary><c>{value, done}</c>.</summary>
    public static JsObject Result(Evaluator evaluator, JsValue value, bool done)
    {
        var result = evaluator.NewObject(2);
        result.Set("value", value);
        result.Set("done", done);
        return result;
    }

    private static IEnumerable<JsValue> Called(Evaluator evaluator, JsReference source, JsValue method)
    {
        var opened = evaluator.Call(FunctionLibrary.Function(method), source, []);
        if (!opened.IsReference) throw JsThrow.Type("Result of the Symbol.iterator method is not an object");
        var iterator = new IteratorHandle(evaluator, opened, isAsync: false);
        var open = true;
        try
        {
            while (true)
            {
                evaluator.Step();
                open = false;
                var result = iterator.Next(default);
                if (!result.IsReference) throw JsThrow.Type($"Iterator result {Coerce.ToText(evaluator, result)} is not an object");
                if (Coerce.ToBoolean(Properties.Get(evaluator, result, "done"))) yield break;
                var value = Properties.Get(evaluator, result, "value");
                open = true;
                yield return value;
            }
        }
        finally
        {
            if (open) iterator.Return();
        }
    }

    private static IEnumerable<JsValue> Elements(Evaluator evaluator, JsArray array)
    {
        for (var i = 0; i < array.Count; i++)
        {
            evaluator.Step();
            yield return evaluator.Element(array, i);
        }
    }

    /// <summary>Code points, not halves of surrogate pairs.</summary>
    private static IEnumerable<JsValue> Characters(Evaluator evaluator, string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            evaluator.Step();
            if (i + 1 < text.Length && char.IsSurrogatePair(text[i], text[i + 1]))
            {
                evaluator.Allocate(32);
                yield return text.Substring(i++, 2);
            }
            else yield return CharacterStrings.Of(text[i]);
        }
    }
}

/// <summary>An iterator that is asked for its values.</summary>
internal sealed class IteratorHandle(Evaluator evaluator, JsValue iterator, bool isAsync)
{
    private readonly JsFunction _next = FunctionLibrary.Function(Properties.Get(evaluator, iterator, "next"));

    public bool IsAsync => isAsync;

    public JsValue Next(JsValue sent) => evaluator.Call(_next, iterator, [sent]);

    /// <summary>Tells it that nobody wants more.</summary>
    public void Return()
    {
        if (Properties.Get(evaluator, iterator, "return").AsReference is JsFunction method) evaluator.Call(method, iterator, []);
    }
}

/// <summary>An iterator of the library, such as <c>map.keys()</c> gives.</summary>
internal sealed class JsIterator(IEnumerable<JsValue> source) : LibraryObject(Methods)
{
    private static readonly MethodTable Methods = new MethodTable.Builder()
        .Add("next", 0, (e, self, _) => ((JsIterator)self.AsReference!).Next(e))
        .Add("return", 1, (e, self, a) =>
        {
            ((JsIterator)self.AsReference!)._source.Dispose();
            return Iteration.Result(e, a.At(0), done: true);
        })
        .Add(JsSymbol.Iterator.Key, 0, (_, self, _) => self)
        .Add("toArray", 0, (e, self, _) => MapLibrary.Array(e, ((JsIterator)self.AsReference!).Rest(e)))
        .Build();

    private readonly IEnumerator<JsValue> _source = source.GetEnumerator();

    public override string TypeName => "Iterator";

    public override IEnumerable<JsValue> Elements(Evaluator evaluator) => Rest(evaluator);

    private JsObject Next(Evaluator e) => _source.MoveNext() ? Iteration.Result(e, _source.Current, done: false) : Iteration.Result(e, default, done: true);

    private IEnumerable<JsValue> Rest(Evaluator e)
    {
        while (_source.MoveNext())
        {
            e.Step();
            yield return _source.Current;
        }
    }
}
