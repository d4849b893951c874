using System.Text;

namespace Sluice.Foundation.Schema;

/// <summary>Names of properties as names of fields, and what somebody may have meant.</summary>
public static class Naming
{
    /// <summary><c>HttpsVerifyCertificate</c> to <c>https_verify_certificate</c>.</summary>
    public static string SnakeCase(string name)
    {
        var text = new StringBuilder(name.Length + 8);
        for (var i = 0; i < name.Length; i++)
        {
            var c = name[i];
            if (char.IsUpper(c) && i > 0 && (!char.IsUpper(name[i - 1]) || (i + 1 < name.Length && char.IsLower(name[i + 1]))))
                text.Append('_');
            text.Append(char.ToLowerInvariant(c));
        }
        return text.ToString();
    }

    /// <summary><c>MaxTries</c> to <c>maxTries</c>.</summary>
    public static string CamelCase(string name) => name.Length == 0 ? name : char.ToLowerInvariant(name[0]) + name[1..];

    /// <summary>"; did you mean 'x'?" when one of <paramref name="candidates"/> is near, and nothing otherwise.</summary>
    public static string DidYouMean(string given, IEnumerable<string> candidates)
    {
        var best = "";
        var bestDistance = (given.Length <= 4 ? 1 : Math.Max(2, given.Length / 3)) + 1;
        foreach (var candidate in candidates)
        {
            var distance = Math.Abs(candidate.Length - given.Length) < bestDistance ? Distance(given, candidate) : int.MaxValue;
            if (distance >= bestDistance)
                continue;
            best = candidate;
            bestDistance = distance;
        }
        return best.Length > 0 ? $"; did you mean '{best}'?" : "";
    }

    private static int Distance(string a, string b)
    {
        if (a.Length > 64 || b.Length > 64)
            return int.MaxValue;
        Span<int> row = stackalloc int[b.Length + 1];
        for (var j = 0; j <= b.Length; j++)
            row[j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var above = row[j];
                row[j] = Math.Min(Math.Min(above, row[j - 1]) + 1, diagonal + (char.ToLowerInvariant(a[i - 1]) == char.ToLowerInvariant(b[j - 1]) ? 0 : 1));
                diagonal = above;
            }
        }
        return row[b.Length];
    }
}
