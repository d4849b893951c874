using System.Globalization;
using Microsoft.Extensions.Primitives;

namespace Sluice.Gateway.Plugins.Compression;

/// <summary>Chooses an encoding by what the client takes (RFC 9110 section 12.5.3).</summary>
internal static class AcceptedEncoding
{
    /// <summary>More members than any client sends.</summary>
    private const int MaxMembers = 32;

    /// <param name="offered">In order of preference.</param>
    /// <param name="accepted">The request's Accept-Encoding.</param>
    /// <returns>One of <paramref name="offered"/>; null when the response should stay as it is.</returns>
    public static string? Choose(IReadOnlyList<string> offered, StringValues accepted)
    {
        string? best = null;
        var bestWeight = WeightOf("identity", accepted) ?? 0;
        foreach (var encoding in offered)
        {
            var weight = WeightOf(encoding, accepted) ?? WeightOf("*", accepted) ?? 0;
            if (weight <= 0 || weight < bestWeight || (best is not null && weight == bestWeight)) continue;
            best = encoding;
            bestWeight = weight;
        }

        return best;
    }

    /// <summary>The weight in thousandths; null when the encoding is not named.</summary>
    private static int? WeightOf(string encoding, StringValues accepted)
    {
        var members = 0;
        foreach (var line in accepted)
        {
            foreach (var range in line.AsSpan().Split(','))
            {
                if (++members > MaxMembers) return null;
                var member = line.AsSpan()[range];
                var semicolon = member.IndexOf(';');
                var name = (semicolon < 0 ? member : member[..semicolon]).Trim();
                if (name.Equals("x-gzip", StringComparison.OrdinalIgnoreCase)) name = "gzip";
                if (name.Equals(encoding, StringComparison.OrdinalIgnoreCase)) return semicolon < 0 ? 1000 : Weight(member[(semicolon + 1)..].Trim());
            }
        }

        return null;
    }

    /// <summary>What is no proper weight counts as a refusal: an encoding must not be forced on a client that may not want it.</summary>
    private static int Weight(ReadOnlySpan<char> parameter)
    {
        if (!parameter.StartsWith("q=", StringComparison.OrdinalIgnoreCase) || parameter.Length > "q=0.000".Length) return 0;
        return decimal.TryParse(parameter[2..], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var weight) && weight is >= 0 and <= 1 ? (int)(weight * 1000) : 0;
    }
}
