using System.Globalization;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using Sluice.Workflows.Connections.Kinds;
using Sluice.Workflows.Data;

namespace Sluice.Workflows.Nodes.Email;

/// <summary>A connection to a server that takes mail (RFC 5321): STARTTLS (RFC 3207), AUTH PLAIN and LOGIN (RFC 4954).</summary>
internal sealed class SmtpSession : IDisposable
{
    private const int LongestLine = 4096;
    private const int MostLines = 200;

    private readonly SmtpConnection _fields;
    private readonly NodeContext _context;
    private readonly byte[] _buffer = new byte[8192];
    private Stream _stream;
    private HashSet<string> _features = new(StringComparer.OrdinalIgnoreCase);
    private int _at;
    private int _filled;

    private SmtpSession(SmtpConnection fields, NodeContext context, Stream stream)
    {
        _fields = fields;
        _context = context;
        _stream = stream;
    }

    /// <summary>Whether another mail can be sent.</summary>
    public bool IsUsable { get; private set; } = true;

    public static async Task<SmtpSession> OpenAsync(SmtpConnection fields, NodeContext context, bool anyCertificate, TimeSpan patience)
    {
        var host = context.Services.GuardsAddresses(context.Run.Request.Tenant) ? await PublicAddress.OfAsync(fields.Host, context.Services.Http.Allowed, context.Cancellation) : fields.Host;
        using var source = CancellationTokenSource.CreateLinkedTokenSource(context.Cancellation);
        await using var timer = context.Time.CreateTimer(static s => ((CancellationTokenSource)s!).Cancel(), source, patience, Timeout.InfiniteTimeSpan);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        var session = new SmtpSession(fields, context, Stream.Null);
        try
        {
            await socket.ConnectAsync(host, fields.Port, source.Token);
            session._stream = new NetworkStream(socket, ownsSocket: true);
            await session.GreetAsync(anyCertificate, source.Token);
            return session;
        }
        catch (Exception e)
        {
            socket.Dispose();
            session.Dispose();
            if (e is NodeException || context.Cancellation.IsCancellationRequested) throw;
            throw session.Trouble(e, patience);
        }
    }

    /// <summary>Sends a mail; gives who took it, as n8n's node does.</summary>
    public async Task<JsObject> SendAsync(Mail mail, TimeSpan patience)
    {
        using var source = CancellationTokenSource.CreateLinkedTokenSource(_context.Cancellation);
        await using var timer = _context.Time.CreateTimer(static s => ((CancellationTokenSource)s!).Cancel(), source, patience, Timeout.InfiniteTimeSpan);
        var cancel = source.Token;
        try
        {
            var content = mail.Write();
            var accepted = new JsArray();
            var rejected = new JsArray();
            var (first, text) = (default((int Code, string Text)?), "");
            Check(await AskAsync($"MAIL FROM:<{Mail.Address(mail.From)}>", cancel));
            foreach (var recipient in mail.Recipients)
            {
                var answer = await AskAsync($"RCPT TO:<{recipient}>", cancel);
                (answer.Code is 250 or 251 ? accepted : rejected).Add(recipient);
                if (answer.Code is not (250 or 251)) first ??= answer;
            }

            if (accepted.Count == 0)
            {
                await AskAsync("RSET", cancel);
                throw Refused(first!.Value);
            }

            Check(await AskAsync("DATA", cancel), 354);
            await WriteAsync(Stuffed(content), cancel);
            var done = await AnswerAsync(cancel);
            Check(done);
            text = $"{done.Code} {done.Text}";
            return new JsObject
            {
                ["accepted"] = accepted,
                ["rejected"] = rejected,
                ["messageSize"] = content.Length,
                ["response"] = text,
                ["envelope"] = new JsObject { ["from"] = Mail.Address(mail.From), ["to"] = new JsArray([.. mail.Recipients.Select(r => (JsValue)r)]) },
                ["messageId"] = mail.Id,
            };
        }
        catch (Exception e) when (e is not NodeException && !_context.Cancellation.IsCancellationRequested)
        {
            throw Trouble(e, patience);
        }
    }

    /// <summary>Says goodbye; what the server answers is of no interest any more.</summary>
    public async Task QuitAsync()
    {
        try
        {
            await WriteAsync("QUIT\r\n"u8.ToArray(), _context.Cancellation);
        }
        catch (IOException)
        {
            // It has gone already.
        }
    }

    public void Dispose() => _stream.Dispose();

    private async Task GreetAsync(bool anyCertificate, CancellationToken cancel)
    {
        if (_fields.Encryption is "tls") await EncryptAsync(anyCertificate, cancel);
        Check(await AnswerAsync(cancel), 220);
        await HelloAsync(cancel);
        if (_fields.Encryption is "starttls" or "optional")
        {
            if (_features.Contains("STARTTLS"))
            {
                Check(await AskAsync("STARTTLS", cancel), 220);
                // What came before the handshake came from anybody.
                if (_at < _filled) throw new NodeException("the server sent more before it was encrypted") { Retryable = false };
                await EncryptAsync(anyCertificate, cancel);
                await HelloAsync(cancel);
            }
            else if (_fields.Encryption is "starttls")
            {
                throw new NodeException($"{_fields.Host} does not offer STARTTLS; the connection's field 'encryption' says how it is encrypted") { Retryable = false };
            }
        }

        if (_fields.User.Length > 0) await LogInAsync(cancel);
    }

