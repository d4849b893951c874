using System.Buffers;
using System.Text;
using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Plugins.RequestTransformer;

/// <summary>Sets the path that goes upstream.</summary>
internal static class PathTransform
{
    private static readonly SearchValues<byte> Allowed = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~!#$&'()*+,/:;=?@[]%"u8);

    /// <summary>Sets <paramref name="path"/>, percent-encoding what must be; what follows a <c>?</c> goes before the client's query. False when it is no path.</summary>
    public static bool TryApply(Exchange exchange, string path)
    {
        if (!path.StartsWith('/')) return false;
        var encoded = Encode(path);
        var mark = encoded.IndexOf('?', StringComparison.Ordinal);
        if (mark >= 0)
        {
            var given = exchange.Upstream.Query;
            exchange.Upstream.Query = given.Length > 1 ? $"{encoded[mark..]}&{given[1..]}" : encoded[mark..];
            encoded = encoded[..mark];
        }

        exchange.Upstream.Path = encoded;
        return true;
    }

    private static string Encode(string path)
    {
        var bytes = Encoding.Latin1.GetBytes(path);
        if (!bytes.AsSpan().ContainsAnyExcept(Allowed)) return path;
        var text = new StringBuilder();
        foreach (var b in bytes)
        {
            if (Allowed.Contains(b)) text.Append((char)b);
            else text.Append('%').Append(b.ToString("X2"));
        }

        return text.ToString();
    }
}
