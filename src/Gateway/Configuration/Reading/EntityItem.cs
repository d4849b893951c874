using Sluice.Foundation.Schema;

namespace Sluice.Gateway.Configuration.Reading;

/// <summary>An object as it was found: not yet read, but with its identity.</summary>
internal sealed class EntityItem(EntityKind kind, MapNode node, EntityItem? parent, string? parentField, int ordinal)
{
    public EntityKind Kind { get; } = kind;

    public MapNode Node { get; } = node;

    /// <summary>The object that it stands in.</summary>
    public EntityItem? Parent { get; } = parent;

    /// <summary>Which of its fields refers to <see cref="Parent"/>.</summary>
    public string? ParentField { get; } = parentField;

    /// <summary>Its number, from 1, among its kind.</summary>
    public int Ordinal { get; } = ordinal;

    public Guid Id { get; set; }

    /// <summary>As a person names it: <c>route "orders"</c>, <c>plugin key-auth on service "pay"</c>.</summary>
    public string Describe()
    {
        var name = NameOf();
        if (Kind.Record == typeof(PluginConfig))
            return "plugin " + (name ?? "#" + Ordinal) + Scope();
        var own = name is null ? $"{Kind.Singular} #{Ordinal}" : $"{Kind.Singular} \"{name}\"";
        return Parent is not null && Kind.Key is null ? $"{own} of {Parent.Describe()}" : own;
    }

    private string? NameOf()
    {
        if (Kind.Key is not null)
            return Node.Text(Kind.Key);
        return Kind.Name switch
        {
            "plugins" => Node.Text("name"),
            "targets" => Node.Text("target"),
            "acls" => Node.Text("group"),
            "basicauth_credentials" or "hmacauth_credentials" => Node.Text("username"),
            "oauth2_credentials" => Node.Text("name"),
            _ => null,
        };
    }

    private string Scope()
    {
        if (Parent is not null)
            return " on " + Parent.Describe();
        var scope = "";
        foreach (var reference in Kind.References)
            if (Node.Text(reference.Field) is { } name)
                scope += $" on {reference.Field.Replace('_', ' ')} \"{name}\"";
        return scope;
    }
}
