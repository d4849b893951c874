namespace Sluice.Gateway.Upstreams.Http1;

/// <summary>What the forwarder does with a request field.</summary>
internal enum FieldKind
{
    /// <summary>Sent on as it is.</summary>
    Forwarded,

    /// <summary>Concerns the client's connection only, or is written anew by the gateway.</summary>
    Dropped,

    Connection,
    TransferExtensions,
    Via,
    ForwardingChain,
    ForwardedFor,
    ForwardedHost,
    ForwardedPort,
    ForwardedPath,
    ForwardedPrefix,
}

/// <summary>Tells the fields that a proxy treats specially from the rest, by length first: most names are compared with nothing at all.</summary>
internal static class FieldKinds
{
    public static FieldKind Of(string name) => name.Length switch
    {
        2 when Is(name, "TE") => FieldKind.TransferExtensions,
        3 when Is(name, "Via") => FieldKind.Via,
        4 when Is(name, "Host") => FieldKind.Dropped,
        5 when Is(name, "Proxy") => FieldKind.Dropped,
        6 when Is(name, "Expect") => FieldKind.Dropped,
        7 when Is(name, "Upgrade") => FieldKind.Dropped,
        9 when Is(name, "X-Real-IP") => FieldKind.Dropped,
        9 when Is(name, "Forwarded") => FieldKind.ForwardingChain,
        10 when Is(name, "Connection") => FieldKind.Connection,
        10 when Is(name, "Keep-Alive") => FieldKind.Dropped,
        14 when Is(name, "Content-Length") || Is(name, "HTTP2-Settings") => FieldKind.Dropped,
        15 when Is(name, "X-Forwarded-For") => FieldKind.ForwardedFor,
        16 when Is(name, "Proxy-Connection") => FieldKind.Dropped,
        16 when Is(name, "X-Forwarded-Host") => FieldKind.ForwardedHost,
        16 when Is(name, "X-Forwarded-Port") => FieldKind.ForwardedPort,
        16 when Is(name, "X-Forwarded-Path") => FieldKind.ForwardedPath,
        17 when Is(name, "Transfer-Encoding") || Is(name, "X-Forwarded-Proto") || Is(name, "X-Kong-Request-Id") => FieldKind.Dropped,
        18 when Is(name, "X-Forwarded-Prefix") => FieldKind.ForwardedPrefix,
        _ => FieldKind.Forwarded,
    };

    private static bool Is(string name, string other) => name.Equals(other, StringComparison.OrdinalIgnoreCase);
}
