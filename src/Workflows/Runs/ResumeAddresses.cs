using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Sluice.Workflows.Runs;

/// <summary>
/// The addresses that wake waiting runs: <c>{base}/{run}/{turn}-{signature}</c>, and the suffix of the wait node after that. Nobody can make one without the key.
/// The turn counts the calls that the run has taken so far, so that an address is good for one call: the next wait has another.
/// </summary>
internal sealed class ResumeAddresses
{
    private const int SignatureBytes = 18;

    /// <summary>Signs addresses; until the store has given its own, one that ends with the process.</summary>
    public byte[] Key { get; set; } = RandomNumberGenerator.GetBytes(32);

    /// <summary>What stands in the address behind the run's id.</summary>
    public string Token(string run, int turn) => $"{turn.ToString(CultureInfo.InvariantCulture)}-{Base64Url.EncodeToString(Sign(run, turn))}";

    /// <summary>The turn that a token is for; null when it was not made here.</summary>
    public int? Read(string run, string token)
    {
        var dash = token.IndexOf('-', StringComparison.Ordinal);
        if (dash is < 1 or > 9 || !int.TryParse(token.AsSpan(0, dash), NumberStyles.None, CultureInfo.InvariantCulture, out var turn)) return null;
        Span<byte> given = stackalloc byte[SignatureBytes];
        return token.Length - dash - 1 == SignatureBytes / 3 * 4 && Base64Url.TryDecodeFromChars(token.AsSpan(dash + 1), given, out var count) && count == SignatureBytes
            && CryptographicOperations.FixedTimeEquals(given, Sign(run, turn)) ? turn : null;
    }

    private ReadOnlySpan<byte> Sign(string run, int turn) =>
        HMACSHA256.HashData(Key, Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"resume {run} {turn}"))).AsSpan(0, SignatureBytes);
}