    private async Task EncryptAsync(bool anyCertificate, CancellationToken cancel)
    {
        var tls = new SslStream(_stream);
        await tls.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions { TargetHost = _fields.Host, RemoteCertificateValidationCallback = anyCertificate ? static (_, _, _, _) => true : null }, cancel);
        _stream = tls;
    }

    private async Task HelloAsync(CancellationToken cancel)
    {
        var answer = await AskAsync($"EHLO {_fields.ClientName}", cancel);
        Check(answer);
        _features = answer.Text.Split('\n').Skip(1).ToHashSet(StringComparer.OrdinalIgnoreCase);
    }

    private async Task LogInAsync(CancellationToken cancel)
    {
        if (_stream is not SslStream && _fields.Encryption is not "none") throw new NodeException($"{_fields.Host} offers no encryption: the password is not sent") { Retryable = false };
        var offered = (_features.FirstOrDefault(f => f.StartsWith("AUTH ", StringComparison.OrdinalIgnoreCase)) ?? "").Split(' ').ToHashSet(StringComparer.OrdinalIgnoreCase);
        if (offered.Contains("PLAIN") || offered.Count <= 1)
        {
            Check(await AskAsync("AUTH PLAIN " + Base64($"\0{_fields.User}\0{_fields.Password}"), cancel), 235);
            return;
        }

        if (!offered.Contains("LOGIN")) throw new NodeException($"{_fields.Host} takes neither PLAIN nor LOGIN to log in") { Retryable = false };
        Check(await AskAsync("AUTH LOGIN", cancel), 334);
        Check(await AskAsync(Base64(_fields.User), cancel), 334);
        Check(await AskAsync(Base64(_fields.Password), cancel), 235);

        static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
    }

    private async Task<(int Code, string Text)> AskAsync(string line, CancellationToken cancel)
    {
        await WriteAsync(Encoding.ASCII.GetBytes(line + "\r\n"), cancel);
        return await AnswerAsync(cancel);
    }

    private async Task WriteAsync(byte[] bytes, CancellationToken cancel)
    {
        await _stream.WriteAsync(bytes, cancel);
        await _stream.FlushAsync(cancel);
    }

    /// <summary>An answer: its code, and the text of its lines.</summary>
    private async Task<(int Code, string Text)> AnswerAsync(CancellationToken cancel)
    {
        var lines = new List<string>();
        while (lines.Count < MostLines)
        {
            var line = await LineAsync(cancel);
            if (line.Length < 3 || !int.TryParse(line.AsSpan(0, 3), NumberStyles.None, CultureInfo.InvariantCulture, out var code)) throw new IOException("the server's answer is none of SMTP");
            lines.Add(line.Length > 4 ? line[4..] : "");
            if (line.Length > 3 && line[3] is '-') continue;
            if (code is 421) IsUsable = false;
            return (code, string.Join('\n', lines));
        }

        throw new IOException("the server's answer does not end");
    }

    private async Task<string> LineAsync(CancellationToken cancel)
    {
        var line = new List<byte>();
        while (line.Count < LongestLine)
        {
            if (_at == _filled)
            {
                (_at, _filled) = (0, await _stream.ReadAsync(_buffer, cancel));
                if (_filled == 0) throw new IOException("the server closed the connection");
            }

            var next = _buffer[_at++];
            if (next is (byte)'\n') return Encoding.UTF8.GetString([.. line]).TrimEnd('\r');
            line.Add(next);
        }

        throw new IOException("the server's answer is too long");
    }

    private static void Check((int Code, string Text) answer, int expected = 250)
    {
        if (answer.Code != expected) throw Refused(answer);
    }

    // 4xx is for now, 5xx for good (RFC 5321, 4.2.1).
    private static NodeException Refused((int Code, string Text) answer) => new($"the mail server says: {answer.Code} {answer.Text.Replace('\n', ' ')}") { Code = $"{answer.Code}", Retryable = answer.Code is >= 400 and < 500 };

    private NodeException Trouble(Exception e, TimeSpan patience)
    {
        IsUsable = false;
        return e switch
        {
            OperationCanceledException => new NodeException($"{_fields.Host} did not answer within {patience.TotalMilliseconds} ms", e),
            AuthenticationException => new NodeException($"{_fields.Host} cannot be trusted: {e.Message}", e) { Retryable = false },
            _ => new NodeException($"{_fields.Host}:{_fields.Port}: {e.Message}", e),
        };
    }

    /// <summary>The mail with its end: a line that begins with a dot begins with two (RFC 5321, 4.5.2).</summary>
    private static byte[] Stuffed(byte[] content)
    {
        using var stuffed = new MemoryStream(content.Length + 64);
        var begins = true;
        foreach (var next in content)
        {
            if (begins && next is (byte)'.') stuffed.WriteByte((byte)'.');
            stuffed.WriteByte(next);
            begins = next is (byte)'\n';
        }

        stuffed.Write(begins ? ".\r\n"u8 : "\r\n.\r\n"u8);
        return stuffed.ToArray();
    }
}
