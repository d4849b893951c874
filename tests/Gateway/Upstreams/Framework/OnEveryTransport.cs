using Sluice.Gateway.Transport;

namespace Sluice.Gateway.Tests.Upstreams.Framework;

public sealed class GrpcTestsOnEpoll() : GrpcTests(TransportKind.Epoll);
public sealed class GrpcTestsOnSockets() : GrpcTests(TransportKind.Sockets);
