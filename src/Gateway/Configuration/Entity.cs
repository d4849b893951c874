using Sluice.Foundation.Errors;
using Sluice.Foundation.Schema;
using Sluice.Gateway.Configuration.Rules;

namespace Sluice.Gateway.Configuration;

/// <summary>What all objects of the declarative format share.</summary>
public abstract record Entity
{
    /// <summary>The object's identity. Derived from its natural key (RFC 4122 version 5, as Kong derives it) where the file gives none.</summary>
    public Guid Id { get; init; }

    /// <summary>Labels for filtering.</summary>
    [Unique, Tag, EmptyAsNull]
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>Seconds since 1970, as stored by the one who wrote the file; kept, never used.</summary>
    public long? CreatedAt { get; init; }

    /// <summary>Seconds since 1970, as stored by the one who wrote the file; kept, never used.</summary>
    public long? UpdatedAt { get; init; }

    /// <summary>Where the object stands in its file. Set by the reader.</summary>
    [Ignored]
    public Place Place { get; init; }
}

/// <summary>A reference to another object by id. The reader resolves names to ids, so that whoever holds a record never sees a name here.</summary>
/// <param name="Id">The id of the object referred to.</param>
public sealed record Reference(Guid Id);
