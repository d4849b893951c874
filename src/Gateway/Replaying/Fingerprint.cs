using System.Security.Cryptography;
using System.Text;

namespace Sluice.Gateway.Replaying;

/// <summary>
/// What is kept of a secret that a request showed: enough to see whether another value is the same one, and nothing else. Keyed with a key that is made when the
/// process starts and never leaves it, so that fingerprints cannot be tried out against guesses.
/// </summary>
internal static class Fingerprint
{
    private const string Mark = "redacted-";
    private const int Bytes = 16;

    private static readonly byte[] Key = RandomNumberGenerator.GetBytes(32);

    /// <summary>Stands in the place of <paramref name="secret"/>; the same for the same text.</summary>
    public static string Of(string secret) => Mark + Convert.ToHexStringLower(HMACSHA256.HashData(Key, Encoding.UTF8.GetBytes(secret)).AsSpan(0, Bytes));

    /// <summary>The fingerprint that <paramref name="recorded"/> is or ends with; null for a value that was kept as it was.</summary>
    public static string? In(string recorded) =>
        recorded.Length >= Mark.Length + (2 * Bytes) && recorded[^(Mark.Length + (2 * Bytes))..] is var end && end.StartsWith(Mark, StringComparison.Ordinal) ? end : null;
}
