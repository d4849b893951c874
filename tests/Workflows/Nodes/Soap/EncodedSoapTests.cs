using Sluice.Tests.Servers;
using Sluice.Workflows.Data;
using Sluice.Workflows.Nodes;
using Sluice.Workflows.Nodes.Soap.Messages;

namespace Sluice.Workflows.Tests.Nodes.Soap;

/// <summary>SOAP's own encoding, against PHP's SOAP server.</summary>
public sealed class EncodedSoapTests(EncodedSoapTests.Running running) : IClassFixture<EncodedSoapTests.Running>
{
    [Fact]
    public async Task Structures_and_arrays_go_both_ways() =>
        (await RunAsync("place", """{"session": "s-1", "order": {"customer": "Ann & Co", "placed": "2026-01-02T03:04:05Z", "lines": [{"sku": "A", "count": 2, "price": 1.5, "tags": ["x", "y"]}, {"sku": "B", "count": "1", "tags": []}]}}"""))
            .ShouldBe("""{"number":2,"order":{"customer":"Ann & Co","placed":"2026-01-02T03:04:05Z","lines":[{"sku":"A","count":2,"price":1.5,"tags":["x","y"]},{"sku":"B","count":1,"tags":[]}]}}""");

    [Fact]
    public async Task What_is_referred_to_stands_where_it_is_meant() =>
        (await RunAsync("twice", """{"line": {"sku": "A", "count": 2}}""")).ShouldBe("""{"return":[{"sku":"A","count":2},{"sku":"A","count":2}]}""");

    [Fact]
    public async Task Values_of_any_type_keep_theirs() =>
        (await RunAsync("echo", """{"values": ["a", 1, 2.5, true, null, ["b", 2]]}""")).ShouldBe("""{"kinds":["string","integer","double","boolean","NULL","array"],"values":["a",1,2.5,true,null,["b",2]]}""");

    [Fact]
    public async Task Faults_and_wrong_input_say_what()
    {
        (await Should.ThrowAsync<NodeException>(() => RunAsync("place", """{"session": "s-2", "order": {"customer": "a", "placed": null, "lines": []}}"""))).Message.ShouldBe("the service gave the fault Client: who are you?");
        (await Should.ThrowAsync<NodeException>(() => RunAsync("place", """{"session": "s-2", "order": {"customer": "a", "placed": null, "lines": {"sku": "a"}}}"""))).Message.ShouldBe("order.lines: expected an array, not an object");
        (await Should.ThrowAsync<NodeException>(() => RunAsync("place", """{"session": "s-2", "order": {"customer": "a", "placed": null, "lines": [{"sku": "a", "count": "many"}]}}"""))).Message.ShouldStartWith("order.lines[0].count: expected a whole number");
    }

    [Theory]
    [InlineData("""<a href="#1"/><m id="1"><b href="#1"/></m>""", "the answer has references in a circle, or nested deeper than 100 levels")]
    [InlineData("""<a href="#2"/><m id="1"/>""", "the answer has a reference to '#2', which is nowhere")]
    public void References_that_make_no_sense_are_errors(string body, string expected) => Refused(body).ShouldBe(expected);

    [Fact]
    public void References_that_multiply_are_stopped()
    {
        var levels = string.Concat(Enumerable.Range(1, 20).Select(i => $"""<m id="{i}">{string.Concat(Enumerable.Repeat($"""<x href="#{i + 1}"/>""", 10))}</m>"""));
        Refused($"""<a href="#1"/>{levels}<m id="21"/>""").ShouldBe("the answer has more than 1000000 elements, with what is referred to");
    }

    private static string Refused(string body)
    {
        var envelope = SoapEnvelope.Read(System.Text.Encoding.UTF8.GetBytes($"""<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body>{body}</e:Body></e:Envelope>"""), out _)!;
        return Should.Throw<NodeException>(() => EncodedReferences.Resolve(envelope)).Message;
    }

    private async Task<string> RunAsync(string operation, string input)
    {
        var parameters = JsJson.Parse($$"""{"wsdl": "orders.wsdl", "operation": "{{operation}}", "endpoint": "{{running.Server.Url}}/"}""").AsObject!;
        var check = NodeFixture.Load(new JsObject { ["name"] = "Node", ["type"] = "soap", ["parameters"] = parameters }, Path.Combine(PhpSoapServer.Folder, "orders.wsdl"));
        check.Problems.ShouldBeEmpty();
        var output = await NodeFixture.RunAsync(check.Model!.Find("Node")!, check.Model, [NodeFixture.Items(JsJson.Parse($"[{input}]"))], new NodeServices());
        return JsJson.WriteString(output[0].ShouldHaveSingleItem().Json);
    }

    public sealed class Running : IAsyncLifetime
    {
        public PhpSoapServer Server { get; } = new();

        public async ValueTask InitializeAsync() => await Server.StartAsync();

        public ValueTask DisposeAsync() => Server.DisposeAsync();
    }
}
