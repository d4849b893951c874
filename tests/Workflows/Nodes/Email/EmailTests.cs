using System.Text;
using Sluice.Tests.Servers;
using Sluice.Workflows.Data;
using Sluice.Workflows.Nodes;
using Sluice.Workflows.Tests.Connections;

namespace Sluice.Workflows.Tests.Nodes.Email;

/// <summary>Mail to a real server of another make: npm's smtp-server.</summary>
public sealed class EmailTests(EmailTests.Mails mails) : IClassFixture<EmailTests.Mails>
{
    public static bool IsPossible => NpmPackages.IsPossible;

    [Fact(SkipUnless = nameof(IsPossible), Skip = "needs node and npm")]
    public async Task Logs_in_inside_TLS_and_sends_text_and_HTML()
    {
        var items = await RunAsync(
            """{"fromEmail": "Jörg <shop@x.test>", "toEmail": "a@x.test, \"B, C\" <b@bücher.test>", "subject": "Überweisung {{ 1 }}", "emailFormat": "both", "text": ".first\nä", "html": "<p>hi</p>", "options": {"ccEmail": "c@x.test", "bccEmail": "unseen@x.test", "replyTo": "r@x.test", "allowUnauthorizedCerts": true}}""",
            """{"host": "127.0.0.1", "port": PORT, "user": "u", "password": "p"}""");
        var told = items.ShouldHaveSingleItem().Json;
        told["accepted"].ToString().ShouldBe("""["a@x.test","b@xn--bcher-kva.test","c@x.test","unseen@x.test"]""");
        told["response"].AsString.ShouldBe("250 taken");

        var mail = await MailAsync(told["messageId"].AsString!);
        mail["secure"].IsTrue.ShouldBeTrue();
        mail["user"].AsString.ShouldBe("u by PLAIN");
        mail["from"].AsString.ShouldBe("shop@x.test");
        var content = mail["content"].AsString!;
        content.ShouldContain("From: =?utf-8?B?SsO2cmc=?= <shop@x.test>\r\n");
        content.ShouldContain("To: a@x.test,\r\n \"B, C\" <b@xn--bcher-kva.test>\r\n");
        content.ShouldContain("Cc: c@x.test\r\n");
        content.ShouldContain("Reply-To: r@x.test\r\n");
        content.ShouldNotContain("unseen");
        content.ShouldContain($"Subject: =?utf-8?B?{Convert.ToBase64String(Encoding.UTF8.GetBytes("Überweisung {{ 1 }}"))}?=\r\n");
        content.ShouldContain("multipart/alternative");
        content.ShouldContain(Convert.ToBase64String(Encoding.UTF8.GetBytes(".first\r\nä")));
        content.ShouldContain("<p>hi</p>");
    }

    [Fact(SkipUnless = nameof(IsPossible), Skip = "needs node and npm")]
    public async Task Sends_files_lines_with_dots_and_several_mails_over_one_connection()
    {
        var items = await RunAsync(
            """{"fromEmail": "s@x.test", "toEmail": "={{ $json.to }}", "subject": "one\r\nBcc: evil@x.test", "text": ".\n..two\n", "html": "<img src=\"cid:logo\">", "options": {"attachments": "logo, bill"}}""",
            """{"host": "127.0.0.1", "port": PORT, "encryption": "none"}""",
            """[{"$json": {"to": "a@x.test"}, "$binary": {"logo": {"text": "PNG", "mimeType": "image/png", "fileName": "l.png"}, "bill": {"text": "PDF", "fileName": "Öl \"1\".pdf"}}}, {"$json": {"to": "b@x.test, refused@x.test"}, "$binary": {"logo": "x", "bill": "y"}}]""");
        items[1].Json["rejected"].ToString().ShouldBe("""["refused@x.test"]""");
        var first = await MailAsync(items[0].Json["messageId"].AsString!);
        var second = await MailAsync(items[1].Json["messageId"].AsString!);
        first["session"].AsString.ShouldBe(second["session"].AsString);
        first["to"].ToString().ShouldBe("""["a@x.test"]""");
        var content = first["content"].AsString!;
        content.ShouldContain("Subject: one Bcc: evil@x.test\r\n");
        content.ShouldContain("\r\n\r\n.\r\n..two\r\n");
        content.ShouldContain("multipart/mixed");
        content.ShouldContain("multipart/related");
        content.ShouldContain("Content-ID: <logo>");
        content.ShouldContain("inline; filename=\"l.png\"");
        content.ShouldContain("attachment; filename=\"=?utf-8?B?");
        content.ShouldContain(Convert.ToBase64String("PDF"u8));
    }

