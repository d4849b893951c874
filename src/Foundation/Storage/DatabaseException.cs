namespace Sluice.Foundation.Storage;

/// <summary>A failure of the database that is not the caller's fault and that a caller may meet in normal operation.</summary>
public class DatabaseException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>The database does not answer: not reachable, shutting down, its disk full or its file locked. Nothing was written; the same call may succeed later.</summary>
public sealed class DatabaseUnavailableException(string message, Exception? inner = null) : DatabaseException(message, inner);

/// <summary>A row with the same key is there already: somebody else was first. Nothing was written.</summary>
public sealed class DuplicateKeyException(string message, Exception? inner = null) : DatabaseException(message, inner);

/// <summary>The database was written by a newer program. Nothing was changed.</summary>
public sealed class NewerSchemaException(string message) : DatabaseException(message);
