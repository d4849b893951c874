using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace Sluice.Foundation.Redis;

/// <summary>A Lua script that the server runs as one step. It is sent whole once and by its hash afterwards.</summary>
public sealed class RedisScript
{
    [SuppressMessage("Security", "CA5350:Do Not Use Weak Cryptographic Algorithms", Justification = "EVALSHA names scripts by SHA-1")]
    public RedisScript(string text)
    {
        Text = text;
        Hash = Convert.ToHexStringLower(SHA1.HashData(Encoding.UTF8.GetBytes(text)));
    }

    public string Text { get; }

    /// <summary>What EVALSHA names it by.</summary>
    public string Hash { get; }
}
