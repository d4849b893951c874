using System.Buffers;
using System.Text;
using Microsoft.Extensions.Primitives;
using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Plugins.RequestTransformer;

/// <summary>Changes the header fields that go upstream. Host is only ever replaced, and what frames the body is left alone.</summary>
internal static class HeaderTransform
{
    private static readonly SearchValues<char> Control =
        SearchValues.Create([.. Enumerable.Range(0, 32).Append(127).Where(c => c != '\t').Select(c => (char)c)]);

    public static void Apply(Exchange exchange, Settings settings, Rendered values)
    {
        var headers = exchange.Request.Headers;
        foreach (var name in settings.Remove)
            if (!IsHost(name) && !Frames(name)) headers.Remove(name);
        foreach (var (name, _) in settings.Rename)
        {
            var to = values.Next();
            if (string.IsNullOrEmpty(to) || IsHost(name) || IsHost(to) || Frames(name) || Frames(to)) continue;
            if (headers.Remove(name, out var moved)) headers[to.ToLowerInvariant()] = moved;
        }

        foreach (var (name, _) in settings.Replace)
        {
            if (values.Next() is not { } value || Frames(name)) continue;
            if (IsHost(name)) exchange.Upstream.Host = Clean(value);
            else if (headers.ContainsKey(name)) headers[name] = Clean(value);
        }

        foreach (var (name, _) in settings.Add)
            if (values.Next() is { } value && !IsHost(name) && !Frames(name) && !headers.ContainsKey(name)) headers[name] = Clean(value);
        foreach (var (name, _) in settings.Append)
            if (values.Next() is { } value && !IsHost(name) && !Frames(name)) headers[name] = StringValues.Concat(headers[name], Clean(value));
    }

    private static bool IsHost(string name) => name.Equals("Host", StringComparison.OrdinalIgnoreCase);

    private static bool Frames(string name) =>
        name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase) || name.Equals("Transfer-Encoding", StringComparison.OrdinalIgnoreCase);

    // A value made from decoded input must not start a new line; nginx escapes these too. Blanks around a value mean nothing.
    private static string Clean(string value)
    {
        value = value.Trim();
        if (!value.AsSpan().ContainsAny(Control)) return value;
        var text = new StringBuilder();
        foreach (var c in value)
        {
            if (Control.Contains(c)) text.Append('%').Append(((int)c).ToString("X2"));
            else text.Append(c);
        }

        return text.ToString();
    }
}
