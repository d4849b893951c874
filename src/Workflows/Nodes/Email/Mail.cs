using System.Globalization;
using System.Net.Mail;
using System.Text;
using Sluice.Workflows.Data;

namespace Sluice.Workflows.Nodes.Email;

/// <summary>A mail, and how it is written (RFC 5322, MIME).</summary>
internal sealed class Mail
{
    private static readonly IdnMapping Idn = new();
    private string? _id;

    public required MailAddress From { get; init; }

    public required IReadOnlyList<MailAddress> To { get; init; }

    public IReadOnlyList<MailAddress> Cc { get; init; } = [];

    public IReadOnlyList<MailAddress> Bcc { get; init; } = [];

    public IReadOnlyList<MailAddress> ReplyTo { get; init; } = [];

    public string Subject { get; init; } = "";

    public string? Text { get; init; }

    public string? Html { get; init; }

    public IReadOnlyList<(string Field, BinaryData File, ReadOnlyMemory<byte> Content)> Files { get; init; } = [];

    public required DateTimeOffset Sent { get; init; }

    public required Action<Span<byte>> Random { get; init; }

    public string Id => _id ??= $"<{Token()}@{Host(From)}>";

    /// <summary>Everybody whom it goes to, each once, as the server is told them.</summary>
    public IEnumerable<string> Recipients => To.Concat(Cc).Concat(Bcc).Select(Address).Distinct(StringComparer.OrdinalIgnoreCase);

    /// <summary>An address in ASCII: a domain in another script has such a form (RFC 5891).</summary>
    public static string Address(MailAddress address) => $"{address.User}@{Host(address)}";

    public byte[] Write()
    {
        var text = new StringBuilder();
        Header(text, "From", [From]);
        Header(text, "To", To);
        Header(text, "Cc", Cc);
        Header(text, "Reply-To", ReplyTo);
        text.Append("Subject: ").Append(Words(Subject)).Append("\r\n");
        text.Append("Message-ID: ").Append(Id).Append("\r\n");
        text.Append("Date: ").Append(Sent.ToUniversalTime().ToString("ddd, dd MMM yyyy HH:mm:ss +0000", CultureInfo.InvariantCulture)).Append("\r\n");
        text.Append("MIME-Version: 1.0\r\n");
        if (Files.Count == 0)
        {
            Body(text);
        }
        else
        {
            // Pictures that the HTML shows belong to it, the rest stands beside it.
            Multipart(text, "mixed", inner =>
            {
                var shown = Files.Where(IsShown).ToList();
                if (shown.Count == 0) inner(Body);
                else inner(b => Multipart(b, "related", part =>
                {
                    part(Body);
                    foreach (var file in shown) part(p => File(p, file, inline: true));
                }));
                foreach (var file in Files.Where(f => !IsShown(f))) inner(p => File(p, file, inline: false));
            });
        }

        return Encoding.ASCII.GetBytes(text.ToString());
    }

    private static string Host(MailAddress address) => address.Host is ['[', ..] ? address.Host : Idn.GetAscii(address.Host);

    private bool IsShown((string Field, BinaryData File, ReadOnlyMemory<byte> Content) file) => Html?.Contains($"cid:{file.Field}", StringComparison.Ordinal) ?? false;

    private void Body(StringBuilder text)
    {
        if (Text is not null && Html is not null)
        {
            Multipart(text, "alternative", part =>
            {
                part(p => Part(p, "text/plain", Text));
                part(p => Part(p, "text/html", Html));
            });
        }
        else
        {
            Part(text, Html is null ? "text/plain" : "text/html", Html ?? Text ?? "");
        }
    }

    private void Multipart(StringBuilder text, string kind, Action<Action<Action<StringBuilder>>> parts)
    {
        var boundary = $"=_{Token()}";
        text.Append(CultureInfo.InvariantCulture, $"Content-Type: multipart/{kind}; boundary=\"{boundary}\"\r\n\r\n");
        parts(write =>
        {
            text.Append("--").Append(boundary).Append("\r\n");
            write(text);
        });
        text.Append("--").Append(boundary).Append("--\r\n");
    }

    private static void Part(StringBuilder text, string type, string content)
    {
        var lines = content.ReplaceLineEndings("\r\n");
        text.Append(CultureInfo.InvariantCulture, $"Content-Type: {type}; charset=utf-8\r\n");
        // Short lines of ASCII go as they are, everything else in Base64.
        if (Ascii.IsValid(lines) && !lines.Contains('\0', StringComparison.Ordinal) && lines.Split("\r\n").All(l => l.Length <= 900)) text.Append("Content-Transfer-Encoding: 7bit\r\n\r\n").Append(lines).Append("\r\n");
        else Base64(text, Encoding.UTF8.GetBytes(lines));
    }

    private static void File(StringBuilder text, (string Field, BinaryData File, ReadOnlyMemory<byte> Content) file, bool inline)
    {
        var name = Words(file.File.FileName ?? file.Field).Replace("\"", "'", StringComparison.Ordinal);
        var type = file.File.MimeType.AsSpan().ContainsAny('\r', '\n', '"') || !Ascii.IsValid(file.File.MimeType) ? "application/octet-stream" : file.File.MimeType;
        text.Append(CultureInfo.InvariantCulture, $"Content-Type: {type}; name=\"{name}\"\r\n");
        text.Append(CultureInfo.InvariantCulture, $"Content-Disposition: {(inline ? "inline" : "attachment")}; filename=\"{name}\"\r\n");
        if (Ascii.IsValid(file.Field)) text.Append(CultureInfo.InvariantCulture, $"Content-ID: <{file.Field.ReplaceLineEndings("")}>\r\n");
        Base64(text, file.Content.Span);
    }

    private static void Base64(StringBuilder text, ReadOnlySpan<byte> content) =>
        text.Append("Content-Transfer-Encoding: base64\r\n\r\n").Append(Convert.ToBase64String(content, Base64FormattingOptions.InsertLineBreaks)).Append("\r\n");

    private static void Header(StringBuilder text, string name, IReadOnlyList<MailAddress> addresses)
    {
        if (addresses.Count == 0) return;
        text.Append(name).Append(": ").AppendJoin(",\r\n ", addresses.Select(a => a.DisplayName.Length == 0 ? Address(a) : $"{Name(a.DisplayName)} <{Address(a)}>")).Append("\r\n");
    }

    private static string Name(string name) => Words(name) is var words && words != name || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is ' ')
        ? words != name ? words : $"\"{name.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"" : name;

    /// <summary>Text for a header field: as it is, or in encoded words (RFC 2047). A line end in it is a space.</summary>
    private static string Words(string text)
    {
        text = text.ReplaceLineEndings(" ");
        if (text.Length <= 900 && !text.AsSpan().ContainsAnyExceptInRange(' ', '~')) return text;
        var words = new List<string>();
        var word = new List<byte>();
        Span<byte> bytes = stackalloc byte[4];
        foreach (var rune in text.EnumerateRunes())
        {
            var length = rune.EncodeToUtf8(bytes);
            // 75 characters that a word may have, less its frame, in Base64.
            if (word.Count + length > 45)
            {
                words.Add($"=?utf-8?B?{Convert.ToBase64String([.. word])}?=");
                word.Clear();
            }

            word.AddRange(bytes[..length]);
        }

        words.Add($"=?utf-8?B?{Convert.ToBase64String([.. word])}?=");
        return string.Join("\r\n ", words);
    }

    private string Token()
    {
        Span<byte> bytes = stackalloc byte[16];
        Random(bytes);
        return Convert.ToHexStringLower(bytes);
    }
}
