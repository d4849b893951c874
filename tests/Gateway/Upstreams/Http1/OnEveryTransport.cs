using Sluice.Gateway.Transport;

namespace Sluice.Gateway.Tests.Upstreams.Http1;

// What holds on one transport holds on the other: each class runs on both.

public sealed class CallerTestsOnWhatIsHere() : CallerTests(TransportKind.Auto);

public sealed class AnswerTestsOnEpoll() : AnswerTests(TransportKind.Epoll);
public sealed class BodyPluginTestsOnEpoll() : BodyPluginTests(TransportKind.Epoll);
public sealed class CallerTestsOnEpoll() : CallerTests(TransportKind.Epoll);
public sealed class FailureTestsOnEpoll() : FailureTests(TransportKind.Epoll);
public sealed class ForwardingTestsOnEpoll() : ForwardingTests(TransportKind.Epoll);
public sealed class FramingLieTestsOnEpoll() : FramingLieTests(TransportKind.Epoll);
public sealed class RequestTestsOnEpoll() : RequestTests(TransportKind.Epoll);
public sealed class TlsTestsOnEpoll() : TlsTests(TransportKind.Epoll);
public sealed class WebSocketTestsOnEpoll() : WebSocketTests(TransportKind.Epoll);

public sealed class AnswerTestsOnSockets() : AnswerTests(TransportKind.Sockets);
public sealed class BodyPluginTestsOnSockets() : BodyPluginTests(TransportKind.Sockets);
public sealed class CallerTestsOnSockets() : CallerTests(TransportKind.Sockets);
public sealed class FailureTestsOnSockets() : FailureTests(TransportKind.Sockets);
public sealed class ForwardingTestsOnSockets() : ForwardingTests(TransportKind.Sockets);
public sealed class FramingLieTestsOnSockets() : FramingLieTests(TransportKind.Sockets);
public sealed class RequestTestsOnSockets() : RequestTests(TransportKind.Sockets);
public sealed class TlsTestsOnSockets() : TlsTests(TransportKind.Sockets);
public sealed class WebSocketTestsOnSockets() : WebSocketTests(TransportKind.Sockets);
public sealed class Http2ClientTestsOnEpoll() : Http2ClientTests(TransportKind.Epoll);
public sealed class Http2ClientTestsOnSockets() : Http2ClientTests(TransportKind.Sockets);
public sealed class FlatMemoryTestsOnEpoll() : FlatMemoryTests(TransportKind.Epoll);
public sealed class FlatMemoryTestsOnSockets() : FlatMemoryTests(TransportKind.Sockets);