    [Theory(SkipUnless = nameof(IsPossible), Skip = "needs node and npm")]
    [InlineData("refused@x.test", """{"host": "127.0.0.1", "port": PORT, "encryption": "none"}""", "the mail server says: 550 No such mailbox", "550")]
    [InlineData("a@x.test", """{"host": "127.0.0.1", "port": PORT, "user": "u", "password": "wrong"}""", "the mail server says: 535 Invalid login", "535")]
    [InlineData("nobody", """{"host": "127.0.0.1", "port": PORT, "encryption": "none"}""", "toEmail: 'nobody' is no list of addresses", null)]
    [InlineData("a@x.test", """{"host": "127.0.0.1", "port": 1, "encryption": "none"}""", "127.0.0.1:1: ", null)]
    public async Task Fails_with_what_the_server_says(string to, string connection, string message, string? code)
    {
        var failure = await Should.ThrowAsync<NodeException>(() => RunAsync("""{"fromEmail": "s@x.test", "toEmail": "TO", "text": "x", "options": {"allowUnauthorizedCerts": true}}""".Replace("TO", to), connection));
        failure.Message.ShouldStartWith(message);
        failure.Code.ShouldBe(code);
    }

    [Fact(SkipUnless = nameof(IsPossible), Skip = "needs node and npm")]
    public async Task Takes_no_certificate_that_nobody_vouches_for_and_no_private_address_for_tenants()
    {
        const string Mail = """{"fromEmail": "s@x.test", "toEmail": "a@x.test", "text": "x"}""";
        var untrusted = await Should.ThrowAsync<NodeException>(() => RunAsync(Mail, """{"host": "127.0.0.1", "port": PORT, "user": "u", "password": "p"}"""));
        untrusted.Message.ShouldStartWith("127.0.0.1 cannot be trusted: ");
        untrusted.Retryable.ShouldBeFalse();
        (await Should.ThrowAsync<NodeException>(() => RunAsync(Mail, """{"host": "127.0.0.1", "port": PORT, "encryption": "none"}""", guarded: true))).Message.ShouldBe("'127.0.0.1' is not a public address");
    }

    private async Task<JsObject> MailAsync(string id) =>
        JsJson.Parse(await mails.Server.MailsAsync()).AsArray!.Select(m => m.AsObject!).Single(m => m["content"].AsString!.Contains(id, StringComparison.Ordinal));

    private async Task<IReadOnlyList<Item>> RunAsync(string parameters, string connection, string items = "[{}]", bool guarded = false)
    {
        var node = JsJson.Parse("""{"name": "Node", "type": "n8n-nodes-base.emailSend", "typeVersion": 2.1, "credentials": {"smtp": {"id": "7", "name": "mine"}}}""").AsObject!;
        node.Set("parameters", JsJson.Parse(parameters));
        var check = NodeFixture.Load(node);
        check.Problems.ShouldBeEmpty();
        var services = new NodeServices { Connections = new OneConnection("smtp", connection.Replace("PORT", $"{mails.Server.Port}")), GuardsAddresses = _ => guarded };
        return (await NodeFixture.RunAsync(check.Model!.Find("Node")!, check.Model, [NodeFixture.Items(JsJson.Parse(items))], services))[0];
    }

    /// <summary>The server, started once.</summary>
    public sealed class Mails : IAsyncLifetime
    {
        public SmtpServer Server { get; } = new();

        public async ValueTask InitializeAsync()
        {
            if (IsPossible) await Server.StartAsync();
        }

        public ValueTask DisposeAsync() => Server.DisposeAsync();
    }
}
