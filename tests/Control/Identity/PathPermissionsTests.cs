using Sluice.Control.Identity;

namespace Sluice.Control.Tests.Identity;

public sealed class PathPermissionsTests
{
    [Theory]
    [InlineData("GET", "/health/live", "Nothing")]
    [InlineData("HEAD", "/health/ready", "Nothing")]
    [InlineData("POST", "/health/live", "Write")]
    [InlineData("GET", "/status", "Page")]
    [InlineData("GET", "/status/ready", "Nothing")]
    [InlineData("GET", "/statuses", "Read")]
    [InlineData("GET", "/metrics", "Page")]
    [InlineData("POST", "/api/v1/auth/login", "Nothing")]
    [InlineData("GET", "/api/v1/auth/login", "SignedIn")]
    [InlineData("POST", "/api/v1/auth/totp", "SignedIn")]
    [InlineData("GET", "/api/v1/users/bob", "Administer")]
    [InlineData("DELETE", "/API/V1/TOKENS/x", "Administer")]
    [InlineData("GET", "/api/v1/audit/export", "Administer")]
    [InlineData("POST", "/api/v1/config/plan", "Read")]
    [InlineData("POST", "/api/v1/config/releases", "Write")]
    [InlineData("GET", "/api/v1/config/releases", "Read")]
    [InlineData("POST", "/schemas/routes/validate", "Read")]
    [InlineData("GET", "/services", "Read")]
    [InlineData("OPTIONS", "/services", "Read")]
    [InlineData("POST", "/services", "Write")]
    [InlineData("PURGE", "/services", "Write")]
    [InlineData("GET", "/", "Read")]
    [InlineData("GET", "/consumers/alice/key-auth", "Read")]
    [InlineData("HEAD", "/Key-Auths", "Read")]
    [InlineData("GET", "/certificates/x", "Read")]
    [InlineData("GET", "/consumers/alice", "Read")]
    [InlineData("GET", "/config", "Write")]
    [InlineData("GET", "/api/v1/config/export", "Write")]
    [InlineData("GET", "/api/v1/config/routes", "Read")]
    public void Each_request_needs_what_its_line_says(string method, string path, string need) => PathPermissions.Of(method, path).ToString().ShouldBe(need);

    [Theory]
    [InlineData("GET", "/services", false)]
    [InlineData("OPTIONS", "/services", false)]
    [InlineData("POST", "/services", true)]
    [InlineData("POST", "/api/v1/config/plan", false)]
    [InlineData("POST", "/api/v1/auth/login", true)]
    [InlineData("DELETE", "/api/v1/users/bob", true)]
    public void What_changes_something_is_audited(string method, string path, bool changes) => PathPermissions.Changes(method, PathPermissions.Of(method, path)).ShouldBe(changes);
}
