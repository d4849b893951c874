namespace Sluice.Fuzz.Targets;

/// <summary>Inputs that once broke something, in base64.</summary>
internal static class Found
{
    private static readonly Dictionary<string, string[]> Inputs = new()
    {
        // Bytes that are not UTF-8 inside a JSON string of the header.
        ["jwt"] = ["ZXlKaGJHY2lPaUpGVVpJMU5pSXNJbXRwWkNJNkluZ2lmUS5leUpwYzNNaU9qRjkuQUFBK0E="],
    };

    public static IEnumerable<byte[]> For(string target) => Inputs.GetValueOrDefault(target, []).Select(Convert.FromBase64String);
}
