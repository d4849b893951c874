using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Routing;

namespace Sluice.Gateway.Plugins.HttpCache;

/// <summary>
/// Writes what is asked for, <c>http://host/path?query</c>, and behind it what tells the responses of one resource apart. Allocates nothing for keys
/// of usual length.
/// </summary>
internal ref struct ResourceKey
{
    /// <summary>Ends the resource in the key of a variant. No target that is served has this character.</summary>
    public const char End = '\0';

    public const string EndText = "\0";

    private DefaultInterpolatedStringHandler text;

    public ResourceKey(Span<char> buffer) => text = new DefaultInterpolatedStringHandler(0, 0, null, buffer);

    public readonly ReadOnlySpan<char> Text => text.Text;

    /// <summary>What the exchange asks for.</summary>
    public void WriteResource(Exchange exchange) =>
        Write(exchange.ForwardedScheme, exchange.Request.Headers.Host.ToString(), exchange.Path, exchange.Query);

    /// <summary>What a Location or Content-Location of a response names; empty when it is on another host or no URL.</summary>
    public static string Named(Exchange exchange, string reference)
    {
        var host = exchange.Request.Headers.Host.ToString();
        if (!Uri.TryCreate($"{exchange.ForwardedScheme}://{host}{exchange.RawTarget}", UriKind.Absolute, out var own)
            || !Uri.TryCreate(own, reference, out var named)
            || !string.Equals(own.Authority, named.Authority, StringComparison.OrdinalIgnoreCase)) return "";
        var target = RequestPath.Parse(named.PathAndQuery);
        using var key = new ResourceKey(stackalloc char[512]);
        key.Write(exchange.ForwardedScheme, host, target.Path, target.Query);
        return key.Text.ToString();
    }

    /// <summary>What tells one response of the resource from another, behind the resource.</summary>
    public void WriteVariant(Exchange exchange, VariantNames names, bool byConsumer)
    {
        text.AppendLiteral(EndText);
        var generation = names.Generation;
        text.AppendFormatted(MemoryMarshal.Cast<long, char>(new ReadOnlySpan<long>(in generation)));
        WriteValues(exchange, names.Fields, byConsumer);
    }

    /// <summary>Route, consumer, and the request's values of the fields that the responses' Vary names.</summary>
    public void WriteValues(Exchange exchange, string[] fields, bool byConsumer)
    {
        WriteParties(exchange, byConsumer);
        foreach (var name in fields)
        {
            text.AppendLiteral(EndText);
            var values = exchange.Request.Headers[name];
            if (values.Count == 0) text.AppendLiteral("\u0001");
            foreach (var value in values) WriteMembers(value, VaryFields.IgnoresCase(name));
        }
    }

    public void WriteParties(Exchange exchange, bool byConsumer)
    {
        Write(exchange.Route?.Config.Id ?? default);
        Write(ConsumerOf(exchange, byConsumer));
    }

    /// <summary>Whose response it is; empty for everybody's.</summary>
    public static Guid ConsumerOf(Exchange exchange, bool byConsumer) =>
        byConsumer ? exchange.Consumer?.Config.Id ?? exchange.Credential?.Id ?? default : default;

    /// <summary>Gives back what was rented.</summary>
    public void Dispose() => text.Clear();

    private void Write(string scheme, string host, string path, string query)
    {
        text.AppendLiteral(scheme);
        text.AppendLiteral("://");
        var name = host.AsSpan();
        if (scheme is "http" && name.EndsWith(":80")) name = name[..^3];
        else if (scheme is "https" && name.EndsWith(":443")) name = name[..^4];
        if (name.ContainsAnyInRange('A', 'Z')) text.AppendLiteral(name.ToString().ToLowerInvariant());
        else text.AppendFormatted(name);
        text.AppendLiteral(path);
        text.AppendLiteral(query);
    }

    private void Write(Guid id) => text.AppendFormatted(MemoryMarshal.Cast<Guid, char>(new ReadOnlySpan<Guid>(in id)));

    /// <summary>The members of a list without the space around them, so that lists written differently are the same.</summary>
    private void WriteMembers(string? value, bool ignoreCase)
    {
        if (ignoreCase && value.AsSpan().ContainsAnyInRange('A', 'Z')) value = value!.ToLowerInvariant();
        foreach (var range in value.AsSpan().Split(','))
        {
            text.AppendFormatted(value.AsSpan(range).Trim(" \t"));
            text.AppendLiteral(",");
        }
    }
}
