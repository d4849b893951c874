using Sluice.Acceptance.Harness;

namespace Sluice.Acceptance.Listeners;

/// <summary>Who the client is said to be: by the PROXY protocol, and by trusted proxies.</summary>
public sealed class ClientAddressTests : IAsyncDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly ScriptedUpstream upstream = new((head, connection) => ScriptedUpstream.RespondAsync(connection, head));

    public async ValueTask DisposeAsync()
    {
        folder.Dispose();
        await upstream.DisposeAsync();
    }

    [Theory]
    [ClassData(typeof(TransportKinds))]
    public async Task The_PROXY_protocol_names_the_client(string transport)
    {
        await using var sluice = await ServeAsync(
            transport, new() { ["KONG_PROXY_LISTEN"] = "127.0.0.1:0 proxy_protocol", ["KONG_TRUSTED_IPS"] = "0.0.0.0/0,::/0", ["KONG_REAL_IP_HEADER"] = "proxy_protocol" });
        const string Version2 = "\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c" + "\x0a\x01\x02\x03" + "\x7f\0\0\x01" + "\x1f\x90\0\x50";
        (await SeenAsync(sluice, "PROXY TCP4 203.0.113.7 127.0.0.1 4711 80\r\n")).ShouldContain("X-Real-IP: 203.0.113.7\r\n");
        (await SeenAsync(sluice, "PROXY TCP6 2001:db8::7 ::1 4711 80\r\n")).ShouldContain("X-Real-IP: 2001:db8::7\r\n");
        (await SeenAsync(sluice, "PROXY UNKNOWN\r\n")).ShouldContain("X-Real-IP: 127.0.0.1\r\n");
        (await SeenAsync(sluice, Version2)).ShouldContain("X-Real-IP: 10.1.2.3\r\n");
        (await SeenAsync(sluice, "\r\n\r\n\0\r\nQUIT\n\x20\0\0\0")).ShouldContain("X-Real-IP: 127.0.0.1\r\n");
    }

    [Theory]
    [ClassData(typeof(TransportKinds))]
    public async Task A_connection_without_the_header_is_closed_unanswered(string transport)
    {
        await using var sluice = await ServeAsync(transport, new() { ["KONG_PROXY_LISTEN"] = "127.0.0.1:0 proxy_protocol" });
        foreach (var rubbish in new[] { "GET / HTTP/1.1\r\nHost: a\r\n\r\n", "PROXY TCP4 not an address\r\n\r\n", $"PROXY {new string('x', 200)}", "\r\n\r\n\0\r\nQUIT\n\x31\x11\0\x0c" })
            (await RawClient.ExchangeAsync(sluice.Proxy[0], rubbish)).ShouldBe("", rubbish);
    }

    [Theory]
    [InlineData("127.0.0.0/8", "X-Real-IP", "off", "X-Real-IP: 203.0.113.7\r\n", "X-Real-IP: 203.0.113.7\r\n")]
    [InlineData("10.0.0.0/8", "X-Real-IP", "off", "X-Real-IP: 203.0.113.7\r\n", "X-Real-IP: 127.0.0.1\r\n")]
    [InlineData("127.0.0.1", "X-Forwarded-For", "off", "X-Forwarded-For: 1.1.1.1, 10.0.0.5\r\n", "X-Real-IP: 10.0.0.5\r\n")]
    [InlineData("127.0.0.1,10.0.0.0/8", "X-Forwarded-For", "on", "X-Forwarded-For: 9.9.9.9, 1.1.1.1, 10.0.0.5\r\n", "X-Real-IP: 1.1.1.1\r\n")]
    [InlineData("127.0.0.1", "X-Real-IP", "off", "X-Forwarded-Proto: https\r\n", "X-Forwarded-Proto: https\r\n")]
    [InlineData("10.0.0.1", "X-Real-IP", "off", "X-Forwarded-Proto: https\r\nX-Forwarded-Host: evil.test\r\nX-Forwarded-Port: 1\r\n", "X-Forwarded-Proto: http\r\n")]
    [InlineData("127.0.0.1", "X-Real-IP", "off", "X-Real-IP: not an address\r\n", "X-Real-IP: 127.0.0.1\r\n")]
    public async Task Only_trusted_proxies_are_believed(string trusted, string header, string recursive, string sent, string seen)
    {
        await using var sluice = await ServeAsync(
            "epoll", new() { ["KONG_PROXY_LISTEN"] = "127.0.0.1:0", ["KONG_TRUSTED_IPS"] = trusted, ["KONG_REAL_IP_HEADER"] = header, ["KONG_REAL_IP_RECURSIVE"] = recursive });
        (await SeenAsync(sluice, "", sent)).ShouldContain(seen);
    }

    [Fact]
    public async Task A_route_for_TLS_names_is_found_behind_a_proxy_that_ends_TLS()
    {
        var file = folder.Write(
            "tls.yml",
            $"_format_version: '3.0'\nservices:\n- url: http://127.0.0.1:{upstream.Port}\n  routes: [{{snis: [a.test], protocols: [https]}}]\n");
        await using var sluice = await SluiceProcess.StartAsync(
            ["run", "--config", file, "--admin", "off", "--loops", "1"], new Dictionary<string, string> { ["KONG_PROXY_LISTEN"] = "127.0.0.1:0", ["KONG_TRUSTED_IPS"] = "127.0.0.1" });
        (await SeenAsync(sluice, "", "X-Forwarded-Proto: https\r\n")).ShouldContain("X-Forwarded-Proto: https\r\n");
        (await SeenAsync(sluice, "", "X-Forwarded-Proto: http\r\n")).ShouldContain("Please use HTTPS protocol");
    }

    private static async Task<string> SeenAsync(SluiceProcess sluice, string before, string fields = "")
    {
        using var client = await RawClient.ConnectAsync(sluice.Proxy[0]);
        await client.SendAsync($"{before}GET / HTTP/1.1\r\nHost: a\r\n{fields}\r\n");
        return (await client.ReadResponseAsync()).Body;
    }

    private Task<SluiceProcess> ServeAsync(string transport, Dictionary<string, string> environment) => SluiceProcess.StartAsync(
        ["run", "--config", folder.Write("kong.yml", $"_format_version: '3.0'\nservices:\n- url: http://127.0.0.1:{upstream.Port}\n  routes: [{{paths: [/]}}]\n"), "--admin", "off", "--loops", "1", "--transport", transport],
        environment);
}
