using Sluice.Tests.Servers;
using Sluice.Workflows.Data;
using Sluice.Workflows.Nodes;
using Sluice.Workflows.Tests.Connections;

namespace Sluice.Workflows.Tests.Nodes.Soap;

/// <summary>The node against SOAP services of another make: npm's soap.</summary>
public sealed class SoapTests(SoapTests.Running running) : IClassFixture<SoapTests.Running>
{
    private const string Order = """
        {"operation": "PlaceOrder", "headers": {"Session": {"id": "s-1"}, "{urn:own}Trace": {"@level": 2, "#text": "abc"}}}
        """;

    public static bool IsPossible => NpmPackages.IsPossible;

    [Fact(SkipUnless = nameof(IsPossible), Skip = "needs node and npm")]
    public async Task Calls_with_json_and_gets_typed_json() =>
        (await RunAsync("""{"operation": "GetCustomer"}""", """[{"id": 1}, {"id": "2"}]""")).ShouldBe(
            """[{"customer":{"@id":1,"name":"Ann <Ä>","born":"1990-02-03","email":["a@x.test"],"active":true,"credit":12.5}},{"customer":{"@id":2,"name":"Ann <Ä>","born":"1990-02-03","email":["a@x.test","b@x.test"],"active":true,"credit":12.5}}]""");

    [Fact(SkipUnless = nameof(IsPossible), Skip = "needs node and npm")]
    public async Task Speaks_soap_1_2() =>
        (await RunAsync("""{"operation": "GetCustomer", "port": "Shop12", "input": {"id": 7}, "options": {"fullResponse": true}}""", path: "shop12")).ShouldContain("""{"body":{"customer":{"@id":7,""");

    [Fact(SkipUnless = nameof(IsPossible), Skip = "needs node and npm")]
    public async Task Sends_elements_in_the_order_of_the_schema()
    {
        (await RunAsync(Order, """
            [{"extra": {"@xmlns": "urn:own", "a": [1, 2]}, "delivery": {"@xsi:type": "Parcel", "street": "Main"}, "invoice": true, "@priority": "high",
              "line": [{"price": {"#text": 1.25, "@currency": "EUR"}, "sku": "A&B"}, {"sku": "C", "price": {"@currency": "EUR", "#text": "2.5"}}], "due": null, "customer": 9007199254740993}]
            """.Replace("9007199254740993", "\"9007199254740993\""))).ShouldBe("""[{"number":"A-2","total":3.75}]""");
        (await running.Server.LastAsync()).ShouldContain(
            """
            <soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Header><n1:Session xmlns:n1="urn:shop:messages"><n1:id>s-1</n1:id></n1:Session><n2:Trace level="2" xmlns:n2="urn:own">abc</n2:Trace></soap:Header><soap:Body><n1:PlaceOrder priority="high" xmlns:n1="urn:shop:messages"><n1:customer>9007199254740993</n1:customer><n1:due xsi:nil="true" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" /><n1:line><n3:sku xmlns:n3="urn:shop:types">A&amp;B</n3:sku><n3:price currency="EUR" xmlns:n3="urn:shop:types">1.25</n3:price></n1:line><n1:line><n3:sku xmlns:n3="urn:shop:types">C</n3:sku><n3:price currency="EUR" xmlns:n3="urn:shop:types">2.5</n3:price></n1:line><n1:invoice>true</n1:invoice><n1:delivery xmlns:n3="urn:shop:types" xsi:type="n3:Parcel" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><n3:street>Main</n3:street></n1:delivery><n1:extra><n2:a xmlns:n2="urn:own">1</n2:a><n2:a xmlns:n2="urn:own">2</n2:a></n1:extra></n1:PlaceOrder></soap:Body></soap:Envelope>
            """.Trim());
    }

    [Fact(SkipUnless = nameof(IsPossible), Skip = "needs node and npm")]
    public async Task Calls_procedures() =>
        (await RunAsync("""{"operation": "Add", "input": {"b": 2, "a": 40}}""", path: "calc", wsdl: "calc.wsdl")).ShouldBe("""[{"sum":42}]""");

