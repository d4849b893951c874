using Sluice.Workflows.Data;
using Sluice.Workflows.Nodes.HttpRequest;

namespace Sluice.Workflows.Nodes.Connectors;

/// <summary>Changes a request into that for the next page; says whether there is one.</summary>
internal delegate bool Paging(HttpAnswer answer, HttpCall call);

/// <summary>The ways in which services give long lists.</summary>
internal static class Pagings
{
    /// <summary>There is one page.</summary>
    public static bool None(HttpAnswer answer, HttpCall call) => false;

    /// <summary>The answer's field Link names the next page (RFC 8288).</summary>
    public static bool Link(HttpAnswer answer, HttpCall call)
    {
        foreach (var link in (answer.Headers["link"].AsString ?? "").Split(','))
        {
            var end = link.IndexOf('>', StringComparison.Ordinal);
            if (end < 0 || !link[end..].Contains("rel=\"next\"", StringComparison.Ordinal)) continue;
            return To(link[(link.IndexOf('<', StringComparison.Ordinal) + 1)..end], call);
        }

        return false;
    }

    /// <summary>The answer has a mark that goes into the next request.</summary>
    /// <param name="path">Where the mark is in the answer.</param>
    /// <param name="name">The query argument or field that it goes into.</param>
    public static Paging Mark(string path, string name) => (answer, call) =>
    {
        var mark = ParameterValues.ToText(At(answer, path));
        if (mark.Length == 0) return false;
        call.Change(call.Method is "GET" ? "qs" : "body", name, mark);
        return true;
    };

    /// <summary>The answer says that there are more, and the id of its last element is the mark.</summary>
    public static Paging LastId(string more, string items, string name) => (answer, call) =>
    {
        if (!At(answer, more).IsTrue || At(answer, items).AsArray is not { Count: > 0 } list) return false;
        call.Change("qs", name, list[^1].AsObject?["id"] ?? default);
        return true;
    };

    /// <summary>The pages have numbers; the last one is shorter than it could be.</summary>
    public static Paging Number(string items, string name, string size) => (answer, call) =>
    {
        var page = call.Query.FindLast(q => q.Key == name).Value is { } at ? int.Parse(at, System.Globalization.CultureInfo.InvariantCulture) : 1;
        var full = call.Query.FindLast(q => q.Key == size).Value is { } most ? int.Parse(most, System.Globalization.CultureInfo.InvariantCulture) : 1;
        if (At(answer, items).AsArray is not { } list || list.Count < full) return false;
        call.Change("qs", name, page + 1);
        return true;
    };

    /// <summary>The answer has the address of the next page.</summary>
    public static Paging Address(string path) => (answer, call) => At(answer, path).AsString is { Length: > 0 } address && To(address, call);

    private static JsValue At(HttpAnswer answer, string path) => answer.TryJson(out var json) && json.AsObject is { } map ? ItemPaths.Get(map, path) : default;

    private static bool To(string address, HttpCall call)
    {
        // The connection's secrets go along: only to the server that they are for.
        if (!Uri.TryCreate(call.Url, address, out var next) || next.Authority != call.Url.Authority || next.Scheme != call.Url.Scheme) return false;
        call.Url = next;
        call.Query.Clear();
        return true;
    }
}
