using Microsoft.Net.Http.Headers;

namespace Sluice.Gateway.Plugins.ProxyCache;

/// <summary>A media type of the configuration, read when the snapshot is built. One that cannot be read matches nothing, as in Kong.</summary>
internal sealed class CacheableType
{
    private readonly MediaTypeHeaderValue? type;
    private readonly string written;

    public CacheableType(string written)
    {
        this.written = written;
        type = MediaTypeHeaderValue.TryParse(written, out var parsed) ? parsed : null;
    }

    /// <summary>Whether a response of <paramref name="contentType"/> is meant: type and subtype equal or <c>*</c>, and the same parameters.</summary>
    public bool Matches(string contentType)
    {
        if (type is null) return false;
        if (string.Equals(contentType, written, StringComparison.OrdinalIgnoreCase)) return true;
        if (!MediaTypeHeaderValue.TryParse(contentType, out var actual) || actual.Parameters.Count != type.Parameters.Count) return false;
        return Part(type.Type.Value, actual.Type.Value) && Part(type.SubType.Value, actual.SubType.Value) && SameParameters(actual);
    }

    private static bool Part(string? wanted, string? actual) =>
        wanted == "*" || string.Equals(wanted, actual, StringComparison.OrdinalIgnoreCase);

    private bool SameParameters(MediaTypeHeaderValue actual) =>
        type!.Parameters.All(wanted => actual.Parameters.Any(p =>
            p.Name.Equals(wanted.Name, StringComparison.OrdinalIgnoreCase) && p.Value.Equals(wanted.Value, StringComparison.OrdinalIgnoreCase)));
}