    [Theory(SkipUnless = nameof(IsPossible), Skip = "needs node and npm")]
    [InlineData("passwordText"), InlineData("passwordDigest")]
    public async Task Tells_who_calls_by_ws_security(string how)
    {
        var parameters = $$"""{"operation": "GetCustomer", "wsSecurity": "{{how}}", "input": {"id": 1}, "options": {"timestampSeconds": 60} }""";
        (await RunAsync(parameters, path: "secure", password: "geheim-123")).ShouldContain("Ann");
        var sent = await running.Server.LastAsync();
        sent.ShouldContain("Expires>");
        sent.Contains("geheim-123", StringComparison.Ordinal).ShouldBe(how == "passwordText");
        await Should.ThrowAsync<NodeException>(() => RunAsync(parameters, path: "secure", password: "wrong-1234"));
    }

    [Fact(SkipUnless = nameof(IsPossible), Skip = "needs node and npm")]
    public async Task A_fault_is_an_error_with_code_and_detail()
    {
        var fault = await Should.ThrowAsync<NodeException>(() => RunAsync("""{"operation": "GetCustomer", "input": {"id": 404}}"""));
        (fault.Message, fault.Code, fault.Retryable).ShouldBe(("the service gave the fault Client: no such customer", "Client", false));
        JsJson.WriteString(fault.Details).ShouldBe("""{"status":500,"code":"Client","reason":"no such customer","detail":{"missing":{"id":"404"}}}""");
        var second = await Should.ThrowAsync<NodeException>(() => RunAsync("""{"operation": "GetCustomer", "port": "Shop12", "input": {"id": 405}}""", path: "shop12"));
        JsJson.WriteString(second.Details).ShouldBe("""{"status":400,"code":"Sender","subcodes":["NoSuchCustomer"],"reason":"no such customer"}""");
    }

    [Theory(SkipUnless = nameof(IsPossible), Skip = "needs node and npm")]
    [InlineData("broken", "the request failed with status code 503, and its answer is no fault: it is not XML")]
    [InlineData("page", "the answer is no SOAP: it has a document type declaration (<!DOCTYPE)")]
    [InlineData("nothing", "the request failed with status code 404, and its answer is no fault: it is empty")]
    public async Task What_is_no_soap_says_so(string path, string expected) =>
        (await Should.ThrowAsync<NodeException>(() => RunAsync("""{"operation": "GetCustomer", "input": {"id": 1}}""", path: path))).Message.ShouldBe(expected);

    [Fact(SkipUnless = nameof(IsPossible), Skip = "needs node and npm")]
    public async Task Fetches_a_wsdl_where_addresses_may_be_called()
    {
        var parameters = $$"""{"operation": "Add", "input": {"b": 2, "a": 40}, "wsdl": "{{running.Server.Url}}/calc?wsdl"}""";
        (await RunAsync(parameters, path: "calc")).ShouldBe("""[{"sum":42}]""");
        var guarded = new NodeServices { GuardsAddresses = _ => true };
        (await Should.ThrowAsync<NodeException>(() => RunAsync(parameters, path: "calc", services: guarded))).Message.ShouldBe("'127.0.0.1' is not a public address");
        (await Should.ThrowAsync<NodeException>(() => RunAsync(parameters.Replace("calc?wsdl", "page"), path: "calc"))).Message.ShouldContain("document type declaration");
    }

    [Theory]
    [InlineData("""{"operation": "Nope", "wsdl": "shop.wsdl"}""", "parameters.wsdl: the WSDL has no operation 'Nope'; it has GetCustomer, PlaceOrder")]
    [InlineData("""{"operation": "Old", "wsdl": "calc.wsdl"}""", "parameters.wsdl: the operation 'Old' cannot be called: it uses SOAP encoding (use=\"encoded\") with style=\"document\", which no two services read alike; rpc is supported")]
    [InlineData("""{"operation": "Add", "wsdl": "calc.wsdl", "port": "X"}""", "parameters.wsdl: the WSDL has no SOAP port 'X'; it has CalcService/Calc")]
    [InlineData("""{"operation": "Add", "wsdl": "/etc/passwd"}""", "parameters.wsdl: expected a file seen from the one that the workflow is in, an address, or the WSDL itself")]
    [InlineData("""{"operation": "Add", "wsdl": "<x/>"}""", "parameters.wsdl: this is no WSDL: its first element is x, not definitions")]
    [InlineData("""{"operation": "Add", "wsdl": "<!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><x>&a;</x>"}""", "parameters.wsdl: the WSDL has a document type declaration (<!DOCTYPE), which is refused")]
    public void What_makes_no_sense_is_refused_when_it_is_loaded(string parameters, string expected) =>
        NodeFixture.Load(Node(JsJson.Parse(parameters)), Path.Combine(SoapServer.Folder, "shop.wsdl")).Problems.Select(p => $"{p.Field}: {p.Message}").ShouldContain(expected);

