using System.Text;
using Sluice.Foundation.Errors;
using Sluice.Tests.Servers;
using Sluice.Workflows.Nodes;
using Sluice.Workflows.Nodes.Soap.Import;
using Sluice.Workflows.Nodes.Soap.Wsdl;

namespace Sluice.Workflows.Tests.Nodes.Soap;

/// <summary>Configurations that are made of WSDLs: those of the tests, and those of SLUICE_CORPUS.</summary>
public sealed class WsdlImportTests
{
    private static readonly WsdlImportOptions Plain = new(KeyAuth: false, RequestsPerMinute: null);

    [Fact]
    public async Task Each_operation_is_an_endpoint_with_all_that_its_workflow_needs()
    {
        var made = await MakeAsync(Path.Combine(SoapServer.Folder, "shop.wsdl"));
        made.Endpoints.ShouldBe([new("GET", "/shop-service/get-customer", "GetCustomer"), new("POST", "/shop-service/place-order", "PlaceOrder")]);
        made.Warnings.ShouldBeEmpty();
        var workflow = made.Files["workflows/shop-service-get-customer.json"];
        // What the other operation needs is left out, and nothing is fetched any more.
        workflow.ShouldNotContain("PlaceOrder");
        workflow.ShouldNotContain("schemaLocation");
        NodeFixture.Load(workflow).Problems.ShouldBeEmpty();
        NodeFixture.Load(made.Files["workflows/shop-service-place-order.json"]).Problems.ShouldBeEmpty();
        var openApi = System.Text.Json.Nodes.JsonNode.Parse(made.Files["openapi.json"])!;
        openApi["components"]!["schemas"]!["Customer"]!["properties"]!["email"]!.ToJsonString().ShouldBe("""{"type":"array","items":{"type":"string"}}""");
        var order = openApi["paths"]!["/shop-service/place-order"]!["post"]!["requestBody"]!["content"]!["application/json"]!["schema"]!;
        order["required"]!.ToJsonString().ShouldBe("""["customer","due","line"]""");
        order["properties"]!["due"]!.ToJsonString().ShouldBe("""{"type":["string","null"],"format":"date"}""");
        order["properties"]!["@priority"]!.ToJsonString().ShouldBe("""{"type":"string","enum":["low","high"]}""");
    }

    [Fact]
    public async Task What_cannot_be_called_is_told()
    {
        var made = await MakeAsync(Path.Combine(SoapServer.Folder, "calc.wsdl"), new(KeyAuth: true, RequestsPerMinute: 5));
        made.Refused.ShouldBe(["CalcService.Old: it uses SOAP encoding (use=\"encoded\") with style=\"document\", which no two services read alike; rpc is supported"]);
        made.Files["kong.yml"].ShouldContain("plugins:\n- name: key-auth\n- name: rate-limiting\n  config:\n    minute: 5\n");
    }

    /// <summary>Every WSDL of the corpus is imported, or refused with a reason.</summary>
    [Fact]
    public async Task The_corpus_is_read()
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable("SLUICE_CORPUS") is { Length: > 0 }, "SLUICE_CORPUS names no folder of files");
        var problems = new List<string>();
        var read = 0;
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Environment.GetEnvironmentVariable("SLUICE_CORPUS")!, "soap"), "*.wsdl", SearchOption.AllDirectories))
        {
            try
            {
                var made = await MakeAsync(file);
                read++;
                foreach (var (path, content) in made.Files.Where(f => f.Key.StartsWith("workflows/", StringComparison.Ordinal)))
                    problems.AddRange(NodeFixture.Load(content).Problems.Where(p => p.Severity == Severity.Error).Select(p => $"{file}: {path}: {p.Message}"));
            }
            catch (WsdlException e)
            {
                TestContext.Current.SendDiagnosticMessage($"{file}: {e.Message}");
                if (e.Message.Length == 0) problems.Add(file);
            }
        }

        problems.ShouldBeEmpty();
        TestContext.Current.SendDiagnosticMessage($"{read} read");
    }

    [Theory]
    [InlineData("GetCustomerByID", "get-customer-by-id"), InlineData("XMLService_v2", "xml-service-v2"), InlineData("a b", "a-b"), InlineData("__", "service")]
    public void Names_become_paths(string name, string expected) => PathName.Of(name).ShouldBe(expected);

    [Theory]
    [InlineData("""<x:complexType name="A"><x:complexContent><x:extension base="A"/></x:complexContent></x:complexType><x:element name="E" type="A"/>""")]
    [InlineData("""<x:group name="G"><x:sequence><x:group ref="G"/><x:group ref="G"/></x:sequence></x:group><x:element name="E"><x:complexType><x:group ref="G"/></x:complexType></x:element>""")]
    [InlineData("""<x:element name="E" substitutionGroup="E"/>""")]
    [InlineData("""<x:element name="E"><x:complexType><x:sequence><x:element ref="E" minOccurs="0"/></x:sequence></x:complexType></x:element>""")]
    [InlineData("""<x:element name="E"><x:complexType><x:sequence maxOccurs="2000000000"><x:choice maxOccurs="unbounded"><x:any minOccurs="0"/></x:choice></x:sequence></x:complexType></x:element>""")]
    public void Schemas_that_go_round_in_circles_end(string schema)
    {
        var documents = new WsdlDocuments("");
        documents.Give(Encoding.UTF8.GetBytes($"""
            <w:definitions xmlns:w="http://schemas.xmlsoap.org/wsdl/" xmlns:x="http://www.w3.org/2001/XMLSchema" xmlns:s="http://schemas.xmlsoap.org/wsdl/soap/">
              <w:types><x:schema>{schema}</x:schema></w:types>
              <w:message name="M"><w:part name="p" element="E"/></w:message>
              <w:portType name="P"><w:operation name="O"><w:input message="M"/><w:output message="M"/></w:operation></w:portType>
              <w:binding name="B" type="P"><s:binding/><w:operation name="O"><w:input><s:body use="literal"/></w:input><w:output><s:body use="literal"/></w:output></w:operation></w:binding>
            </w:definitions>
            """));
        try
        {
            var made = WsdlImport.Make(documents, Plain);
            made.Endpoints.Count.ShouldBe(1);
        }
        catch (WsdlException refused)
        {
            refused.Message.ShouldNotBeEmpty();
        }
    }

    private static async Task<WsdlImportResult> MakeAsync(string file, WsdlImportOptions? options = null)
    {
        using var http = new OutgoingHttp();
        return await WsdlImport.RunAsync(file, http, options ?? Plain, TestContext.Current.CancellationToken);
    }
}
