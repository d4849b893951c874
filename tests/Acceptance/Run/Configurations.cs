namespace Sluice.Acceptance.Run;

/// <summary>Small configurations that the tests of <c>sluice run</c> serve.</summary>
internal static class Configurations
{
    /// <summary>One route for <paramref name="path"/> to an upstream on <paramref name="port"/>.</summary>
    public static string OneRoute(int port, string path = "/") =>
        $"""
        _format_version: "3.0"
        services:
        - name: upstream
          url: http://127.0.0.1:{port}
          routes:
          - name: route
            paths: [{path}]
        """;
}
