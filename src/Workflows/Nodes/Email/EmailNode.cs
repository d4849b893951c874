using System.Net.Mail;
using Sluice.Foundation.Schema;
using Sluice.Workflows.Connections.Kinds;
using Sluice.Workflows.Data;
using Sluice.Workflows.Definitions;
using Sluice.Workflows.Runs;

namespace Sluice.Workflows.Nodes.Email;

/// <summary>Sends a mail for each item; all of an execution over one connection.</summary>
internal sealed class EmailNode : Node
{
    public static readonly NodeDescriptor Descriptor = new NodeDescriptor<EmailNode, EmailParameters>((p, s) => new(p, s))
    {
        Type = "email",
        Summary = "Sends mail over SMTP, with files.",
        Category = NodeCategory.Http,
        Aliases = [new("n8n-nodes-base.emailSend", 1, 2.1)],
        Difference = "no line about its origin is added",
        Differs = static (p, version) => version >= 2 && p.At("options", "appendAttribution") is not ScalarNode { Kind: ScalarKind.Boolean, Boolean: false },
        Lacks = "waiting for an answer",
    };

    private readonly EmailParameters _parameters;
    private readonly ConnectionReference? _connection;

    public EmailNode(EmailParameters parameters, NodeSetup setup)
    {
        _parameters = parameters;
        _connection = ConnectionReference.Of(setup, "smtp", "connection");
    }

    public override bool Idempotent => false;

    public override async ValueTask<NodeResult> ExecuteAsync(NodeContext context)
    {
        var output = new List<Item>(context.Items.Count);
        if (context.Items.Count == 0) return NodeResult.Of(output);
        var fields = await _connection!.FieldsAsync<SmtpConnection>(context);
        SmtpSession? session = null;
        try
        {
            for (var i = 0; i < context.Items.Count; i++)
            {
                try
                {
                    var mail = await MailAsync(context, i);
                    session ??= await SmtpSession.OpenAsync(fields, context, _parameters.Options.AllowUnauthorizedCerts, Patience(context, i));
                    output.Add(new Item(await session.SendAsync(mail, Patience(context, i))) { PairedItems = Positions.Of(i) });
                }
                catch (NodeException e) when (context.ContinueOnFail)
                {
                    output.Add(context.Failed(i, e));
                    if (session is { IsUsable: true }) continue;
                    session?.Dispose();
                    session = null;
                }
            }

            if (session is not null) await session.QuitAsync();
        }
        finally
        {
            session?.Dispose();
        }

        return NodeResult.Of(output);
    }

    private TimeSpan Patience(NodeContext context, int index) => TimeSpan.FromMilliseconds(_parameters.Options.Timeout.Get(context, index));

    private async ValueTask<Mail> MailAsync(NodeContext context, int index)
    {
        var p = _parameters;
        var format = p.EmailFormat ?? "both";
        var text = format is "html" ? null : p.Text?.Get(context, index);
        var html = format is "text" ? null : p.Html?.Get(context, index);
        var files = new List<(string Field, BinaryData File, ReadOnlyMemory<byte> Content)>();
        foreach (var field in $"{p.Attachments.Get(context, index)},{p.Options.Attachments.Get(context, index)}".Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var file = context.Items[index].Binary?.GetValueOrDefault(field) ?? throw new NodeException($"the item has no file '{field}'") { ItemIndex = index, Retryable = false };
            files.Add((field, file, await context.Services.ReadAsync(file, context.Cancellation)));
        }

        var mail = new Mail
        {
            From = Addresses("fromEmail", p.FromEmail.Get(context, index), index) is [var from] ? from : throw new NodeException("fromEmail: say one sender") { ItemIndex = index, Retryable = false },
            To = Addresses("toEmail", p.ToEmail.Get(context, index), index),
            Cc = Addresses("ccEmail", $"{p.CcEmail.Get(context, index)},{p.Options.CcEmail.Get(context, index)}", index),
            Bcc = Addresses("bccEmail", $"{p.BccEmail.Get(context, index)},{p.Options.BccEmail.Get(context, index)}", index),
            ReplyTo = Addresses("replyTo", p.Options.ReplyTo.Get(context, index), index),
            Subject = p.Subject.Get(context, index),
            Text = text ?? (html is null ? "" : null),
            Html = html,
            Files = files,
            Sent = context.Time.GetUtcNow(),
            Random = context.Services.Random,
        };
        if (mail.To.Count == 0) throw new NodeException("toEmail: say at least one recipient") { ItemIndex = index, Retryable = false };
        return mail;
    }

    private static IReadOnlyList<MailAddress> Addresses(string parameter, string text, int index)
    {
        text = text.Trim(',', ' ', ';').Replace(';', ',');
        if (text.Length == 0) return [];
        try
        {
            var list = new MailAddressCollection { text };
            // A line end or a character outside ASCII would be something else to the server.
            if (list.FirstOrDefault(a => a.User.AsSpan().ContainsAnyExceptInRange('!', '~')) is { } odd) throw new NodeException($"{parameter}: '{odd.Address}' has characters that mail cannot carry everywhere") { ItemIndex = index, Retryable = false };
            return list;
        }
        catch (FormatException e)
        {
            throw new NodeException($"{parameter}: '{text}' is no list of addresses", e) { ItemIndex = index, Retryable = false };
        }
    }
}
