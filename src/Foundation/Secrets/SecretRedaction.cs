namespace Sluice.Foundation.Secrets;

/// <summary>Puts references in place of secrets, for texts that people see.</summary>
public static class SecretRedaction
{
    /// <summary>Shorter ones would be found in every text, and keep nothing secret.</summary>
    private const int Shortest = 4;

    /// <summary><paramref name="text"/> with the reference wherever one of <paramref name="secrets"/> stands, in upper or lower case.</summary>
    public static string Apply(string text, IEnumerable<ResolvedSecret> secrets)
    {
        foreach (var secret in secrets)
            if (secret.Value.Length >= Shortest) text = text.Replace(secret.Value, secret.Reference.Text, StringComparison.OrdinalIgnoreCase);
        return text;
    }
}
