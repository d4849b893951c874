using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Sluice.Acceptance.Harness;
using Sluice.Tests.Servers;

namespace Sluice.Acceptance.Commands;

public sealed class ImportTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task What_is_made_of_a_wsdl_runs_as_written()
    {
        var port = FreePorts.Next();
        var wsdl = folder.Write("customers.wsdl", (await File.ReadAllTextAsync(Repository.PathOf("samples/soap-bridge/workflows/customers.wsdl"))).Replace(":8010/", $":{port}/"));
        var made = await SluiceProcess.RunAsync("import", "wsdl", wsdl, "-o", folder.PathOf("out"), "--rate-limit", "1000");
        made.ExitCode.ShouldBe(0, made.Errors);
        made.Output.ShouldContain("GET     /customers/get-customer  GetCustomer");
        var configuration = folder.PathOf("out/kong.yml");
        (await SluiceProcess.RunAsync("check", configuration)).Output.ShouldContain("no problems");
        var openApi = JsonNode.Parse(await File.ReadAllTextAsync(folder.PathOf("out/openapi.json")))!;
        ((string?)openApi["openapi"]).ShouldBe("3.1.0");
        ((string?)openApi["paths"]!["/customers/get-customer"]!["get"]!["parameters"]![0]!["name"]).ShouldBe("id");

        using var backend = Process.Start(new ProcessStartInfo("python3", [Repository.PathOf("samples/soap-bridge/backend.py"), port.ToString(CultureInfo.InvariantCulture)]) { UseShellExecute = false })!;
        try
        {
            await using var sluice = await SluiceProcess.ServeAsync(configuration);
            using var client = new HttpClient { Timeout = RawClient.Patience };
            var address = new Uri(sluice.Proxy[0], "/customers/get-customer?id=123");
            await Eventually.HoldsAsync(async () => (await client.GetAsync(address)).StatusCode != HttpStatusCode.BadGateway, "the SOAP service is there");
            (await client.GetStringAsync(address)).ShouldBe("""{"customer":{"name":"Alice","since":"2006-01-12","active":true,"order":[17]}}""");
            using var wrong = await client.GetAsync(new Uri(sluice.Proxy[0], "/customers/get-customer"));
            wrong.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
            (await wrong.Content.ReadAsStringAsync()).ShouldContain("id: required");
            using var other = await client.PostAsync(new Uri(sluice.Proxy[0], "/customers/get-customer"), new StringContent("{}", Encoding.UTF8, "application/json"));
            other.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        }
        finally
        {
            backend.Kill();
            await backend.WaitForExitAsync();
        }
    }

    [Theory]
    [InlineData("<a/>", "this is no WSDL: its first element is a, not definitions")]
    [InlineData("{", "is not XML")]
    [InlineData("<definitions xmlns='http://schemas.xmlsoap.org/wsdl/'/>", "nothing in it speaks SOAP")]
    [InlineData("<!DOCTYPE a><a/>", "has a document type declaration (<!DOCTYPE), which is refused")]
    public async Task What_cannot_be_used_is_refused_with_a_reason(string content, string expected)
    {
        var refused = await SluiceProcess.RunAsync("import", "wsdl", folder.Write("x.wsdl", content), "-o", folder.PathOf("out"));
        refused.ExitCode.ShouldBe(1);
        refused.Errors.ShouldContain(expected);
        Directory.Exists(folder.PathOf("out")).ShouldBeFalse();
    }
}
