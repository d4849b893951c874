using Sluice.Workflows.Data;
using Sluice.Workflows.Nodes.Form;

namespace Sluice.Workflows.Tests.Nodes.Form;

public sealed class FormReplyTests
{
    private static readonly FormDefinition Form = new()
    {
        Fields =
        [
            new() { Label = "Name", Name = "Name", Required = true },
            new() { Label = "Age", Name = "Age", Type = "number" },
            new() { Label = "Mail", Name = "Mail", Type = "email" },
            new() { Label = "Born", Name = "Born", Type = "date", DateFormat = "dd.MM.yyyy" },
            new() { Label = "Size", Name = "Size", Type = "dropdown", Choices = ["S", "L"] },
            new() { Label = "Two", Name = "Two", Type = "checkbox", Several = true, Choices = ["a", "b", "c"], Least = 2, Most = 2 },
            new() { Name = "intro", Type = "html", Html = "<b>x</b>" },
            new() { Label = "Way", Name = "Way", Type = "radio", Choices = ["up", "down"] },
            new() { Label = "Scan", Name = "Scan", Type = "file", Accepts = ".pdf, image/*" },
            new() { Name = "from", Type = "hiddenField", Value = "web" },
        ],
    };

    [Theory]
    [InlineData("""{"Two": ["a", "b"]}""", "Name: this is missing.")]
    [InlineData("""{"Name": "", "Two": ["a", "b"]}""", "Name: this is missing.")]
    [InlineData("""{"Name": ["x", "y"], "Two": ["a", "b"]}""", "Name: only one can be given.")]
    [InlineData("""{"Name": "x", "Age": "old", "Two": ["a", "b"]}""", "Age: this is no number.")]
    [InlineData("""{"Name": "x", "Mail": "nobody", "Two": ["a", "b"]}""", "Mail: this is no address of mail.")]
    [InlineData("""{"Name": "x", "Born": "2026-02-30", "Two": ["a", "b"]}""", "Born: this is no date.")]
    [InlineData("""{"Name": "x", "Size": "XL", "Two": ["a", "b"]}""", "Size: this is none of the choices.")]
    [InlineData("""{"Name": "x", "Way": "left", "Two": ["a", "b"]}""", "Way: this is none of the choices.")]
    [InlineData("""{"Name": "x"}""", "Two: this is missing.")]
    [InlineData("""{"Name": "x", "Two": "a"}""", "Two: at least 2 are to be chosen.")]
    [InlineData("""{"Name": "x", "Two": ["a", "b", "c"]}""", "Two: at most 2 can be chosen.")]
    [InlineData("\"text\"", "The form was not sent as a form.")]
    public void What_cannot_be_taken_is_told(string body, string problem) => FormReply.Problems(Form, JsJson.Parse(body), null).ShouldBe([problem]);

    [Theory]
    [InlineData("a.pdf", "application/pdf", true)]
    [InlineData("a.bin", "image/png", true)]
    [InlineData("a.exe", "application/octet-stream", false)]
    public void Only_the_files_that_are_asked_for_are_taken(string name, string type, bool taken) =>
        FormReply.Problems(Form, JsJson.Parse("""{"Name": "x", "Two": ["a", "b"]}"""), new Dictionary<string, BinaryData> { ["Scan"] = File(name, type) }).ShouldBe(taken ? [] : ["Scan: that kind of file is not taken."]);

    [Fact]
    public void Every_kind_of_field_has_its_value()
    {
        var sent = JsJson.Parse("""{"Name": " Ann ", "Age": "4.5", "Born": "2026-01-31", "Size": "L", "Two": ["a", "c"], "field-7": "up", "from": "mail"}""").AsObject!;
        var files = new Dictionary<string, BinaryData> { ["Scan"] = File("a.pdf", "application/pdf") };
        FormReply.Problems(Form, sent, files).ShouldBeEmpty();
        var item = FormReply.Read(Form, sent, files, DateTimeOffset.UnixEpoch, TimeZoneInfo.Utc, "production");
        JsJson.WriteString(item.Json).ShouldBe(
            """{"Name":"Ann","Age":4.5,"Mail":null,"Born":"31.01.2026","Size":"L","Two":["a","c"],"intro":"<b>x</b>","Way":"up","Scan":{"filename":"a.pdf","mimetype":"application/pdf","size":1},"from":"mail","submittedAt":"1970-01-01T00:00:00.000+00:00","formMode":"production"}""");
        item.Binary!.Keys.ShouldBe(["Scan"]);
    }

    [Theory]
    [InlineData("<p>Hi <b>you</b></p>", "<p>Hi <b>you</b></p>")]
    [InlineData("<script>x()</script><style>b{}</style>a", "a")]
    [InlineData("<b onclick=\"x()\" style=\"a\">a</b>", "<b>a</b>")]
    [InlineData("<a href=\"javascript:x()\">a</a>", "<a target=\"_blank\" rel=\"noopener noreferrer\">a</a>")]
    [InlineData("<a href=\"https://x.test/?a=1&b=2\">a</a>", "<a href=\"https://x.test/?a=1&amp;b=2\" target=\"_blank\" rel=\"noopener noreferrer\">a</a>")]
    [InlineData("<img src=x onerror=y><iframe src=\"https://x.test\">z</iframe>", "<img>")]
    [InlineData("<form action=\"https://x.test\"><input name=a>ok</form>", "ok")]
    [InlineData("<svg><script>x</script></svg>a &lt;b&gt;", "a &lt;b&gt;")]
    public void Html_is_reduced_to_what_shows_something(string html, string clean) => FormHtml.Clean(html).ShouldBe(clean);

    private static BinaryData File(string name, string type) => new() { Content = new byte[] { 1 }, Size = 1, MimeType = type, FileName = name };
}
