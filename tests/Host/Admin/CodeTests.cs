using System.Text;

namespace Sluice.Host.Tests.Admin;

/// <summary>Who may make the gateway compile code by having it checked.</summary>
public sealed class CodeTests
{
    [Theory]
    [InlineData("/schemas/plugins/validate", """{"name": "pre-function", "config": {"access": ["return;"]}}""", "application/json")]
    [InlineData("/schemas/plugins/validate", """{"name": "post\u002dfunction", "config": {"access": ["return;"]}}""", "application/json")]
    [InlineData("/schemas/plugins/validate", "name=pre-function&config.access=return;", "application/x-www-form-urlencoded")]
    [InlineData("/api/v1/config/plan", "_format_version: '3.0'\nplugins: [{name: pre-function, config: {access: ['return;']}}]", "application/yaml")]
    [InlineData("/api/v1/config/plan", "_format_version: '3.0'\nplugins: [{name: \"post\\x2dfunction\", config: {access: ['return;']}}]", "application/yaml")]
    [InlineData("/api/v1/config/plan?replay=true", "_format_version: '3.0'\npipelines: [{name: p, plugins: [{name: pre-function, config: {access: ['return;']}}]}]", "application/yaml")]
    public async Task Functions_are_checked_for_who_may_change_the_configuration(string path, string body, string type)
    {
        await using var surface = await AdminSurface.StartAsync();
        var (status, answer) = await surface.SendAsync("POST", path, "Viewer", Encoding.UTF8.GetBytes(body), type);
        status.ShouldBe(403, answer);
        answer.ShouldContain("takes the right to change the configuration");
        (await surface.SendAsync("POST", path, "Operator", Encoding.UTF8.GetBytes(body), type)).Status.ShouldNotBe(403);
    }

    [Theory]
    [InlineData("/schemas/plugins/validate", """{"name": "cors", "config": {}}""", "application/json")]
    [InlineData("/api/v1/config/plan", "_format_version: '3.0'\nplugins: [{name: cors}]", "application/yaml")]
    public async Task Everything_else_is_checked_for_viewers(string path, string body, string type)
    {
        await using var surface = await AdminSurface.StartAsync();
        var (status, answer) = await surface.SendAsync("POST", path, "Viewer", Encoding.UTF8.GetBytes(body), type);
        status.ShouldBe(200, answer);
    }
}
