namespace Sluice.Foundation.Http;

/// <summary>A request as it goes over the wire.</summary>
public sealed class PlainHttpRequest
{
    /// <summary>The host of the address, as a URL writes it, with the port where it is not 80: what connections are kept under.</summary>
    public required string Authority { get; init; }

    /// <summary>The name or address that is connected to; an address of IPv6 without brackets.</summary>
    public required string Host { get; init; }

    public required int Port { get; init; }

    /// <summary>Head and body, well formed.</summary>
    public required ReadOnlyMemory<byte> Bytes { get; init; }

    /// <summary>The method is HEAD: the answer has no body.</summary>
    public bool IsHead { get; init; }

    /// <summary>Sending it twice does what sending it once does.</summary>
    public bool MayRepeat { get; init; }

    /// <summary>Most bytes of the answer's body.</summary>
    public required int MaximumAnswer { get; init; }
}
