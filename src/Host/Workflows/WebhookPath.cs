using Sluice.Workflows.Data;

namespace Sluice.Host.Workflows;

/// <summary>The path of a webhook node, <c>orders/:id</c>. The route has decided already; this compares the end of the request's path with it and gives the parameters.</summary>
internal sealed class WebhookPath(string pattern)
{
    private readonly string[] _segments = pattern.Split('/', StringSplitOptions.RemoveEmptyEntries);

    public bool Matches(string path) => Tail(path) is not null;

    public JsObject Parameters(string path)
    {
        var parameters = new JsObject();
        if (Tail(path) is not { } tail) return parameters;
        for (var i = 0; i < _segments.Length; i++)
            if (_segments[i].StartsWith(':')) parameters.Set(_segments[i][1..], Uri.UnescapeDataString(tail[i]));
        return parameters;
    }

    private string[]? Tail(string path)
    {
        var given = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (given.Length < _segments.Length) return null;
        var tail = given[^_segments.Length..];
        for (var i = 0; i < tail.Length; i++)
            if (!_segments[i].StartsWith(':') && !string.Equals(_segments[i], tail[i], StringComparison.Ordinal)) return null;
        return tail;
    }
}
