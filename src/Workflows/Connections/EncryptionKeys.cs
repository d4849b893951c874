using System.Security.Cryptography;

namespace Sluice.Workflows.Connections;

/// <summary>
/// The keys that connections are encrypted with: 32 random bytes each, as Base64, one on each line of a file or of a variable. The first encrypts; the others
/// are older ones, which what was stored with them is still read with.
/// </summary>
public sealed class EncryptionKeys
{
    private const int KeyBytes = 32;

    private EncryptionKeys(IReadOnlyList<EncryptionKey> all) => All = all;

    internal IReadOnlyList<EncryptionKey> All { get; }

    internal EncryptionKey Current => All[0];

    /// <summary>A new key, as a file holds it.</summary>
    public static string Create() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(KeyBytes));

    /// <summary>The keys of a text.</summary>
    /// <exception cref="FormatException">It holds none, or a line is no key. The message repeats nothing of it.</exception>
    public static EncryptionKeys Parse(string text)
    {
        var keys = new List<EncryptionKey>();
        var number = 0;
        foreach (var line in text.Split(['\n', ','], StringSplitOptions.TrimEntries))
        {
            number++;
            if (line.Length == 0 || line.StartsWith('#')) continue;
            var bytes = new byte[KeyBytes];
            if (!Convert.TryFromBase64String(line, bytes, out var length) || length != KeyBytes)
                throw new FormatException($"line {number} is no key: expected {KeyBytes} random bytes as Base64, as 'openssl rand -base64 {KeyBytes}' makes them");
            keys.Add(new EncryptionKey(bytes));
        }

        return keys.Count > 0 ? new(keys) : throw new FormatException($"there is no key: expected {KeyBytes} random bytes as Base64, as 'openssl rand -base64 {KeyBytes}' makes them");
    }

    /// <summary>The keys of a file.</summary>
    /// <exception cref="FormatException">It holds none.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static EncryptionKeys Read(string file) => Parse(File.ReadAllText(file));

    /// <summary>The keys of a file, which is made with a new key, for its owner alone, when there is none.</summary>
    /// <inheritdoc cref="Read"/>
    public static EncryptionKeys ReadOrCreate(string file)
    {
        try
        {
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None };
            if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            // Whole or not at all: another process that starts now must not read half a key.
            var made = file + "." + Guid.NewGuid().ToString("N");
            using (var stream = new FileStream(made, options))
            {
                stream.Write(System.Text.Encoding.ASCII.GetBytes(Create() + "\n"));
                stream.Flush(flushToDisk: true);
            }

            try
            {
                File.Move(made, file, overwrite: false);
            }
            finally
            {
                File.Delete(made);
            }
        }
        catch (IOException) when (File.Exists(file))
        {
            // It is there already.
        }

        return Read(file);
    }
}

/// <summary>One key, with the few bytes by which what it encrypted tells it.</summary>
internal sealed class EncryptionKey(byte[] bytes)
{
    /// <summary>How many bytes <see cref="Id"/> has.</summary>
    public const int IdBytes = 8;

    public byte[] Bytes { get; } = bytes;

    /// <summary>Says nothing about the key itself.</summary>
    public byte[] Id { get; } = HMACSHA256.HashData(bytes, "sluice connection key"u8)[..IdBytes];
}
