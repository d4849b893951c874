namespace Sluice.Tests.Servers;

/// <summary>A real object store: npm's s3rver, whose signatures npm's aws4 checks.</summary>
public sealed class S3Server : NodeServer
{
    public const string Region = "test-region-1", AccessKeyId = "S3RVER", SecretAccessKey = "geheim-123/+";

    public S3Server()
        : this(Directory.CreateTempSubdirectory("sluice-s3-").FullName)
    {
    }

    private S3Server(string folder)
        : base("s3-server", folder) => Folder = folder;

    /// <summary>Where its objects lie, in a folder for each bucket.</summary>
    public string Folder { get; }

    public string Url => $"http://127.0.0.1:{Port}";

    /// <summary>Makes it answer 503 to everything, or no longer.</summary>
    public async Task SetAwayAsync(bool away)
    {
        using var client = new HttpClient();
        await client.GetAsync(new Uri($"{Url}/-/{(away ? "away" : "back")}"));
    }

    /// <summary>The keys of a bucket, as they lie in its folder.</summary>
    public IReadOnlyList<string> Keys(string bucket) =>
        [.. Directory.EnumerateFiles(Path.Combine(Folder, bucket), "*._S3rver_object", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(Path.Combine(Folder, bucket), f)[..^"._S3rver_object".Length]).Order(StringComparer.Ordinal)];

    /// <summary>Puts many small objects into a bucket at once, behind the server's back.</summary>
    public void Fill(string bucket, int count)
    {
        for (var i = 0; i < count; i++)
        {
            var file = Path.Combine(Folder, bucket, $"n{i:D5}._S3rver_");
            File.WriteAllText(file + "object", "x");
            File.WriteAllText(file + "object.md5", "9dd4e461268c8034f5c8564e155c67a6");
        }
    }

    protected override void Cleanup()
    {
        if (Directory.Exists(Folder)) Directory.Delete(Folder, recursive: true);
    }
}
