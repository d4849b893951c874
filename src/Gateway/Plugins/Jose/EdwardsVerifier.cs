using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Sluice.Gateway.Plugins.Jose;

/// <summary>
/// EdDSA with Ed25519 and Ed448 keys, by the system's OpenSSL 3, which the framework itself uses on Linux; the framework has no EdDSA of its own.
/// Where there is no such library, EdDSA keys are not usable.
/// </summary>
internal sealed partial class EdwardsVerifier : SignatureVerifier
{
    private const string Library = "libcrypto.so.3";

    private readonly KeyHandle key;

    private EdwardsVerifier(KeyHandle key) => this.key = key;

    /// <summary>The verifier for a PEM public key; null when it is not an Edwards key or the library is missing.</summary>
    public static EdwardsVerifier? Read(string pem)
    {
        var fields = PemEncoding.Find(pem);
        if (!pem.AsSpan()[fields.Label].SequenceEqual("PUBLIC KEY")) return null;
        return ReadDer(Convert.FromBase64String(pem[fields.Base64Data]));
    }

    /// <summary>The verifier for the bytes of a key (RFC 8032), whose length tells the curve; null when it is none or the library is missing.</summary>
    public static EdwardsVerifier? Read(ReadOnlySpan<byte> key) => key.Length switch
    {
        32 => ReadDer([0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00, .. key]),
        57 => ReadDer([0x30, 0x43, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x71, 0x03, 0x3a, 0x00, .. key]),
        _ => null,
    };

    private static EdwardsVerifier? ReadDer(byte[] der)
    {
        try
        {
            var read = ReadPublicKey(der);
            if (!read.IsInvalid && (IsA(read, "ED25519") != 0 || IsA(read, "ED448") != 0)) return new EdwardsVerifier(read);
            read.Dispose();
            return null;
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            return null;
        }
    }

    public override unsafe bool Verify(ReadOnlySpan<byte> input, ReadOnlySpan<byte> signature)
    {
        var context = NewContext();
        if (context == 0) throw new CryptographicException("OpenSSL could not make a verification context");
        try
        {
            fixed (byte* inputAt = input, signatureAt = signature)
                return StartVerify(context, 0, 0, 0, key) == 1
                    && DigestVerify(context, signatureAt, (nuint)signature.Length, inputAt, (nuint)input.Length) == 1;
        }
        finally
        {
            FreeContext(context);
        }
    }

    private static unsafe KeyHandle ReadPublicKey(byte[] der)
    {
        fixed (byte* start = der)
        {
            var at = start;
            return ParsePublicKey(0, &at, der.Length);
        }
    }

    [LibraryImport(Library, EntryPoint = "d2i_PUBKEY")]
    private static unsafe partial KeyHandle ParsePublicKey(nint reuse, byte** at, long length);

    [LibraryImport(Library, EntryPoint = "EVP_PKEY_is_a", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int IsA(KeyHandle key, string name);

    [LibraryImport(Library, EntryPoint = "EVP_PKEY_free")]
    private static partial void FreeKey(nint key);

    [LibraryImport(Library, EntryPoint = "EVP_MD_CTX_new")]
    private static partial nint NewContext();

    [LibraryImport(Library, EntryPoint = "EVP_MD_CTX_free")]
    private static partial void FreeContext(nint context);

    [LibraryImport(Library, EntryPoint = "EVP_DigestVerifyInit")]
    private static partial int StartVerify(nint context, nint keyContext, nint digest, nint engine, KeyHandle key);

    [LibraryImport(Library, EntryPoint = "EVP_DigestVerify")]
    private static unsafe partial int DigestVerify(nint context, byte* signature, nuint signatureLength, byte* input, nuint inputLength);

    private sealed class KeyHandle() : SafeHandle(0, ownsHandle: true)
    {
        public override bool IsInvalid => handle == 0;

        protected override bool ReleaseHandle()
        {
            FreeKey(handle);
            return true;
        }
    }
}
