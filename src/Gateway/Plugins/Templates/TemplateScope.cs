using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Plugins.Transforming;
using Sluice.Gateway.Routing;

namespace Sluice.Gateway.Plugins.Templates;

/// <summary>The names that a template sees: <c>headers</c>, <c>query_params</c>, <c>uri_captures</c>, <c>shared</c> and the function <c>type</c>.</summary>
internal sealed class TemplateScope(Exchange exchange)
{
    private Arguments? query;
    private RouteCaptures? captures;

    /// <summary>The value of a global name; nil when it is none.</summary>
    public object? Name(string name) => name switch
    {
        "headers" => (Table)Header,
        "query_params" => (Table)Parameter,
        "uri_captures" => (Table)Capture,
        "shared" => (Table)(static _ => null),
        "type" => Function.Type,
        _ => null,
    };

    private object? Header(object? key)
    {
        if (key is not string name) return null;
        var values = KongHeaders.Find(exchange.Request.Headers, name);
        return values.Count switch
        {
            0 => null,
            1 => values[0],
            _ => new ValueList([.. values.Select(v => v ?? "")]),
        };
    }

    private object? Parameter(object? key)
    {
        if (key is not string name) return null;
        query ??= Arguments.Parse(exchange.Upstream.Query.AsSpan().TrimStart('?'));
        return query.Get(FieldText.Read(name)) switch
        {
            null => null,
            [null] => true,
            [var value] => FieldText.Of(value),
            var values => new ValueList([.. values.Select(v => v is null ? "true" : FieldText.Of(v))]),
        };
    }

    private object? Capture(object? key)
    {
        captures ??= exchange.Match.Captures;
        if (captures is null) return null;
        return key switch
        {
            string name => captures.Named.GetValueOrDefault(FieldText.Read(name)),
            double number when number >= 1 && number <= captures.Unnamed.Count && double.IsInteger(number) => captures.Unnamed[(int)number - 1],
            _ => null,
        };
    }
}

/// <summary>A value that is looked into by key.</summary>
internal delegate object? Table(object? key);

/// <summary>Several values of one field or parameter; written with commas between them.</summary>
internal sealed record ValueList(IReadOnlyList<string> Items);

/// <summary>A function that templates may call.</summary>
internal sealed record Function(Func<object?, string> Call)
{
    public static readonly Function Type = new(Values.TypeName);
}

/// <summary>Why an expression has no value.</summary>
internal sealed record Failure(string Reason);
