namespace Sluice.Fuzz.Targets;

/// <summary>Inputs that once broke something, in base64.</summary>
internal static class Found
{
    // A body that ends early, together with the client's side of the connection: the exchange never ended.
    private const string ShortBody = "UE9TVCAvZm9vIEhUVFAvMS4xDQpIb3N0OiBhDQpDb250ZW50LUxlbmd0aDogOTAwMA0KDQpoZWxsbw==";

    private static readonly Dictionary<string, string[]> Inputs = new()
    {
        // Bytes that are not UTF-8 inside a JSON string of the header.
        ["jwt"] = ["ZXlKaGJHY2lPaUpGVVpJMU5pSXNJbXRwWkNJNkluZ2lmUS5leUpwYzNNaU9qRjkuQUFBK0E="],

        // Half of a surrogate pair in the name of an extension, which is written again.
        ["graphql"] = ["eyJxdWVyeSI6InthfSIsImV4dGVuc2lvbnMiOnsiYVx1ZDgzZGgiOjF9fQ=="],
        ["requests-auto"] = [ShortBody, ShortBody, ShortBody],
        ["requests-epoll"] = [ShortBody, ShortBody, ShortBody],
    };

    public static IEnumerable<byte[]> For(string target) => Inputs.GetValueOrDefault(target, []).Select(Convert.FromBase64String);
}
