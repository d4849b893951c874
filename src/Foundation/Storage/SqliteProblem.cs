using Microsoft.Data.Sqlite;

namespace Sluice.Foundation.Storage;

/// <summary>What a failure of SQLite means for the person who runs the program, and what they can do.</summary>
internal static class SqliteProblem
{
    /// <summary>A clause without a subject: the message before it names the file.</summary>
    public static string Describe(SqliteException failure, string file) => failure.SqliteErrorCode switch
    {
        5 or 6 => "another program keeps it locked; is a second gateway running on it, or a backup?",
        8 => "it cannot be written; look at the owner and the mode of the file and of its folder, and whether the disk is mounted for reading only",
        10 => $"reading or writing it failed ({failure.SqliteExtendedErrorCode}); look at the disk and at the system's log",
        11 => "its content is damaged; put a copy of it back",
        13 => "the disk is full; make room on it",
        14 => Directory.Exists(Path.GetDirectoryName(file))
            ? "it cannot be opened; look at the owner and the mode of the file and of its folder, and whether too many files are open"
            : $"its folder {Path.GetDirectoryName(file)} is gone; bring it back, or start again with another --data",
        26 => "it is no database of SQLite; move the file away, or name another one",
        _ => failure.Message.TrimEnd('.'),
    };

    public static string Describe(UnauthorizedAccessException failure, string file) => Directory.Exists(file)
        ? "it is a folder, and a file is wanted"
        : $"this user may not read and write it ({failure.Message.TrimEnd('.')}); give it to this user, or name another folder with --data";
}
