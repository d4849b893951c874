using System.Text;
using Sluice.Workflows.Data;
using Sluice.Workflows.Expressions.Evaluation;

namespace Sluice.Workflows.Expressions.Library;

/// <summary>The fields of a query, perhaps of a URL that follows their changes.</summary>
internal sealed class JsUrlSearchParams : JsReference
{
    private readonly JsUrl? _url;

    public JsUrlSearchParams(JsUrl? url)
    {
        _url = url;
        Reload();
    }

    public override JsKind Kind => JsKind.UrlSearchParams;

    public List<(string Name, string Value)> Fields { get; } = [];

    public void Reload()
    {
        Fields.Clear();
        if (_url is not null) Parse(_url.Search);
    }

    public void Parse(string query)
    {
        if (query.StartsWith('?')) query = query[1..];
        foreach (var field in query.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = field.IndexOf('=');
            Fields.Add(equals < 0 ? (Decode(field), "") : (Decode(field[..equals]), Decode(field[(equals + 1)..])));
        }
    }

    public void Changed()
    {
        if (_url is not null) _url.Search = Fields.Count == 0 ? "" : "?" + this;
    }

    public IEnumerable<JsValue> Pairs(Evaluator e) => Fields.Select(f => (JsValue)e.NewArray([f.Name, f.Value]));

    internal override bool TryGetField(Evaluator evaluator, string name, out JsValue value)
    {
        value = Fields.Count;
        return name == "size";
    }

    internal override JsValue ToJson() => new JsObject();

    public override string ToString() => string.Join('&', Fields.Select(f => $"{EncodeForm(f.Name)}={EncodeForm(f.Value)}"));

    private static string Decode(string text) => Uri.UnescapeDataString(text.Replace('+', ' '));

    /// <summary>application/x-www-form-urlencoded.</summary>
    private static string EncodeForm(string text)
    {
        var result = new StringBuilder();
        foreach (var b in Encoding.UTF8.GetBytes(text))
        {
            if (char.IsAsciiLetterOrDigit((char)b) || b is (byte)'*' or (byte)'-' or (byte)'.' or (byte)'_') result.Append((char)b);
            else if (b == ' ') result.Append('+');
            else result.Append('%').Append(b.ToString("X2", System.Globalization.CultureInfo.InvariantCulture));
        }

        return result.ToString();
    }
}

/// <summary>URLSearchParams.</summary>
internal static class UrlSearchParamsLibrary
{
    public static MethodTable Methods { get; } = new MethodTable.Builder()
        .Add("append", 2, (e, self, a) =>
        {
            e.Allocate(64);
            e.Step(4);
            Query(self).Fields.Add((Coerce.ToText(e, a.At(0)), Coerce.ToText(e, a.At(1))));
            Query(self).Changed();
            return default;
        })
        .Add("delete", 1, (e, self, a) =>
        {
            var name = Coerce.ToText(e, a.At(0));
            Query(self).Fields.RemoveAll(f => f.Name == name);
            Query(self).Changed();
            return default;
        })
        .Add("set", 2, (e, self, a) =>
        {
            var (name, value) = (Coerce.ToText(e, a.At(0)), Coerce.ToText(e, a.At(1)));
            var fields = Query(self).Fields;
            var at = fields.FindIndex(f => f.Name == name);
            fields.RemoveAll(f => f.Name == name);
            e.Allocate(64);
            e.Step(4 + fields.Count);
            fields.Insert(at < 0 ? fields.Count : at, (name, value));
            Query(self).Changed();
            return default;
        })
        .Add("get", 1, (e, self, a) => Named(e, self, a) is [var first, ..] ? first : JsValue.Null)
        .Add("getAll", 1, (e, self, a) => e.NewArray(Named(e, self, a)))
        .Add("has", 1, (e, self, a) => Named(e, self, a).Length > 0)
        .Add("keys", 0, (e, self, _) => e.NewArray(Query(self).Fields.Select(f => f.Name)))
        .Add("values", 0, (e, self, _) => e.NewArray(Query(self).Fields.Select(f => f.Value)))
        .Add("entries", 0, (e, self, _) => MapLibrary.List(e, Query(self).Pairs(e)))
        .Add("forEach", 1, (e, self, a) =>
        {
            foreach (var (name, value) in Query(self).Fields.ToArray()) e.Call(FunctionLibrary.Function(a.At(0)), value, name, self);
            return default;
        })
        .Add("sort", 0, (e, self, _) =>
        {
            var sorted = Query(self).Fields.OrderBy(f => f.Name, StringComparer.Ordinal).ToList();
            e.Step(1 + sorted.Count * 4);
            Query(self).Fields.Clear();
            Query(self).Fields.AddRange(sorted);
            Query(self).Changed();
            return default;
        })
        .Add("toString", 0, (e, self, _) =>
        {
            e.AllocateText(Query(self).Fields.Sum(f => (long)f.Name.Length + f.Value.Length) * 3);
            return Query(self).ToString();
        })
        .Build();

    public static NativeConstructor Constructor { get; } = new("URLSearchParams", 0, MethodTable.Empty, null, (e, _, a) => Make(e, a.At(0)), v => v.Kind == JsKind.UrlSearchParams);

    public static JsUrlSearchParams Make(Evaluator e, JsValue source)
    {
        var query = e.Own(new JsUrlSearchParams(null));
        if (source.IsNullish) return query;
        if (source.AsString is { } text)
        {
            e.AllocateText(text.Length * 3L);
            e.Step(1 + text.Length / 4);
            query.Parse(text);
        }
        else if (Iteration.IsIterable(e, source))
        {
            foreach (var pair in Iteration.Of(e, source)) Add(Properties.Get(e, pair, 0.0), Properties.Get(e, pair, 1.0));
        }
        else
        {
            foreach (var name in Properties.OwnNames(e, source)) Add(name, Properties.Get(e, source, name));
        }

        return query;

        void Add(JsValue name, JsValue value)
        {
            e.Allocate(64);
            e.Step(4);
            query.Fields.Add((Coerce.ToText(e, name), Coerce.ToText(e, value)));
        }
    }

    private static JsUrlSearchParams Query(JsValue self) => self.AsReference as JsUrlSearchParams ?? throw JsThrow.Type("not a URLSearchParams");

    private static string[] Named(Evaluator e, JsValue self, ReadOnlySpan<JsValue> a)
    {
        var name = Coerce.ToText(e, a.At(0));
        e.Step(1 + Query(self).Fields.Count);
        return [.. Query(self).Fields.Where(f => f.Name == name).Select(f => f.Value)];
    }
}
