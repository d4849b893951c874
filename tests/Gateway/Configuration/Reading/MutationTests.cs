using Sluice.Gateway.Configuration.Reading;

namespace Sluice.Gateway.Tests.Configuration.Reading;

/// <summary>Damaged files get an answer, never an exception. The seed is fixed, so that a failure repeats.</summary>
public class MutationTests
{
    private static readonly byte[][] Pieces = [.. new[] { "\n", "  ", "- ", ": ", "{", "}", "[", "]", "&a ", "*a", "<<: ", "\"", "'", "~", "${X}", "{vault://env/x}", "!!int ", "\0", "\t", "---\n", "0x", "é", "|\n" }.Select(System.Text.Encoding.UTF8.GetBytes)];

    [Theory]
    [InlineData("tests/Golden/configuration/problems.yml")]
    [InlineData("tests/Golden/configuration/corpus/shop.yml")]
    public void Whatever_the_bytes(string path)
    {
        var original = File.ReadAllBytes(Path.Combine(Golden.Root(), path));
        var random = new Random(20240601);
        for (var round = 0; round < 300; round++)
        {
            var bytes = original.ToList();
            for (var change = random.Next(1, 6); change > 0; change--)
                Damage(bytes, random);
            var name = round % 4 == 0 ? "f.json" : "f.yml";
            Should.NotThrow(() => DocumentReader.Read(bytes.ToArray(), name, Files.NoEnvironment), $"round {round}");
        }
    }

    private static void Damage(List<byte> bytes, Random random)
    {
        var at = random.Next(bytes.Count);
        switch (random.Next(4))
        {
            case 0:
                bytes[at] = (byte)random.Next(256);
                break;
            case 1:
                bytes.RemoveRange(at, Math.Min(random.Next(1, 40), bytes.Count - at - 1));
                break;
            case 2:
                bytes.InsertRange(at, Pieces[random.Next(Pieces.Length)]);
                break;
            default:
                bytes.InsertRange(at, bytes.GetRange(random.Next(bytes.Count), 0).Concat(bytes.Skip(random.Next(bytes.Count)).Take(30)).ToArray());
                break;
        }
    }
}
