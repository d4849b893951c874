using System.Security.Cryptography;
using System.Text;
using Sluice.Foundation.Schema;
using Sluice.Workflows.Data;
using Sluice.Workflows.Definitions;
using Sluice.Workflows.Runs;

namespace Sluice.Workflows.Nodes.Crypto;

/// <summary>What is computed.</summary>
[CamelCase]
internal sealed record CryptoParameters
{
    /// <summary>A hash, a hash with a key, a signature, or something random.</summary>
    [OneOf("generate", "hash", "hmac", "sign")]
    public string Action { get; init; } = "hash";

    /// <summary>The hash function.</summary>
    [OneOf("MD5", "SHA1", "SHA256", "SHA384", "SHA512", "SHA3-256", "SHA3-384", "SHA3-512")]
    public Parameter<string> Type { get; init; } = "MD5";

    /// <summary>Whether a file is hashed.</summary>
    public bool BinaryData { get; init; }

    /// <summary>The field of the file.</summary>
    public Parameter<string> BinaryPropertyName { get; init; } = "data";

    /// <summary>The text.</summary>
    public Parameter<string> Value { get; init; } = "";

    /// <summary>The field that the result is put in.</summary>
    public Parameter<string> DataPropertyName { get; init; } = "data";

    /// <summary>The key of a hash with a key.</summary>
    [Secret]
    public Parameter<string> Secret { get; init; } = "";

    /// <summary>How the result is written.</summary>
    [OneOf("base64", "hex")]
    public Parameter<string> Encoding { get; init; } = "hex";

    /// <summary>The algorithm of a signature: <c>RSA-SHA256</c> and the like.</summary>
    public Parameter<string> Algorithm { get; init; } = "RSA-SHA256";

    /// <summary>The private key of a signature, in PEM.</summary>
    [Secret]
    public Parameter<string> PrivateKey { get; init; } = "";

    /// <summary>What kind of random text.</summary>
    [OneOf("ascii", "base64", "hex", "uuid")]
    public Parameter<string> EncodingType { get; init; } = "uuid";

    /// <summary>How many characters of it.</summary>
    [Between(1, 100_000)]
    public Parameter<double> StringLength { get; init; } = 32;
}

/// <summary>Hashes, signs, and makes random texts.</summary>
internal sealed class CryptoNode(CryptoParameters parameters) : AsyncItemNode
{
    public static readonly NodeDescriptor Descriptor = new NodeDescriptor<CryptoNode, CryptoParameters>(Create)
    {
        Type = "crypto",
        Summary = "Hashes, signs, and makes random texts.",
        Category = NodeCategory.Data,
        Aliases = [new("n8n-nodes-base.crypto", 1, 2)],
        Upgrade = static (old, version) => version < 2 || old["type"] is not null ? old : old.With([], DocumentData.Entry("type", DocumentData.Text(old.Place, "SHA256"))),
    };

    private static CryptoNode Create(CryptoParameters parameters, NodeSetup setup)
    {
        // Since version 2 n8n's node takes keys from a connection, of a kind that is not known here.
        if (setup.Definition is { Type: "n8n-nodes-base.crypto", TypeVersion: >= 2 } && parameters.Action is "hmac" or "sign" && (parameters.Action is "hmac" ? parameters.Secret : parameters.PrivateKey) is { IsLiteral: true, Literal: "" })
            setup.Report(parameters.Action is "hmac" ? "secret" : "privateKey", "keys from connections are not supported; give the key here, as an expression that reads a secret");
        return new(parameters);
    }

    protected override async ValueTask ExecuteAsync(NodeContext context, int index, List<Item> output)
    {
        var item = context.Items[index];
        var result = parameters.Action switch
        {
            "generate" => Generate(context, index),
            "sign" => Sign(context, index),
            _ => Encode(Hash(context, index, await InputAsync(context, index)), context, index),
        };
        var json = item.Json.Clone();
        json.Set(parameters.DataPropertyName.Get(context, index), result);
        output.Add(new Item(json) { Binary = parameters.BinaryData ? null : item.Binary, PairedItems = Positions.Of(index) });
    }

    private async ValueTask<ReadOnlyMemory<byte>> InputAsync(NodeContext context, int index) => parameters.BinaryData
        ? await context.Services.ReadAsync(Files.Find(context, index, parameters.BinaryPropertyName.Get(context, index)), context.Cancellation)
        : Encoding.UTF8.GetBytes(parameters.Value.Get(context, index));

    private byte[] Hash(NodeContext context, int index, ReadOnlyMemory<byte> input)
    {
        var name = NameOf(parameters.Type.Get(context, index));
        return parameters.Action is "hmac"
            ? CryptographicOperations.HmacData(name, Encoding.UTF8.GetBytes(parameters.Secret.Get(context, index)), input.Span)
            : CryptographicOperations.HashData(name, input.Span);
    }

    private string Sign(NodeContext context, int index)
    {
        var algorithm = parameters.Algorithm.Get(context, index);
        using var key = RSA.Create();
        try
        {
            key.ImportFromPem(parameters.PrivateKey.Get(context, index));
            var signature = key.SignData(Encoding.UTF8.GetBytes(parameters.Value.Get(context, index)), NameOf(algorithm.Replace("RSA-", "", StringComparison.OrdinalIgnoreCase)), RSASignaturePadding.Pkcs1);
            return Encode(signature, context, index);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            // The library's own message could repeat a part of the key.
            throw new NodeException("the private key cannot be used: it must be an RSA key in PEM") { ItemIndex = index, Retryable = false };
        }
    }

    private string Generate(NodeContext context, int index)
    {
        var length = (int)parameters.StringLength.Get(context, index);
        var bytes = new byte[parameters.EncodingType.Get(context, index) is "uuid" ? 16 : length];
        context.Services.Random(bytes);
        switch (parameters.EncodingType.Get(context, index))
        {
            case "uuid":
                bytes[6] = (byte)((bytes[6] & 0x0f) | 0x40);
                bytes[8] = (byte)((bytes[8] & 0x3f) | 0x80);
                return new Guid(bytes, bigEndian: true).ToString();
            case "base64":
                var letters = string.Concat(Convert.ToBase64String(bytes).Where(char.IsAsciiLetterOrDigit));
                return letters[..Math.Min(length, letters.Length)];
            case "hex":
                return Convert.ToHexStringLower(bytes)[..length];
            default:
                return string.Create(length, bytes, static (text, random) =>
                {
                    for (var i = 0; i < text.Length; i++) text[i] = (char)(random[i] & 0x7f);
                });
        }
    }

    private string Encode(byte[] bytes, NodeContext context, int index) => parameters.Encoding.Get(context, index) is "base64" ? Convert.ToBase64String(bytes) : Convert.ToHexStringLower(bytes);

    private static HashAlgorithmName NameOf(string type) => type.ToUpperInvariant() switch
    {
        "MD5" => HashAlgorithmName.MD5,
        "SHA1" => HashAlgorithmName.SHA1,
        "SHA256" => HashAlgorithmName.SHA256,
        "SHA384" => HashAlgorithmName.SHA384,
        "SHA512" => HashAlgorithmName.SHA512,
        "SHA3-256" when SHA3_256.IsSupported => HashAlgorithmName.SHA3_256,
        "SHA3-384" when SHA3_384.IsSupported => HashAlgorithmName.SHA3_384,
        "SHA3-512" when SHA3_512.IsSupported => HashAlgorithmName.SHA3_512,
        _ => throw new NodeException($"the algorithm '{type}' is not known here") { Retryable = false },
    };
}