    [Theory]
    [InlineData("""{"customer": "x"}""", "customer: expected a whole number from -9223372036854775808 to 9223372036854775807, not 'x'")]
    [InlineData("""{}""", "customer: required")]
    [InlineData("""{"customer": 1, "due": null}""", "line: required")]
    [InlineData("""{"customer": 1, "due": "soon"}""", "due: expected a date (2026-11-20), not 'soon'")]
    [InlineData("""{"customer": 1, "due": null, "line": [{"sku": "a"}]}""", "line[0].price: required")]
    [InlineData("""{"customer": 1, "due": null, "line": {"sku": "a", "price": {"#text": 1}}}""", "line.price.@currency: required")]
    [InlineData("""{"customer": 1, "due": null, "line": {"sku": "a", "price": {"#text": 1, "@currency": "EUR"}}}""", "one of card, invoice is required")]
    [InlineData("""{"customer": 1, "due": null, "line": {"sku": "a", "price": {"#text": 1, "@currency": "EUR"}}, "card": "1", "invoice": true}""", "invoice: not allowed together with the other fields: it is one of a choice")]
    [InlineData("""{"customer": 1, "due": null, "lines": []}""", "lines: there is no such field; there are customer, due, line, card, invoice, delivery, extra")]
    [InlineData("""{"customer": [1, 2], "due": null, "line": {"sku": "a", "price": {"#text": 1, "@currency": "EUR"}}, "card": "1"}""", "customer: expected one, not a list of several")]
    [InlineData("""{"@priority": "odd"}""", "@priority: expected one of low, high, not 'odd'")]
    [InlineData("""{"customer": 1, "due": null, "line": {"sku": "a", "price": {"#text": 1, "@currency": "EUR"}}, "card": "1", "delivery": {"street": "x"}}""", "delivery: '@xsi:type' must say which type it is: Parcel")]
    [InlineData("""{"customer": 1, "due": null, "line": {"sku": "\u0001", "price": {"#text": 1, "@currency": "EUR"}}}""", "line.sku: expected text without control characters, not '\u0001'")]
    public async Task Wrong_input_is_told_with_its_path_and_never_sent(string input, string expected)
    {
        var wrong = await Should.ThrowAsync<NodeException>(() => RunAsync("""{"operation": "PlaceOrder"}""", $"[{input}]", endpoint: "http://127.0.0.1:1/"));
        wrong.Message.ShouldBe(expected);
        wrong.Retryable.ShouldBeFalse();
        wrong.Code.ShouldBe("INVALID_INPUT");
    }

    private async Task<string> RunAsync(string parameters, string items = "[{}]", string path = "shop", string wsdl = "shop.wsdl", string? password = null, NodeServices? services = null, string? endpoint = null)
    {
        var all = JsJson.Parse(parameters).AsObject!;
        if (!all.Contains("wsdl")) all.Set("wsdl", wsdl);
        all.Set("endpoint", endpoint ?? $"{running.Server.Url}/{path}");
        var check = NodeFixture.Load(Node(all), Path.Combine(SoapServer.Folder, "shop.wsdl"));
        check.Problems.ShouldBeEmpty();
        services ??= new NodeServices { Connections = password is null ? null : new OneConnection("basic-auth", $$"""{"user": "ann", "password": "{{password}}"}""") };
        var output = await NodeFixture.RunAsync(check.Model!.Find("Node")!, check.Model, [NodeFixture.Items(JsJson.Parse(items))], services);
        return JsJson.WriteString(new JsArray([.. output[0].Select(i => (JsValue)i.Json)]));
    }

    private static JsObject Node(JsValue parameters) => new()
    {
        ["name"] = "Node", ["type"] = "soap", ["parameters"] = parameters, ["credentials"] = new JsObject { ["basic-auth"] = new JsObject { ["name"] = "mine" } },
    };

    public sealed class Running : IAsyncLifetime
    {
        public SoapServer Server { get; } = new();

        public async ValueTask InitializeAsync()
        {
            if (IsPossible) await Server.StartAsync();
        }

        public ValueTask DisposeAsync() => Server.DisposeAsync();
    }
}
