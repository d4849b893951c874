using System.Security.Cryptography;
using Sluice.Workflows.Data;
using Sluice.Workflows.Expressions.Evaluation;
using Sluice.Workflows.Expressions.Library;

namespace Sluice.Workflows.Expressions.Scripts;

/// <summary>A Hash or Hmac of Node's crypto.</summary>
internal sealed class JsHash(IncrementalHash hash, bool isKeyed) : LibraryObject(Methods)
{
    private static readonly MethodTable Methods = new MethodTable.Builder()
        .Add("update", 2, (e, self, a) =>
        {
            var hash = Of(self);
            if (hash._ended) throw JsThrow.Error("Error", "Digest already called");
            var bytes = CryptoLibrary.Bytes(e, a.At(0), a.At(1));
            e.Step(1 + bytes.Length / 16);
            hash.Hash.AppendData(bytes);
            return self;
        })
        .Add("digest", 1, (e, self, a) =>
        {
            var hash = Of(self);
            if (hash._ended) throw JsThrow.Error("Error", "Digest already called");
            hash._ended = true;
            var bytes = hash.Hash.GetHashAndReset();
            return a.At(0).IsUndefined || a[0].AsString == "buffer" ? JsBytes.Of(e, bytes, isBuffer: true) : TextEncodings.Decode(e, bytes, TextEncodings.Name(e, a[0]));
        })
        .Build();

    private bool _ended;

    public override string TypeName => isKeyed ? "Hmac" : "Hash";

    private IncrementalHash Hash => hash;

    private static JsHash Of(JsValue self) => self.AsReference as JsHash ?? throw JsThrow.Type("this is no hash");
}

/// <summary>Node's crypto, as far as it needs nothing but bytes: hashes, keyed hashes, keys from passwords, random values.</summary>
internal static class CryptoLibrary
{
    private const int MaximumRandom = 1 << 20, MaximumIterations = 5_000_000;

    private static readonly Dictionary<string, HashAlgorithmName> Algorithms = new(StringComparer.OrdinalIgnoreCase)
    {
        ["md5"] = HashAlgorithmName.MD5,
        ["sha1"] = HashAlgorithmName.SHA1,
        ["sha256"] = HashAlgorithmName.SHA256,
        ["sha384"] = HashAlgorithmName.SHA384,
        ["sha512"] = HashAlgorithmName.SHA512,
    };

    public static JsNamespace Namespace { get; } = new("Crypto", new MethodTable.Builder()
        .Add("createHash", 1, (e, _, a) => e.Own(new JsHash(IncrementalHash.CreateHash(Algorithm(e, a.At(0), "Digest method not supported")), isKeyed: false)))
        .Add("createHmac", 2, (e, _, a) => e.Own(new JsHash(IncrementalHash.CreateHMAC(Algorithm(e, a.At(0), "Invalid digest: " + Coerce.ToText(e, a.At(0))), Bytes(e, a.At(1), default)), isKeyed: true)))
        .Add("getHashes", 0, (e, _, _) => e.NewArray(Algorithms.Keys))
        .Add("randomUUID", 0, (e, _, _) => Uuid(e))
        .Add("randomBytes", 1, (e, _, a) => Random(e, a.At(0)))
        .Add("randomInt", 2, (e, _, a) =>
        {
            var (from, to) = a.Length > 1 && a[1].IsNumber ? (Coerce.ToInteger(e, a[0]), Coerce.ToInteger(e, a[1])) : (0, Coerce.ToInteger(e, a.At(0)));
            if (to <= from || to - from >= 1L << 48) throw JsThrow.Range($"The value of \"max\" is out of range. It must be greater than the value of \"min\" ({from}). Received {to}");
            return from + Math.Floor(e.Scope.Random.NextDouble() * (to - from));
        })
        .Add("getRandomValues", 1, (e, _, a) =>
        {
            var bytes = a.At(0).AsReference as JsBytes ?? throw JsThrow.Type("The \"array\" argument must be a typed array");
            e.Step(1 + bytes.Length);
            RandomNumberGenerator.Fill(bytes.Span);
            return bytes;
        })
        .Add("timingSafeEqual", 2, (e, _, a) =>
        {
            var (left, right) = (Bytes(e, a.At(0), default), Bytes(e, a.At(1), default));
            return left.Length == right.Length ? CryptographicOperations.FixedTimeEquals(left, right) : throw JsThrow.Range("Input buffers must have the same byte length");
        })
        .Add("pbkdf2Sync", 5, (e, _, a) =>
        {
            var (iterations, length) = (Coerce.ToInteger(e, a.At(2)), Coerce.ToInteger(e, a.At(3)));
            if (iterations is < 1 or > MaximumIterations || length is < 1 or > 4096) throw JsThrow.Range("the number of iterations or the length of the key is out of range");
            e.Step((int)Math.Min(iterations * (1 + length / 20), int.MaxValue / 2));
            return JsBytes.Of(e, Rfc2898DeriveBytes.Pbkdf2(Bytes(e, a.At(0), default), Bytes(e, a.At(1), default), (int)iterations, Algorithm(e, a.At(4), "Invalid digest"), (int)length), isBuffer: true);
        })
        .Build());

    public static byte[] Bytes(Evaluator e, JsValue value, JsValue encoding) => value.AsReference switch
    {
        JsBytes bytes => bytes.Span.ToArray(),
        JsArrayBuffer buffer => buffer.Data,
        null when value.AsString is { } text => TextEncodings.Encode(e, text, TextEncodings.Name(e, encoding)),
        _ => throw JsThrow.Type($"The \"data\" argument must be of type string or an instance of Buffer, TypedArray, or DataView. Received {(value.IsNullish ? value.ToString() : "type " + Coerce.TypeName(value))}"),
    };

    private static HashAlgorithmName Algorithm(Evaluator e, JsValue name, string problem)
    {
        e.Step(50);
        return Algorithms.TryGetValue(Coerce.ToText(e, name).Replace("-", "", StringComparison.Ordinal), out var known) ? known : throw JsThrow.Error("Error", problem);
    }

    private static JsBytes Random(Evaluator e, JsValue size)
    {
        var count = Coerce.ToInteger(e, size);
        if (count is < 0 or > MaximumRandom) throw JsThrow.Range($"The value of \"size\" is out of range. It must be >= 0 && <= {MaximumRandom}. Received {count}");
        var bytes = JsBytes.Of(e, new byte[(int)count], isBuffer: true);
        RandomNumberGenerator.Fill(bytes.Span);
        return bytes;
    }

    private static string Uuid(Evaluator e)
    {
        e.AllocateText(36);
        Span<byte> bytes = stackalloc byte[16];
        RandomNumberGenerator.Fill(bytes);
        bytes[6] = (byte)((bytes[6] & 0x0f) | 0x40);
        bytes[8] = (byte)((bytes[8] & 0x3f) | 0x80);
        return new Guid(bytes, bigEndian: true).ToString();
    }
}
