using Sluice.Control.Identity;
using Sluice.Foundation.Storage;

namespace Sluice.Control.Tests.Identity;

public sealed class SecondFactorTests
{
    [Theory, InlineData(DatabaseKind.Sqlite), InlineData(DatabaseKind.Postgres)]
    public async Task Once_enrolled_a_code_is_asked_for_and_counts_once(DatabaseKind kind)
    {
        await using var app = await AdminApp.StartAsync(kind);
        await app.AddUserAsync();
        var (key, recovery) = await EnrolAsync(app);
        using var client = app.Connect();

        (await LoginAsync(client, null)).ShouldBe((401, "SECOND_FACTOR_REQUIRED"));
        (await LoginAsync(client, "000000")).ShouldBe((401, "INVALID_CREDENTIALS"));
        app.Time.Move(TimeSpan.FromMinutes(1));
        var code = TimeBasedCodes.Code(key, app.Time.GetUtcNow());
        (await LoginAsync(client, code)).Status.ShouldBe(200);
        (await LoginAsync(client, code)).ShouldBe((401, "INVALID_CREDENTIALS"), "somebody looked over the shoulder");

        (await LoginAsync(client, recovery)).Status.ShouldBe(200);
        (await LoginAsync(client, recovery)).ShouldBe((401, "INVALID_CREDENTIALS"));
    }

    [Fact]
    public async Task Codes_of_a_clock_that_is_half_a_minute_off_are_taken_and_others_not()
    {
        await using var app = await AdminApp.StartAsync();
        await app.AddUserAsync();
        var (key, _) = await EnrolAsync(app);
        using var client = app.Connect();
        app.Time.Move(TimeSpan.FromMinutes(10));
        (await LoginAsync(client, TimeBasedCodes.Code(key, app.Time.GetUtcNow() - TimeSpan.FromSeconds(60)))).Status.ShouldBe(401);
        (await LoginAsync(client, TimeBasedCodes.Code(key, app.Time.GetUtcNow() + TimeSpan.FromSeconds(60)))).Status.ShouldBe(401);
        (await LoginAsync(client, TimeBasedCodes.Code(key, app.Time.GetUtcNow() - TimeSpan.FromSeconds(30)))).Status.ShouldBe(200);
    }

    [Fact]
    public async Task It_is_turned_on_only_with_a_code_and_off_only_with_the_password()
    {
        await using var app = await AdminApp.StartAsync();
        await app.AddUserAsync();
        using var browser = await app.SignInAsync();
        (await browser.PostAsync("/api/v1/auth/totp", new { password = "not the password" })).Status.ShouldBe(403);
        (await browser.PostAsync("/api/v1/auth/totp/confirm", new { code = "123456" })).Status.ShouldBe(409);
        (await browser.PostAsync("/api/v1/auth/totp", new { password = AdminApp.Password })).Status.ShouldBe(200);
        (await browser.PostAsync("/api/v1/auth/totp/confirm", new { code = "000000" })).Status.ShouldBe(400);
        using (await app.SignInAsync())
        {
            // Not asked for a code yet.
        }

        var key = (await app.Accounts.FindUserAsync("alice"))!.TotpKey!;
        (await browser.PostAsync("/api/v1/auth/totp/confirm", new { code = TimeBasedCodes.Code(key, app.Time.GetUtcNow()) })).Status.ShouldBe(200);
        (await browser.GetAsync("/api/v1/auth/me")).Body.GetProperty("data").GetProperty("second_factor").GetBoolean().ShouldBeTrue();
        (await browser.PostAsync("/api/v1/auth/totp/remove", new { password = "not the password" })).Status.ShouldBe(403);
        (await browser.PostAsync("/api/v1/auth/totp/remove", new { password = AdminApp.Password })).Status.ShouldBe(200);
        using var again = await app.SignInAsync();
    }

    // RFC 6238, appendix B, for SHA-1; of its eight digits the last six.
    [Theory]
    [InlineData(59, "287082")]
    [InlineData(1111111109, "081804")]
    [InlineData(1234567890, "005924")]
    [InlineData(20000000000, "353130")]
    public void Codes_are_those_of_the_standard(long seconds, string code) =>
        TimeBasedCodes.Code("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", DateTimeOffset.FromUnixTimeSeconds(seconds)).ShouldBe(code);

    private static async Task<(string Key, string Recovery)> EnrolAsync(AdminApp app)
    {
        using var browser = await app.SignInAsync();
        var (_, begun) = await browser.PostAsync("/api/v1/auth/totp", new { password = AdminApp.Password });
        var key = begun.GetProperty("data").GetProperty("secret").GetString()!;
        begun.GetProperty("data").GetProperty("uri").GetString().ShouldBe($"otpauth://totp/Sluice:alice?secret={key}&issuer=Sluice&digits=6&period=30");
        var (status, done) = await browser.PostAsync("/api/v1/auth/totp/confirm", new { code = TimeBasedCodes.Code(key, app.Time.GetUtcNow()) });
        status.ShouldBe(200, done.GetRawText());
        return (key, done.GetProperty("data").GetProperty("recovery_codes")[0].GetString()!);
    }

    private static async Task<(int Status, string? Code)> LoginAsync(Client client, string? code)
    {
        var (status, body) = await client.PostAsync("/api/v1/auth/login", new { username = "alice", password = AdminApp.Password, code });
        return (status, status == 200 ? null : body.GetProperty("error").GetProperty("code").GetString());
    }
}
