namespace Sluice.Fuzz;

/// <summary>Makes damaged inputs out of good ones, the same for the same seed.</summary>
internal sealed class Mutator(int seed)
{
    private const int MaxLength = 64 * 1024;

    private static readonly byte[] Interesting = [0, 1, 9, 10, 13, 32, 0x7F, 0x80, 0xC0, 0xFF, (byte)'"', (byte)'%', (byte)'/', (byte)':', (byte)'\\'];

    private readonly Random random = new(seed);

    /// <summary>A good input of the target with one to eight changes.</summary>
    public byte[] Mutate(FuzzTarget target)
    {
        var seeds = target.Seeds;
        var bytes = new List<byte>(seeds[random.Next(seeds.Count)]);
        for (var changes = 1 << random.Next(4); changes > 0; changes--) Change(bytes, target);
        if (bytes.Count > MaxLength) bytes.RemoveRange(MaxLength, bytes.Count - MaxLength);
        return [.. bytes];
    }

    private void Change(List<byte> bytes, FuzzTarget target)
    {
        var at = random.Next(bytes.Count + 1);
        switch (random.Next(9))
        {
            case 0 when at < bytes.Count:
                bytes[at] = (byte)random.Next(256);
                break;
            case 1 when at < bytes.Count:
                bytes[at] ^= (byte)(1 << random.Next(8));
                break;
            case 2 when at < bytes.Count:
                bytes[at] = Interesting[random.Next(Interesting.Length)];
                break;
            case 3:
                bytes.RemoveRange(at, Math.Min(random.Next(1, 24), bytes.Count - at));
                break;
            case 4:
                bytes.Insert(at, (byte)random.Next(256));
                break;
            case 5 when bytes.Count > 0:
                // A piece of itself, once or very often.
                var from = random.Next(bytes.Count);
                var piece = bytes.GetRange(from, Math.Min(random.Next(1, 40), bytes.Count - from));
                for (var times = random.Next(10) == 0 ? random.Next(1, 1000) : 1; times > 0 && bytes.Count < MaxLength; times--) bytes.InsertRange(at, piece);
                break;
            case 6:
                // The end of another good input.
                var other = target.Seeds[random.Next(target.Seeds.Count)];
                bytes.RemoveRange(at, bytes.Count - at);
                bytes.AddRange(other.AsSpan(random.Next(other.Length + 1)));
                break;
            default:
                if (target.Pieces.Count > 0) bytes.InsertRange(at, target.Pieces[random.Next(target.Pieces.Count)]);
                break;
        }
    }
}
