using System.Security.Cryptography;
using System.Text;
using Sluice.Workflows.Connections.Kinds;

namespace Sluice.Workflows.Nodes.Jwt;

/// <summary>The key of a connection, with the algorithm that it is used with (RFC 7518).</summary>
internal sealed class JwtKey : IDisposable
{
    private readonly byte[]? _secret;
    private readonly AsymmetricAlgorithm? _pair;
    private readonly HashAlgorithmName _hash;

    private JwtKey(string algorithm, byte[]? secret, AsymmetricAlgorithm? pair)
    {
        Algorithm = algorithm;
        _secret = secret;
        _pair = pair;
        _hash = algorithm[2..] switch { "256" => HashAlgorithmName.SHA256, "384" => HashAlgorithmName.SHA384, _ => HashAlgorithmName.SHA512 };
    }

    public string Algorithm { get; }

    public static JwtKey Of(JwtConnection connection, string? algorithm, bool forSigning)
    {
        algorithm ??= connection.Algorithm;
        var passphrase = connection.KeyType is "passphrase";
        if (passphrase != algorithm.StartsWith("HS", StringComparison.Ordinal)) throw new NodeException($"the connection's key does not fit the algorithm {algorithm}") { Retryable = false };
        if (passphrase) return new JwtKey(algorithm, Encoding.UTF8.GetBytes(connection.Secret), null);
        AsymmetricAlgorithm pair = algorithm[0] == 'E' ? ECDsa.Create() : RSA.Create();
        try
        {
            pair.ImportFromPem(forSigning ? connection.PrivateKey : connection.PublicKey);
            return new JwtKey(algorithm, null, pair);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            pair.Dispose();
            // The library's own message could repeat a part of the key.
            throw new NodeException("the connection's key is no PEM for this algorithm") { Retryable = false };
        }
    }

    public byte[] Sign(byte[] data) => _pair switch
    {
        ECDsa key => key.SignData(data, _hash),
        RSA key => key.SignData(data, _hash, Padding),
        _ => CryptographicOperations.HmacData(_hash, _secret!, data),
    };

    public bool Verify(byte[] data, byte[] signature) => _pair switch
    {
        ECDsa key => key.VerifyData(data, signature, _hash),
        RSA key => key.VerifyData(data, signature, _hash, Padding),
        _ => CryptographicOperations.FixedTimeEquals(CryptographicOperations.HmacData(_hash, _secret!, data), signature),
    };

    private RSASignaturePadding Padding => Algorithm[0] == 'P' ? RSASignaturePadding.Pss : RSASignaturePadding.Pkcs1;

    public void Dispose() => _pair?.Dispose();
}
