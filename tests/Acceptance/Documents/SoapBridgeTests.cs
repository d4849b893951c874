using System.Diagnostics;
using System.Net;
using Sluice.Acceptance.Harness;
using Sluice.Tests.Servers;

namespace Sluice.Acceptance.Documents;

/// <summary>samples/soap-bridge runs with one command: JSON outside, SOAP inside, an API key and a limit in front.</summary>
public sealed class SoapBridgeTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly HttpClient client = new() { Timeout = RawClient.Patience };

    public void Dispose()
    {
        client.Dispose();
        folder.Dispose();
    }

    [Fact]
    public async Task Json_outside_soap_inside()
    {
        var (backend, proxy) = (FreePorts.Next(), FreePorts.Next());
        foreach (var file in new[] { "kong.yml", "workflows/customer.json", "workflows/customers.wsdl" })
            folder.Write(file, File.ReadAllText(Repository.PathOf("samples/soap-bridge/" + file)).Replace(":8010/", $":{backend}/"));
        var start = new ProcessStartInfo(Repository.PathOf("samples/soap-bridge/run")) { RedirectStandardOutput = true, UseShellExecute = false };
        start.Environment["SLUICE"] = $"dotnet {Path.Combine(AppContext.BaseDirectory, "sluice.dll")}";
        start.Environment["SLUICE_CONFIG"] = folder.PathOf("kong.yml");
        start.Environment["SLUICE_PROXY"] = $"127.0.0.1:{proxy}";
        start.Environment["SLUICE_ADMIN"] = $"127.0.0.1:{FreePorts.Next()}";
        start.Environment["BACKEND_PORT"] = $"{backend}";
        using var process = Process.Start(start)!;
        try
        {
            while (await process.StandardOutput.ReadLineAsync().WaitAsync(RawClient.Patience) is { } line && line != "ready")
            {
            }

            var address = $"http://127.0.0.1:{proxy}/api/customer?id=";
            (await AskAsync(address + 123, key: null)).Status.ShouldBe(HttpStatusCode.Unauthorized);
            // The back end may start later than the gateway; what fails meanwhile would count against the limit, so it is asked itself.
            await Eventually.HoldsAsync(() => IsThereAsync(backend), "the SOAP service is there");
            (await AskAsync(address + 123)).ShouldBe((HttpStatusCode.OK, """{"customer":{"name":"Alice","since":"2006-01-12","active":true,"order":[17]}}"""));
            (await AskAsync(address + 7)).ShouldBe((HttpStatusCode.UnprocessableEntity, """{"error":"the service gave the fault Client: there is no customer 7"}"""));
            (await AskAsync(address + "alice")).ShouldBe((HttpStatusCode.BadRequest, """{"error":"id: expected a whole number from -2147483648 to 2147483647, not 'alice'"}"""));
            var statuses = new List<HttpStatusCode>();
            // Five in a minute: more only where a minute ends meanwhile.
            while (statuses.Count < 20 && !statuses.Contains(HttpStatusCode.TooManyRequests)) statuses.Add((await AskAsync(address + 123)).Status);
            statuses[^1].ShouldBe(HttpStatusCode.TooManyRequests);
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync();
        }
    }

    private async Task<(HttpStatusCode Status, string Body)> AskAsync(string address, string? key = "mobile-key")
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, address);
        if (key is not null) request.Headers.Add("apikey", key);
        using var answer = await client.SendAsync(request);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    private static async Task<bool> IsThereAsync(int port)
    {
        using var socket = new System.Net.Sockets.TcpClient();
        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, port);
            return true;
        }
        catch (System.Net.Sockets.SocketException)
        {
            return false;
        }
    }
}
