using System.IO.Compression;
using System.Text;
using Sluice.Workflows.Data;
using Sluice.Workflows.Nodes;

namespace Sluice.Workflows.Tests.Nodes.Compression;

public sealed class CompressionTests
{
    [Theory]
    [InlineData("zip", "data", "application/zip")]
    [InlineData("gzip", "data", "application/gzip")]
    public async Task What_is_packed_is_unpacked_again(string format, string field, string type)
    {
        var packed = await RunAsync($$"""{"operation": "compress", "outputFormat": "{{format}}"}""", NodeFixture.Items(JsJson.Parse("""[{"$json": {"a": 1}, "$binary": {"data": {"text": "inside", "fileName": "a.txt"}}}]""")));
        packed[0].Binary![field].MimeType.ShouldBe(type);
        packed[0].Json["a"].AsNumber.ShouldBe(1);
        var file = (await RunAsync($$"""{"binaryPropertyName": "{{field}}"}""", packed))[0].Binary!["file_0"];
        (file.FileName, file.MimeType, Encoding.UTF8.GetString(file.Content!.Value.Span)).ShouldBe(("a.txt", "text/plain", "inside"));
    }

    [Fact]
    public async Task A_small_file_that_holds_too_much_is_refused()
    {
        using var bomb = new MemoryStream();
        await using (var gzip = new GZipStream(bomb, CompressionLevel.Fastest, leaveOpen: true))
        {
            var zeros = new byte[1 << 20];
            for (var i = 0; i < 257; i++) await gzip.WriteAsync(zeros, TestContext.Current.CancellationToken);
        }

        var item = new Item(new JsObject()) { Binary = new Dictionary<string, BinaryData> { ["data"] = new() { Content = bomb.ToArray(), Size = bomb.Length, MimeType = "application/gzip" } } };
        (await Should.ThrowAsync<NodeException>(() => RunAsync("{}", [item]))).Message.ShouldContain("more than 268435456 bytes");
    }

    [Fact]
    public async Task What_is_broken_is_refused() =>
        (await Should.ThrowAsync<NodeException>(() => RunAsync("{}", NodeFixture.Items(JsJson.Parse("""[{"$binary": {"data": "no"}}]"""))))).Message.ShouldContain("neither gzip nor zip");

    private static async Task<IReadOnlyList<Item>> RunAsync(string parameters, IReadOnlyList<Item> items)
    {
        var check = NodeFixture.Load(new JsObject { ["name"] = "Node", ["type"] = "compression", ["parameters"] = JsJson.Parse(parameters) });
        return (await NodeFixture.RunAsync(check.Model!.Find("Node")!, check.Model, [items]))[0];
    }
}
