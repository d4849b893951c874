namespace Sluice.Foundation.Secrets;

/// <summary>
/// Environment variables: <c>{vault://env/my-password}</c> is <c>MY_PASSWORD</c>, <c>{vault://env/my-login/user}</c> the field <c>user</c> of a
/// variable that holds JSON. <paramref name="prefix"/>, or the option <c>prefix</c> of a reference, is put before the name.
/// </summary>
public sealed class EnvironmentSecrets(Func<string, string?> environment, string prefix = "") : SecretSource
{
    public override SecretLookup Find(SecretReference reference)
    {
        if (reference.Segments.Count > 3 || (reference.Segments.Count == 3 && reference.Segments[^1].Length > 0))
            return SecretLookup.Missing("a reference to a variable is its name, or its name and a field");
        var name = (reference.Options.GetValueOrDefault("prefix", prefix) + reference.Segments[0]).Replace('-', '_').ToUpperInvariant();
        var key = reference.Segments.Count > 1 && reference.Segments[1].Length > 0 ? reference.Segments[1] : null;
        if (environment(name) is not { } value) return SecretLookup.Missing($"the environment variable {name} is not set");
        if (key is null) return SecretLookup.Found(value);
        return FieldOf(value, key) is { } field
            ? SecretLookup.Found(field)
            : SecretLookup.Missing($"the environment variable {name} has no field '{key}'");
    }
}
