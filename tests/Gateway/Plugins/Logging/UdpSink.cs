using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Sluice.Gateway.Tests.Plugins.Logging;

/// <summary>A UDP server on a free port of this machine.</summary>
internal sealed class UdpSink : IDisposable
{
    private readonly UdpClient client = new(new IPEndPoint(IPAddress.Loopback, 0));

    public int Port => ((IPEndPoint)client.Client.LocalEndPoint!).Port;

    /// <summary>The next datagram, as text.</summary>
    public async Task<string> ReceiveAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        return Encoding.UTF8.GetString((await client.ReceiveAsync(patience.Token)).Buffer);
    }

    public async Task<List<string>> ReceiveAsync(int count)
    {
        var all = new List<string>();
        while (all.Count < count) all.Add(await ReceiveAsync());
        return all;
    }

    public void Dispose() => client.Dispose();
}
