namespace Sluice.Foundation.Storage;

/// <summary>The engines that everything stored can live in.</summary>
public enum DatabaseKind { Sqlite, Postgres }
