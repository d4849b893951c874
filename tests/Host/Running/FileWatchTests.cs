using Sluice.Host.Running;

namespace Sluice.Host.Tests.Running;

public sealed class FileWatchTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("sluice-watch-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task A_change_before_the_watch_runs_is_told()
    {
        var file = Path.Combine(folder, "kong.yml");
        await File.WriteAllTextAsync(file, "a");
        var watch = new FileWatch([file], TimeProvider.System);
        await File.WriteAllTextAsync(file, "ab");
        (await ChangesAsync(watch, atLeast: 1)).ShouldBe(1);
    }

    [Fact]
    public async Task Files_that_appear_and_disappear_in_a_folder_are_changes()
    {
        var watch = new FileWatch([folder], TimeProvider.System);
        await File.WriteAllTextAsync(Path.Combine(folder, "new.yml"), "a");
        (await ChangesAsync(watch, atLeast: 1)).ShouldBe(1);
        File.Delete(Path.Combine(folder, "new.yml"));
        (await ChangesAsync(watch, atLeast: 1)).ShouldBe(1);
    }

    [Fact]
    public async Task A_folder_that_links_to_itself_is_watched_once()
    {
        Directory.CreateSymbolicLink(Path.Combine(folder, "again"), folder);
        var watch = new FileWatch([folder], TimeProvider.System);
        await File.WriteAllTextAsync(Path.Combine(folder, "new.yml"), "a");
        (await ChangesAsync(watch, atLeast: 1)).ShouldBe(1);
    }

    [Fact]
    public async Task Without_a_change_it_stays_silent()
    {
        var watch = new FileWatch([folder, Path.Combine(folder, "not-there")], TimeProvider.System);
        (await ChangesAsync(watch, atLeast: 1, patience: TimeSpan.FromSeconds(1.6))).ShouldBe(0);
    }

    private static async Task<int> ChangesAsync(FileWatch watch, int atLeast, TimeSpan? patience = null)
    {
        using var stop = new CancellationTokenSource(patience ?? TimeSpan.FromSeconds(10));
        var changes = 0;
        await watch.RunAsync(
            () =>
            {
                if (++changes == atLeast) stop.Cancel();
            },
            stop.Token);
        return changes;
    }
}
