using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Gateway.Transport;

namespace Sluice.Gateway.Tests.TransportTests;

public sealed class TransportsTests
{
    [Fact]
    public async Task Auto_never_stays_auto()
    {
        await using var transport = Transports.Create(TransportKind.Auto, 0, NullLoggerFactory.Instance);
        transport.Kind.ShouldNotBe(TransportKind.Auto);
        if (transport.Kind != TransportKind.Sockets)
            transport.Loops.Count.ShouldBe(Environment.ProcessorCount);
    }

    [Fact]
    public async Task The_number_of_loops_is_the_one_asked_for()
    {
        await using var transport = Transports.Create(TransportKind.Epoll, 3, NullLoggerFactory.Instance);
        transport.Loops.Count.ShouldBe(3);
    }
}
