using Sluice.Gateway.Configuration;
using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Upstreams.Balancing;

/// <summary>What of a request is hashed: the first input that has a value; a fixed hash when none has.</summary>
internal sealed class HashInputs(params HashInput[] inputs)
{
    /// <summary>By the client's address, for endpoints without an upstream's settings.</summary>
    public static readonly HashInputs ClientAddress = new(new ClientAddressInput());

    public bool IsEmpty => inputs.Length == 0;

    public static HashInputs From(UpstreamConfig upstream)
    {
        var first = Input(upstream.HashOn, upstream, upstream.HashOnHeader, upstream.HashOnQueryArg, upstream.HashOnUriCapture);
        if (first is null) return new HashInputs();
        var second = Input(
            upstream.HashFallback, upstream, upstream.HashFallbackHeader, upstream.HashFallbackQueryArg, upstream.HashFallbackUriCapture);
        return second is null ? new HashInputs(first) : new HashInputs(first, second);
    }

    public ulong Hash(Exchange exchange)
    {
        foreach (var input in inputs)
        {
            var hash = new StableHash();
            if (input.TryAdd(exchange, ref hash)) return hash.Value;
        }

        return new StableHash().Value;
    }

    private static HashInput? Input(string kind, UpstreamConfig upstream, string? header, string? queryArg, string? uriCapture) => kind switch
    {
        "consumer" => new ConsumerInput(),
        "ip" => new ClientAddressInput(),
        "header" when header is not null => new HeaderInput(header),
        "cookie" when upstream.HashOnCookie is { } cookie => new CookieInput(cookie, upstream.HashOnCookiePath),
        "path" => new PathInput(),
        "query_arg" when queryArg is not null => new QueryArgInput(queryArg),
        "uri_capture" when uriCapture is not null => new UriCaptureInput(uriCapture),
        _ => null,
    };
}

/// <summary>One thing of a request that can be hashed.</summary>
internal abstract class HashInput
{
    /// <summary>Adds the value to <paramref name="hash"/>.</summary>
    /// <returns>Whether the request has one; an empty value is one.</returns>
    public abstract bool TryAdd(Exchange exchange, ref StableHash hash);
}

/// <summary>Who calls: the consumer, or else the credential.</summary>
internal sealed class ConsumerInput : HashInput
{
    public override bool TryAdd(Exchange exchange, ref StableHash hash)
    {
        if ((exchange.Consumer?.Config.Id ?? exchange.Credential?.Id) is not { } id) return false;
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes);
        hash.Add(bytes);
        return true;
    }
}

/// <summary>The client's address, taken from trusted proxies where they are configured.</summary>
internal sealed class ClientAddressInput : HashInput
{
    public override bool TryAdd(Exchange exchange, ref StableHash hash)
    {
        Span<byte> bytes = stackalloc byte[16];
        exchange.ClientAddress.TryWriteBytes(bytes, out var length);
        hash.Add(bytes[..length]);
        return true;
    }
}

/// <summary>A header field; of several with the name, all.</summary>
internal sealed class HeaderInput(string name) : HashInput
{
    public override bool TryAdd(Exchange exchange, ref StableHash hash)
    {
        if (!exchange.Request.Headers.TryGetValue(name, out var values)) return false;
        foreach (var value in values) hash.Add(value);
        return values.Count > 0;
    }
}

/// <summary>The path of the request.</summary>
internal sealed class PathInput : HashInput
{
    public override bool TryAdd(Exchange exchange, ref StableHash hash)
    {
        hash.Add(exchange.Path);
        return true;
    }
}

/// <summary>A group of the route's regular path, by name or number.</summary>
internal sealed class UriCaptureInput(string group) : HashInput
{
    private readonly int number = int.TryParse(group, System.Globalization.CultureInfo.InvariantCulture, out var parsed) ? parsed : 0;

    public override bool TryAdd(Exchange exchange, ref StableHash hash)
    {
        if (exchange.Match.Captures is not { } captures) return false;
        if (!captures.Named.TryGetValue(group, out var value))
        {
            if (number < 1 || number > captures.Unnamed.Count) return false;
            value = captures.Unnamed[number - 1];
        }

        hash.Add(value);
        return true;
    }
}
