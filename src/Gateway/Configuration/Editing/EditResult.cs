using System.Text.Json.Nodes;

namespace Sluice.Gateway.Configuration.Editing;

/// <summary>Why an edit is refused; the names are those of Kong's error codes.</summary>
public enum EditRefusal
{
    /// <summary>The object breaks a rule of its kind. Kong: 2, 400.</summary>
    SchemaViolation,

    /// <summary>There is an object with that id already. Kong: 3, 400.</summary>
    PrimaryKeyViolation,

    /// <summary>It refers to something that is not there, or something still refers to it. Kong: 4, 400.</summary>
    ForeignKeyViolation,

    /// <summary>Another object has the same values. Kong: 5, 409.</summary>
    UniqueViolation,

    /// <summary>There is no such object. Kong: 6, 404.</summary>
    NotFound,

    /// <summary>Something in a list of another object still refers to it. Kong: 19, 400.</summary>
    ReferencedByOthers,
}

/// <summary>One reason why an edit, or a whole configuration, is refused.</summary>
/// <param name="Refusal">What sort of reason.</param>
/// <param name="Kind">The kind of the object, as its list is called.</param>
/// <param name="Id">The object's id, when it is known.</param>
/// <param name="Object">The object as a person names it.</param>
/// <param name="Field">The dotted path inside the object; empty for the object as a whole.</param>
/// <param name="Message">What is wrong and what would be right. Never a secret.</param>
public sealed record EditProblem(EditRefusal Refusal, string Kind, Guid? Id, string Object, string Field, string Message)
{
    /// <summary>
    /// Kong's <c>fields</c> of the error, where they are more than the field's message: the values of a unique violation, the reference of a
    /// foreign key violation, <c>@referenced_by</c>. Secret values are left out.
    /// </summary>
    public JsonObject? Fields { get; init; }

    public override string ToString() => $"{Object}{(Field.Length > 0 ? $": {Field}" : "")}: {Message}";
}

/// <summary>What came of an edit.</summary>
public sealed record EditResult
{
    /// <summary>The configuration after it; null when it is refused.</summary>
    public ConfigurationTree? Tree { get; init; }

    /// <summary>The object as it is now, or as it was before it was deleted.</summary>
    public ConfigurationObject? Object { get; init; }

    /// <summary>Whether the object was not there before.</summary>
    public bool Created { get; init; }

    /// <summary>Why it is refused; empty when it is not.</summary>
    public IReadOnlyList<EditProblem> Problems { get; init; } = [];

    internal static EditResult Refuse(params IReadOnlyList<EditProblem> problems) => new() { Problems = problems };
}
