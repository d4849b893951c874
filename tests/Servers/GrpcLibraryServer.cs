using System.Diagnostics;

namespace Sluice.Tests.Servers;

/// <summary>A real gRPC server: npm's @grpc/grpc-js with the service of <c>tests/Servers/grpc-server/library.proto</c>.</summary>
/// <param name="tls">The files of its key and its certificate, where it speaks TLS.</param>
public sealed class GrpcLibraryServer(params string[] tls) : NodeServer("grpc-server", tls)
{
    /// <summary>Its .proto file.</summary>
    public string Proto => Path.Combine(Source, "library.proto");

    /// <summary>Compiles the .proto file with protoc.</summary>
    /// <param name="file">Where the descriptor set goes.</param>
    public async Task WriteDescriptorSetAsync(string file)
    {
        using var protoc = Process.Start(new ProcessStartInfo(
            "protoc", ["-I", Source, "-I", Path.Combine(Modules, "google-proto-files"), "--include_imports", "-o", file, Proto])
        {
            RedirectStandardError = true,
            UseShellExecute = false,
        })!;
        var errors = await protoc.StandardError.ReadToEndAsync();
        await protoc.WaitForExitAsync();
        if (protoc.ExitCode != 0) throw new InvalidOperationException($"protoc failed: {errors}");
    }
}
