using Sluice.Foundation.Storage;
using Sluice.Workflows.Connections;

namespace Sluice.Host.Settings;

/// <summary>
/// Where the keys are that connections are encrypted with: a file that was named, the variable <c>SLUICE_ENCRYPTION_KEY</c>, or, where the database is a file of
/// this machine, a file in the data folder that is made at the first use.
/// </summary>
internal sealed class EncryptionKeySettings
{
    /// <summary>Holds the keys themselves, so that it is no option: command lines are seen by others.</summary>
    private const string Variable = "SLUICE_ENCRYPTION_KEY";

    private const string Option = "--encryption-key-file";

    private readonly EncryptionKeys? _given;
    private readonly string? _made;

    private EncryptionKeySettings(EncryptionKeys? given, string? made)
    {
        _given = given;
        _made = made;
    }

    /// <exception cref="Commands.UsageException">A key was given that is none.</exception>
    public static EncryptionKeySettings Read(SettingSources sources, IReadOnlyDictionary<string, string> environment, DatabaseAddress database)
    {
        var (file, text) = (sources.Find(Option), environment.GetValueOrDefault(Variable));
        try
        {
            if (file is { } named) return new(EncryptionKeys.Read(named.Value), null);
            if (!string.IsNullOrEmpty(text)) return new(EncryptionKeys.Parse(text), null);
        }
        catch (Exception problem) when (problem is FormatException or IOException or UnauthorizedAccessException)
        {
            throw new Commands.UsageException($"{(file is { } named ? $"{named.Origin} {named.Value}" : Variable)}: {problem.Message}");
        }

        return new(null, database.Kind == DatabaseKind.Sqlite ? Path.Combine(sources.Text(ControlSettingsReader.DataFolder, "--data"), "encryption.key") : null);
    }

    /// <summary>The keys.</summary>
    /// <exception cref="InvalidDataException">There are none.</exception>
    public EncryptionKeys Keys()
    {
        if (_given is not null) return _given;
        if (_made is null) throw new InvalidDataException($"connections are encrypted, and all nodes of a shared database need the same key: give each {Option} FILE or {Variable} (openssl rand -base64 32 makes one)");
        try
        {
            return EncryptionKeys.ReadOrCreate(_made);
        }
        catch (Exception problem) when (problem is FormatException or IOException or UnauthorizedAccessException)
        {
            throw new InvalidDataException($"the key that connections are encrypted with, {_made}: {problem.Message}", problem);
        }
    }
}
