using Sluice.Foundation.Schema;
using Sluice.Gateway.Configuration.Reading;

namespace Sluice.Gateway.Tests.Configuration.Reading;

public sealed class ConfigurationSourceTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("sluice-source-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void A_folder_gives_its_configuration_files_in_the_order_of_their_names()
    {
        foreach (var name in new[] { "b.yaml", "a.yml", "sub/c.json", "readme.txt", ".hidden.yml", "..data/d.yml" }) Write(name);
        Names(folder).ShouldBe(["a.yml", "b.yaml", "sub/c.json"]);
    }

    [Fact]
    public void Linked_folders_are_followed_but_not_in_circles()
    {
        Write("real/a.yml");
        Directory.CreateDirectory(Path.Combine(folder, "conf"));
        Directory.CreateSymbolicLink(Path.Combine(folder, "conf/linked"), "../real");
        Directory.CreateSymbolicLink(Path.Combine(folder, "real/up"), "..");
        Directory.CreateSymbolicLink(Path.Combine(folder, "real/self"), ".");
        Names(Path.Combine(folder, "conf")).ShouldBe(["conf/linked/a.yml"]);
    }

    [Fact]
    public void A_file_that_cannot_be_read_is_named_and_the_others_are_read()
    {
        Write("a.yml");
        File.CreateSymbolicLink(Path.Combine(folder, "broken.yml"), "nowhere");
        var (sources, problems) = ConfigurationSource.Load([folder]);
        sources.ShouldHaveSingleItem();
        problems.ShouldHaveSingleItem().ToString().ShouldBe($"{folder}/broken.yml: file: does not exist");
    }

    [Fact]
    public void No_more_is_read_than_the_reader_takes()
    {
        var (sources, _) = ConfigurationSource.Load(["/dev/zero"], new ReadLimits { Bytes = 1_000_000 });
        sources.ShouldHaveSingleItem().Content.Length.ShouldBe(1_000_001);
    }

    private void Write(string name)
    {
        var path = Path.Combine(folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, "_format_version: '3.0'");
    }

    private string[] Names(string path)
    {
        var (sources, problems) = ConfigurationSource.Load([path]);
        problems.ShouldBeEmpty();
        return [.. sources.Select(s => Path.GetRelativePath(folder, s.Name))];
    }
}
