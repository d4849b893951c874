using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Xml;
using Sluice.Workflows.Nodes.Soap.Schemas;

namespace Sluice.Workflows.Nodes.Soap.Messages;

/// <summary>The header with which WS-Security tells who calls (UsernameToken Profile 1.0).</summary>
/// <param name="User">The name; null for a timestamp alone.</param>
/// <param name="Digest">Whether a digest of the password is sent, or the password.</param>
/// <param name="Nonce">Random bytes that no other call has.</param>
/// <param name="Created">When the call is made.</param>
/// <param name="Lifetime">How long the message counts; null for no timestamp.</param>
internal sealed record UsernameToken(string? User, string Password, bool Digest, byte[] Nonce, DateTimeOffset Created, TimeSpan? Lifetime)
{
    private const string Profile = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#";
    private const string Encodings = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#";

    public void Write(XmlWriter writer, string envelope)
    {
        var created = Time(Created);
        writer.WriteStartElement("wsse", "Security", XmlNames.Security.NamespaceName);
        writer.WriteAttributeString("soap", "mustUnderstand", envelope, "1");
        if (Lifetime is { } lifetime)
        {
            writer.WriteStartElement("wsu", "Timestamp", XmlNames.SecurityUtility.NamespaceName);
            writer.WriteElementString("wsu", "Created", XmlNames.SecurityUtility.NamespaceName, created);
            writer.WriteElementString("wsu", "Expires", XmlNames.SecurityUtility.NamespaceName, Time(Created + lifetime));
            writer.WriteEndElement();
        }

        if (User is not null) Token(writer, created);
        writer.WriteEndElement();
    }

    public override string ToString() => "(a token)";

    private void Token(XmlWriter writer, string created)
    {
        var ns = XmlNames.Security.NamespaceName;
        writer.WriteStartElement("wsse", "UsernameToken", ns);
        writer.WriteElementString("wsse", "Username", ns, User);
        writer.WriteStartElement("wsse", "Password", ns);
        writer.WriteAttributeString("Type", Profile + (Digest ? "PasswordDigest" : "PasswordText"));
#pragma warning disable CA5350 // The profile prescribes SHA-1: Base64(SHA-1(nonce + created + password)).
        writer.WriteString(Digest ? Convert.ToBase64String(SHA1.HashData([.. Nonce, .. Encoding.UTF8.GetBytes(created), .. Encoding.UTF8.GetBytes(Password)])) : Password);
#pragma warning restore CA5350
        writer.WriteEndElement();
        writer.WriteStartElement("wsse", "Nonce", ns);
        writer.WriteAttributeString("EncodingType", Encodings + "Base64Binary");
        writer.WriteString(Convert.ToBase64String(Nonce));
        writer.WriteEndElement();
        writer.WriteElementString("wsu", "Created", XmlNames.SecurityUtility.NamespaceName, created);
        writer.WriteEndElement();
    }

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);
}
