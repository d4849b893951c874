using System.Net;
using Sluice.Foundation.Schema;

namespace Sluice.Gateway.Configuration.Rules;

/// <summary>A host name or IP address without a port.</summary>
public sealed class HostAttribute : RuleAttribute
{
    public override string? Refuse(string value) =>
        HostAddress.Parse(value, out var address) switch
        {
            "invalid port number" => "must not have a port",
            not null => $"invalid value: {value}",
            null => address.Port is null ? null : "must not have a port",
        };
}

/// <summary>A host name or IP address, with or without a port.</summary>
public sealed class HostAndPortAttribute : RuleAttribute
{
    public override string? Refuse(string value) => HostAddress.Parse(value, out _);
}

/// <summary>The address of a target: a host name or IP address, with or without a port.</summary>
public sealed class TargetAddressAttribute : RuleAttribute
{
    public override string? Refuse(string value) =>
        HostAddress.Parse(value, out _) is null ? null : $"invalid target ('{value}'); not a valid hostname or ip address";
}

/// <summary>A host of a route: as <see cref="HostAndPortAttribute"/>, or with <c>*</c> as its first or last label.</summary>
public sealed class RouteHostAttribute : RuleAttribute
{
    public override string? Refuse(string value)
    {
        var wildcards = value.AsSpan().Count('*');
        if (wildcards > 1)
            return "invalid wildcard: must have at most one wildcard";
        if (wildcards == 1 && !value.StartsWith("*.", StringComparison.Ordinal) && !value.EndsWith(".*", StringComparison.Ordinal))
            return "invalid wildcard: must be placed at leftmost or rightmost label";
        return HostAddress.Parse(value.Replace("*", "abc", StringComparison.Ordinal), out _);
    }
}

/// <summary>A server name of TLS: a host name without a port, with <c>*</c> as its first or last character at most.</summary>
public sealed class ServerNameAttribute : RuleAttribute
{
    public override string? Refuse(string value)
    {
        var star = value.IndexOf('*', StringComparison.Ordinal);
        if (star > 0 && star != value.Length - 1)
            return "wildcard must be leftmost or rightmost character";
        if (value.AsSpan().Count('*') > 1)
            return "only one wildcard must be specified";
        return HostAddress.Parse(value.Replace("*", "wildcard", StringComparison.Ordinal), out var address) switch
        {
            "invalid port number" => "must not have a port",
            not null => $"invalid value: {value}",
            null => address.Kind != HostAddressKind.Name ? "must not be an IP" : address.Port is null ? null : "must not have a port",
        };
    }
}

/// <summary>The name of an upstream: a host name, no address and no port.</summary>
public sealed class UpstreamNameAttribute : RuleAttribute
{
    public override string? Refuse(string value)
    {
        if (HostAddress.Parse(value, out var address) is not null)
            return $"invalid name ('{value}'); must be a valid hostname";
        if (address.Kind != HostAddressKind.Name)
            return $"invalid name ('{value}'); no ip addresses allowed";
        return address.Port is null ? null : $"invalid name ('{value}'); no port allowed";
    }
}

/// <summary>Where an HTTP server is: a scheme, a host and perhaps a port.</summary>
public sealed class HttpUrlAttribute : RuleAttribute
{
    public override string? Format => "uri";

    public override string? Refuse(string value) =>
        Uri.TryCreate(value, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" && url.UserInfo.Length == 0 && url.PathAndQuery is "/" && url.Fragment.Length == 0
            ? null
            : "expected an address like http://127.0.0.1:8500";
}

/// <summary>An IP address or a CIDR block.</summary>
public sealed class IpOrCidrAttribute : RuleAttribute
{
    public override string? Refuse(string value) =>
        (value.Contains('/', StringComparison.Ordinal) ? IsBlock(value) : IsAddress(value)) ? null : $"invalid ip or cidr range: '{value}'";

    private static bool IsBlock(string value)
    {
        var slash = value.IndexOf('/', StringComparison.Ordinal);
        return IsAddress(value[..slash])
            && int.TryParse(value.AsSpan(slash + 1), System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var bits)
            && bits <= (value.Contains(':', StringComparison.Ordinal) ? 128 : 32);
    }

    // IPAddress also takes "1" and "0x7f.1".
    private static bool IsAddress(string value) =>
        HostAddress.Parse(value, out var address) is null && address.Kind is HostAddressKind.V4 or HostAddressKind.V6 && address.Port is null
        && !value.StartsWith('[') && IPAddress.TryParse(value, out _);
}
