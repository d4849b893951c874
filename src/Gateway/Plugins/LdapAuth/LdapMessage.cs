using System.Formats.Asn1;
using System.Text;

namespace Sluice.Gateway.Plugins.LdapAuth;

/// <summary>The few messages of LDAPv3 (RFC 4511) that it takes to try a password.</summary>
internal static class LdapMessage
{
    /// <summary>The most bytes of an answer; a bind's is some dozens.</summary>
    public const int MaxSize = 64 * 1024;

    private const string StartTlsName = "1.3.6.1.4.1.1466.20037";

    private static readonly Asn1Tag BindRequest = new(TagClass.Application, 0, isConstructed: true);
    private static readonly Asn1Tag BindResponse = new(TagClass.Application, 1, isConstructed: true);
    private static readonly Asn1Tag UnbindRequest = new(TagClass.Application, 2);
    private static readonly Asn1Tag ExtendedRequest = new(TagClass.Application, 23, isConstructed: true);
    private static readonly Asn1Tag ExtendedResponse = new(TagClass.Application, 24, isConstructed: true);
    private static readonly Asn1Tag Simple = new(TagClass.ContextSpecific, 0);

    /// <summary>A simple bind: is <paramref name="password"/> the one of <paramref name="name"/>?</summary>
    public static byte[] Bind(int id, string name, ReadOnlySpan<byte> password)
    {
        var writer = new AsnWriter(AsnEncodingRules.BER);
        using (writer.PushSequence())
        {
            writer.WriteInteger(id);
            using (writer.PushSequence(BindRequest))
            {
                writer.WriteInteger(3);
                writer.WriteOctetString(Encoding.UTF8.GetBytes(name));
                writer.WriteOctetString(password, Simple);
            }
        }

        return writer.Encode();
    }

    /// <summary>Asks to go on in TLS.</summary>
    public static byte[] StartTls(int id)
    {
        var writer = new AsnWriter(AsnEncodingRules.BER);
        using (writer.PushSequence())
        {
            writer.WriteInteger(id);
            using (writer.PushSequence(ExtendedRequest)) writer.WriteOctetString(Encoding.ASCII.GetBytes(StartTlsName), Simple);
        }

        return writer.Encode();
    }

    /// <summary>Says goodbye.</summary>
    public static byte[] Unbind(int id)
    {
        var writer = new AsnWriter(AsnEncodingRules.BER);
        using (writer.PushSequence())
        {
            writer.WriteInteger(id);
            writer.WriteNull(UnbindRequest);
        }

        return writer.Encode();
    }

    /// <summary>How long the message is that begins with these bytes; null when more are needed to tell.</summary>
    /// <exception cref="AsnContentException">They are no message, or one that is too large.</exception>
    public static int? LengthOf(ReadOnlySpan<byte> beginning)
    {
        if (beginning.Length < 2) return null;
        if (beginning[0] != 0x30) throw new AsnContentException("An LDAP message is a sequence.");
        int length = beginning[1];
        if (length < 0x80) return length + 2;
        var more = length - 0x80;
        if (more is 0 or > 4) throw new AsnContentException("An LDAP message has a definite length.");
        if (beginning.Length < 2 + more) return null;
        long value = 0;
        foreach (var b in beginning.Slice(2, more)) value = (value << 8) | b;
        return value <= MaxSize ? (int)value + 2 + more : throw new AsnContentException("An LDAP message is too large.");
    }

    /// <summary>What the server answered to the bind of that id.</summary>
    /// <exception cref="AsnContentException">Something else, or nothing readable.</exception>
    public static LdapResult ReadBind(ReadOnlyMemory<byte> message, int id) => Read(message, id, BindResponse);

    /// <summary>What the server answered to the StartTLS of that id.</summary>
    /// <exception cref="AsnContentException">Something else, or nothing readable.</exception>
    public static LdapResult ReadStartTls(ReadOnlyMemory<byte> message, int id) => Read(message, id, ExtendedResponse);

    private static LdapResult Read(ReadOnlyMemory<byte> message, int id, Asn1Tag expected)
    {
        var outer = new AsnReader(message, AsnEncodingRules.BER);
        var sequence = outer.ReadSequence();
        outer.ThrowIfNotEmpty();
        if (!sequence.TryReadInt32(out var answered) || (answered != id && answered != 0)) throw new AsnContentException("The answer is to another question.");
        var tag = sequence.PeekTag();

        // Message 0 is a server's way to say that it is about to hang up (RFC 4511, 4.4.1).
        if (answered == 0 ? !tag.HasSameClassAndValue(ExtendedResponse) : !tag.HasSameClassAndValue(expected))
            throw new AsnContentException("The answer is of another kind than the question.");
        var response = sequence.ReadSequence(tag);
        var code = response.ReadEnumeratedBytes().Span;
        if (code.Length != 1) throw new AsnContentException("There is no such result.");
        response.ReadOctetString();
        var diagnostic = Encoding.UTF8.GetString(response.ReadOctetString());
        return new LdapResult(answered == 0 ? LdapResult.Unavailable : code[0], diagnostic);
    }
}

/// <summary>A server's verdict.</summary>
/// <param name="Code">A result code of RFC 4511, 4.1.9.</param>
/// <param name="Diagnostic">What the server adds for people.</param>
internal readonly record struct LdapResult(int Code, string Diagnostic)
{
    public const int Success = 0;
    public const int Unavailable = 52;

    /// <summary>The server has not looked at the password: busy, unavailable, other, or an error of its own.</summary>
    public bool IsServerTrouble => Code is 1 or 2 or 51 or Unavailable or 80;
}
