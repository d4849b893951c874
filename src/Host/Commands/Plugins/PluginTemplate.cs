namespace Sluice.Host.Commands.Plugins;

/// <summary>What <c>sluice plugin new</c> writes.</summary>
internal static class PluginTemplate
{
    /// <param name="name">What configurations call it.</param>
    /// <param name="type">The same as C# writes it.</param>
    public static string Plugin(string name, string type) =>
        $$"""
        using Sluice.Foundation.Schema;
        using Sluice.Gateway.Pipeline;

        /// <summary>Which header field a request must carry.</summary>
        public sealed record {{type}}Config
        {
            /// <summary>The name of the field.</summary>
            [Required, Length(1, 100)]
            public string Header { get; init; } = "";

            /// <summary>The values allowed; any when empty.</summary>
            public IReadOnlyList<string> Allowed { get; init; } = [];

            /// <summary>The status of the refusal.</summary>
            [Between(400, 499)]
            public int Status { get; init; } = 400;
        }

        /// <summary>Refuses requests that lack a header field.</summary>
        public sealed class {{type}}Plugin({{type}}Config config) : Plugin
        {
            public static readonly PluginDescriptor Descriptor = new PluginDescriptor<{{type}}Plugin, {{type}}Config>((config, _) => new(config))
            {
                Name = "{{name}}",
                Summary = "Refuses requests that lack a header field.",
                RunsAfter = "cors", // without this it runs last
            };

            // Made once for all requests: a refusal allocates nothing.
            private readonly Answer refusal = new GatewayError(config.Status, "HEADER_REQUIRED", $"{config.Header} is required", Fault.Client).Answer;

            // The other stages: AuthenticateAsync, AuthorizeAsync, LimitAsync, RewriteAsync, BeforeUpstream, UpstreamAnswered, Respond, Record.
            public override ValueTask<Verdict> AcceptAsync(Exchange exchange)
            {
                var values = exchange.Request.Headers[config.Header];
                var accepted = values.Count > 0 && (config.Allowed.Count == 0 || config.Allowed.Contains(values[0]!));
                return accepted ? Verdict.Continue : Verdict.Stop(refusal);
            }
        }

        """;

    /// <inheritdoc cref="Plugin"/>
    public static string Tests(string name, string type) =>
        $$"""
        using Sluice.Testing;

        /// <summary>Run by: sluice plugin test {{name}}.cs</summary>
        public sealed class {{type}}Tests
        {
            public async Task A_request_with_the_field_reaches_the_upstream()
            {
                await using var test = new PluginTest({{type}}Plugin.Descriptor, "header: X-Team");
                var result = await test.SendAsync("GET", "/orders", [("X-Team", "blue")]);
                Check.Equal(200, result.Status);
                Check.Equal("/orders", result.Upstream[0].Target);
            }

            public async Task A_request_without_it_is_refused()
            {
                await using var test = new PluginTest({{type}}Plugin.Descriptor, "{ header: X-Team, status: 422 }");
                var result = await test.SendAsync("GET", "/orders");
                Check.Equal(422, result.Status);
                Check.That(result.Body.Contains("X-Team is required"));
                Check.Equal(0, result.Upstream.Count);
            }

            public async Task A_status_that_is_no_refusal_is_a_problem_of_the_configuration()
            {
                await using var test = new PluginTest({{type}}Plugin.Descriptor, "{ header: X-Team, status: 200 }");
                Check.Equal(1, test.Problems().Count);
            }
        }

        """;
}
