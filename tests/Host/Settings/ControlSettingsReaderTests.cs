using Sluice.Control.Identity;
using Sluice.Control.Nodes;
using Sluice.Foundation.Storage;
using Sluice.Host.Commands;
using Sluice.Host.Settings;

namespace Sluice.Host.Tests.Settings;

public sealed class ControlSettingsReaderTests
{
    [Fact]
    public void The_database_is_a_file_in_the_data_folder_unless_another_is_named()
    {
        Read(("--data", "/var/lib/sluice")).Database.ShouldBe(DatabaseAddress.File("/var/lib/sluice/sluice.db"));
        Read(("--database", "postgres://u:p@db/sluice")).Database.Kind.ShouldBe(DatabaseKind.Postgres);
        Should.Throw<UsageException>(() => Read(("--database", "Host=db;Password=hunter2;Nonsense=1"))).Message.ShouldNotContain("hunter2");
    }

    [Fact]
    public void Without_settings_this_machine_is_let_in_and_everything_is_done_here()
    {
        var settings = Read();
        settings.AdminGuard.Access.ShouldBe(AdminAccess.Loopback);
        settings.AuditRetention.ShouldBe(TimeSpan.FromDays(365));
        settings.UsageRetention.ShouldBe(TimeSpan.FromDays(400));
        settings.Roles.ShouldBe(NodeRoles.All);
    }

    [Fact]
    public void Settings_are_read()
    {
        var settings = Read(("--admin-auth", "on"), ("--admin-hosts", "a.example.com, b.example.com"), ("--audit-retention", "0"), ("--usage-retention", "0"), ("--roles", "gateway, worker"));
        settings.AdminGuard.Access.ShouldBe(AdminAccess.On);
        settings.AdminGuard.Hosts.ShouldBe(["a.example.com", "b.example.com"]);
        settings.AuditRetention.ShouldBeNull();
        settings.UsageRetention.ShouldBeNull();
        settings.Roles.ShouldBe(NodeRoles.Gateway | NodeRoles.Worker);
        settings.Admin.ShouldBeEmpty();
        settings.Proxy.ShouldNotBeEmpty();
        Read(("--roles", "admin")).Proxy.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("--admin-auth", "sometimes")]
    [InlineData("--audit-retention", "-1")]
    [InlineData("--roles", "king")]
    [InlineData("--roles", ",")]
    public void What_makes_no_sense_is_refused(string option, string value) => Should.Throw<UsageException>(() => Read((option, value))).Message.ShouldContain(option);

    private static RunSettings Read(params (string Name, string Value)[] options) =>
        SettingsReader.Read(options.ToDictionary(o => o.Name, o => (string?)o.Value, StringComparer.Ordinal), new Dictionary<string, string>());
}
