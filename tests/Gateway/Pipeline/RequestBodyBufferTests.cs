using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Tests.Pipeline;

public sealed class RequestBodyBufferTests
{
    [Fact]
    public async Task The_frames_of_a_websocket_are_not_waited_for_as_a_body()
    {
        var http = new DefaultHttpContext();
        http.Request.Method = "CONNECT";
        http.Features.Set<IHttpExtendedConnectFeature>(new Socket());
        http.Features.Set<IRequestBodyPipeFeature>(new Endless());
        var read = new Exchange(http, null).ReadRequestBodyAsync(1000);
        read.IsCompletedSuccessfully.ShouldBeTrue();
        (await read).ShouldBeEmpty();
    }

    private sealed class Endless : IRequestBodyPipeFeature
    {
        public PipeReader Reader { get; } = new Pipe().Reader;
    }

    private sealed class Socket : IHttpExtendedConnectFeature
    {
        public bool IsExtendedConnect => true;

        public string Protocol => "websocket";

        public ValueTask<Stream> AcceptAsync() => throw new NotSupportedException();
    }
}
