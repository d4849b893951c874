using Sluice.Gateway.Plugins.HttpCache;

namespace Sluice.Fuzz.Targets;

/// <summary>Entries of an http-cache as they come out of a Redis server in which anybody may have written: an entry that is whole, or none.</summary>
internal sealed class StoredResponseTarget() : FuzzTarget("stored-response")
{
    private const string Key = "http://shop.test/a";

    public override IReadOnlyList<byte[]> Pieces { get; } = [[0xff, 0xff, 0xff, 0x7f], [0xff, 0xff, 0xff, 0xff], [0, 0, 0, 0], [0, 0, 0, 0x80], .. AllOf("SLC1", "\r\n", "Content-Length", "ETag")];

    protected override IEnumerable<byte[]> Samples =>
    [
        StoredBytes.Write(new VariantNames { Key = Key, KeptUntil = 0, Fields = ["accept", "x-b"], Generation = 7 }, TimeProvider.System),
        StoredBytes.Write(Response(), TimeProvider.System),
    ];

    protected override void Run(byte[] input)
    {
        Read(input);

        // Chance does not find checksums.
        byte[] sealedInput = [.. input];
        StoredBytes.Seal(sealedInput);
        Read(sealedInput);
    }

    private static void Read(byte[] input)
    {
        switch (StoredBytes.Read(input, Key, TimeProvider.System))
        {
            case CachedResponse response:
                response.Status.ShouldBeInRange(200, 599);
                response.Body.Length.ShouldBeLessThan(input.Length);
                response.AgeAt(TimeProvider.System.GetTimestamp(), TimeProvider.System).ShouldBeGreaterThanOrEqualTo(0);
                foreach (var (name, values) in response.Headers)
                {
                    name.ShouldNotBeEmpty();
                    string.Join("", values.ToArray()).ShouldNotContain('\n');
                }

                _ = response.Hit(1, tells: true);
                break;
            case VariantNames names:
                _ = names.KeyOf("");
                break;
        }
    }

    private static CachedResponse Response() => new()
    {
        Key = Key,
        KeptUntil = 0,
        Route = new Guid(1, 0, 0, new byte[8]),
        Consumer = Guid.Empty,
        Status = 200,
        Headers = [new("Content-Type", "text/plain"), new("ETag", "\"1\""), new("X-Two", new[] { "a", "b" })],
        Body = "body"u8.ToArray(),
        StoredAt = TimeProvider.System.GetTimestamp(),
        Freshness = new Freshness(60, 5, IsExplicit: true),
        NoCache = false,
        MustRevalidate = false,
        Immutable = true,
        StaleWhileRevalidate = 3,
        StaleIfError = 4,
        Tags = [],
    };
}
