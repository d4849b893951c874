using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Sluice.Gateway.Configuration.Rules;

/// <summary>What a text is that stands where a host may: a name, an IPv4 or an IPv6 address, with or without a port.</summary>
internal readonly record struct HostAddress(HostAddressKind Kind, string Host, int? Port)
{
    /// <summary>Tells what <paramref name="text"/> is by Kong's rules; the refusal when it is none.</summary>
    public static string? Parse(string text, out HostAddress address)
    {
        address = default;
        var colons = text.AsSpan().Count(':');
        if (colons > 1)
            return ParseV6(text, out address);
        return text.Length > 0 && !text.AsSpan().ContainsAnyExcept("0123456789.:") && text.AsSpan().ContainsAny("0123456789.") && !text.StartsWith(':')
            ? ParseV4(text, out address)
            : ParseName(text, out address);
    }

    private static string? ParseName(string text, out HostAddress address)
    {
        address = default;
        if (SplitPort(text, out var name, out var port) is { } refusal)
            return refusal;
        if (name.Length == 0 || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_'))
            return $"invalid hostname: {text}";
        var labels = name.Split('.');
        for (var i = 0; i < labels.Length; i++)
            if (labels[i].EndsWith('-') || (labels[i].Length == 0 && i != labels.Length - 1))
                return $"invalid hostname: {text}";
        address = new HostAddress(HostAddressKind.Name, name, port);
        return null;
    }

    private static string? ParseV4(string text, out HostAddress address)
    {
        address = default;
        if (SplitPort(text, out var host, out var port) is { } refusal)
            return refusal;
        var octets = host.Split('.');
        if (octets.Length != 4 || !octets.All(o => o.Length is > 0 and <= 3 && int.Parse(o, CultureInfo.InvariantCulture) <= 255))
            return $"invalid ipv4 address: {text}";
        address = new HostAddress(HostAddressKind.V4, host, port);
        return null;
    }

    private static string? ParseV6(string text, out HostAddress address)
    {
        address = default;
        var host = text;
        int? port = null;
        if (text.StartsWith('['))
        {
            var end = text.IndexOf(']', StringComparison.Ordinal);
            if (end < 0 || (end + 1 < text.Length && text[end + 1] != ':'))
                return $"invalid ipv6 address: {text}";
            host = text[1..end];
            if (end + 1 < text.Length)
            {
                if (!int.TryParse(text.AsSpan(end + 2), NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number > 65535)
                    return "invalid port number";
                port = number;
            }
        }
        if (host.Contains('%', StringComparison.Ordinal) || !IPAddress.TryParse(host, out var parsed) || parsed.AddressFamily != AddressFamily.InterNetworkV6)
            return $"invalid ipv6 address: {text}";
        address = new HostAddress(HostAddressKind.V6, host, port);
        return null;
    }

    private static string? SplitPort(string text, out string host, out int? port)
    {
        host = text;
        port = null;
        var colon = text.LastIndexOf(':');
        if (colon < 0)
            return null;
        var digits = text.AsSpan(colon + 1);
        if (digits.IsEmpty || digits.ContainsAnyExceptInRange('0', '9'))
            return null;
        if (!int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number > 65535)
            return "invalid port number";
        host = text[..colon];
        port = number;
        return null;
    }
}

internal enum HostAddressKind { None, Name, V4, V6 }
