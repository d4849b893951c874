using Sluice.Foundation.Redis;
using Sluice.Gateway.Plugins.Acme;
using Sluice.Tests.Servers;

namespace Sluice.Gateway.Tests.Plugins.Acme;

/// <summary>One test body for every store.</summary>
public sealed class AcmeStoreTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("sluice-acme-").FullName;
    private readonly ManualTime time = new();

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task In_memory()
    {
        var store = new MemoryAcmeStore(time);
        await KeepsAsync(store, store);
        await TimesOutAsync(store);
    }

    [Fact]
    public async Task In_a_folder()
    {
        await KeepsAsync(new FileAcmeStore(folder, time), new FileAcmeStore(folder, time));
        await TimesOutAsync(new FileAcmeStore(folder, time));
        if (OperatingSystem.IsWindows()) return;
        foreach (var file in Directory.EnumerateFiles(folder)) File.GetUnixFileMode(file).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Fact]
    public async Task In_Redis()
    {
        await using var server = await RedisServer.StartAsync();
        using var first = Client(server);
        using var second = Client(server);
        await KeepsAsync(new RedisAcmeStore(first), new RedisAcmeStore(second));
        await server.KillAsync();
        await Should.ThrowAsync<IOException>(async () => await new RedisAcmeStore(first).GetAsync("a"));
    }

    private static async Task KeepsAsync(AcmeStore one, AcmeStore other)
    {
        (await one.GetAsync("certificate/../../x")).ShouldBeNull();
        await one.SetAsync("certificate/../../x", "first\nsecond");
        (await other.GetAsync("certificate/../../x")).ShouldBe("first\nsecond");
        await other.SetAsync("certificate/../../x", "third", TimeSpan.FromHours(1));
        (await one.GetAsync("certificate/../../x")).ShouldBe("third");
        await other.DeleteAsync("certificate/../../x");
        (await one.GetAsync("certificate/../../x")).ShouldBeNull();

        (await one.TryLockAsync("lock", TimeSpan.FromHours(1))).ShouldBeTrue();
        (await other.TryLockAsync("lock", TimeSpan.FromHours(1))).ShouldBeFalse();
        await one.DeleteAsync("lock");
        (await other.TryLockAsync("lock", TimeSpan.FromHours(1))).ShouldBeTrue();
    }

    private async Task TimesOutAsync(AcmeStore store)
    {
        await store.SetAsync("proof", "x", TimeSpan.FromMinutes(1));
        (await store.TryLockAsync("other", TimeSpan.FromMinutes(1))).ShouldBeTrue();
        time.Advance(TimeSpan.FromMinutes(2));
        (await store.GetAsync("proof")).ShouldBeNull();
        (await store.TryLockAsync("other", TimeSpan.FromMinutes(1))).ShouldBeTrue();
        (await store.TryLockAsync("other", TimeSpan.FromMinutes(1))).ShouldBeFalse();
    }

    private static RedisClient Client(RedisServer server) =>
        new(new RedisSettings { Host = "127.0.0.1", Port = server.Port, Timeout = TimeSpan.FromSeconds(20) }, TimeProvider.System);
}
