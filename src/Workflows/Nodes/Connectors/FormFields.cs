using System.Globalization;
using Sluice.Workflows.Data;

namespace Sluice.Workflows.Nodes.Connectors;

/// <summary>Fields of a form that are objects and lists, in the way of PHP and Rails: <c>metadata[order]=7</c>, <c>items[0][price]=p</c>.</summary>
internal static class FormFields
{
    public static IEnumerable<KeyValuePair<string, string>> Of(JsObject fields) => fields.SelectMany(f => Of(f.Key, f.Value));

    private static IEnumerable<KeyValuePair<string, string>> Of(string name, JsValue value) => value switch
    {
        { AsObject: { } map } => map.SelectMany(f => Of($"{name}[{f.Key}]", f.Value)),
        { AsArray: { } list } => list.SelectMany((e, i) => Of(string.Create(CultureInfo.InvariantCulture, $"{name}[{i}]"), e)),
        _ => [new(name, ParameterValues.ToText(value))],
    };
}
