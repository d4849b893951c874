using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Sluice.Gateway.Plugins.Functions;

/// <summary>
/// What functions may not do. Whoever may write the configuration may write functions, so that they reach text, numbers, dates, lists and JSON, the
/// request and the response, and nothing else: no files, network, processes, threads or reflection. What is not named here is refused.
/// </summary>
internal static class FunctionSandbox
{
    private static readonly HashSet<string> Types = new(StringComparer.Ordinal)
    {
        "System.Object", "System.String", "System.Char", "System.Boolean", "System.Byte", "System.SByte", "System.Int16", "System.UInt16", "System.Int32", "System.UInt32",
        "System.Int64", "System.UInt64", "System.Single", "System.Double", "System.Decimal", "System.Void", "System.Nullable", "System.ValueType", "System.Enum", "System.Array",
        "System.Math", "System.Convert", "System.DateTime", "System.DateTimeOffset", "System.TimeSpan", "System.DateOnly", "System.TimeOnly", "System.Guid", "System.Uri", "System.Random",
        "System.StringComparer", "System.StringSplitOptions", "System.Index", "System.Range", "System.Func", "System.Action", "System.Predicate", "System.Comparison",
        "System.ValueTuple", "System.Tuple", "System.Exception", "System.InvalidOperationException", "System.ArgumentException", "System.FormatException",
        "System.Globalization.CultureInfo", "System.Globalization.NumberStyles", "System.Globalization.DateTimeStyles", "System.IFormatProvider",
        "System.Collections.IEnumerable", "System.Collections.Generic.IEnumerable", "System.Collections.Generic.IReadOnlyList", "System.Collections.Generic.IReadOnlyCollection",
        "System.Collections.Generic.IReadOnlyDictionary", "System.Collections.Generic.IList", "System.Collections.Generic.ICollection", "System.Collections.Generic.IDictionary",
        "System.Collections.Generic.List", "System.Collections.Generic.Dictionary", "System.Collections.Generic.HashSet", "System.Collections.Generic.KeyValuePair",
        "System.Collections.Generic.IEqualityComparer", "System.Collections.Generic.IComparer", "System.Linq.Enumerable", "System.Linq.IGrouping", "System.Linq.IOrderedEnumerable", "System.Linq.ILookup",
        "System.Text.StringBuilder", "System.Text.Encoding", "System.Text.Json.Nodes.JsonNode", "System.Text.Json.Nodes.JsonObject", "System.Text.Json.Nodes.JsonArray", "System.Text.Json.Nodes.JsonValue",
        "System.Text.Json.JsonException", "System.Security.Cryptography.SHA256", "System.Security.Cryptography.HMACSHA256", "System.Security.Cryptography.CryptographicOperations",
        "Sluice.Gateway.Pipeline.Answer",
    };

    // Members of the types above that make much out of little, find out about code, or keep something.
    private static readonly HashSet<string> Refused = new(StringComparer.Ordinal)
    {
        "System.Object.GetType", "System.Object.MemberwiseClone", "System.Exception.GetType", "System.Enum.GetType", "System.Exception.TargetSite", "System.Exception.Data",
        "System.String.PadLeft", "System.String.PadRight", "System.String.Create", "System.String.Intern", "System.Linq.Enumerable.Range", "System.Linq.Enumerable.Repeat",
        "System.Linq.Enumerable.Sequence", "System.Linq.Enumerable.SelectMany", "System.Linq.Enumerable.Join", "System.Linq.Enumerable.GroupJoin", "System.Linq.Enumerable.InfiniteSequence", "System.Array.CreateInstance", "System.Array.Resize", "System.Array.CreateInstanceFromArrayType",
        "System.Text.Encoding.RegisterProvider", "System.Globalization.CultureInfo.CurrentCulture", "System.Globalization.CultureInfo.CurrentUICulture", "System.Globalization.CultureInfo.DefaultThreadCurrentCulture", "System.Globalization.CultureInfo.DefaultThreadCurrentUICulture",
        "System.Collections.Generic.List.EnsureCapacity", "System.Collections.Generic.List.Capacity", "System.Text.StringBuilder.EnsureCapacity", "System.Text.StringBuilder.Capacity", "System.Text.StringBuilder.Length",
        "System.Collections.Generic.Dictionary.EnsureCapacity", "System.Collections.Generic.HashSet.EnsureCapacity",
    };

    /// <summary>The first thing in <paramref name="function"/> that is not allowed, and what it is; null for none.</summary>
    public static (SyntaxNode Node, string Message)? Violation(SyntaxNode function, SemanticModel model)
    {
        if (function.DescendantTrivia(descendIntoTrivia: true).FirstOrDefault(t => t.IsDirective && !t.IsKind(SyntaxKind.LineDirectiveTrivia)) is { RawKind: not 0 } directive)
            return (function, $"{directive.ToString().Trim()}: directives are not allowed");
        foreach (var node in function.DescendantNodes())
        {
            if (ByForm(node) is { } form) return (node, form);
            if (node is LambdaExpressionSyntax { ExpressionBody: not null } && model.GetSymbolInfo(node).Symbol is IMethodSymbol { ReturnsVoid: true })
                return (node, "a lambda that returns nothing is written with braces");
            if (node is not (ExpressionSyntax or ConstructorInitializerSyntax)) continue;
            if (model.GetTypeInfo(node).Type is IDynamicTypeSymbol) return (node, "dynamic is not allowed");
            if (BySymbol(model.GetSymbolInfo(node).Symbol) is { } symbol) return (node, symbol);
        }

        return null;
    }

    private static string? ByForm(SyntaxNode node) => node switch
    {
        UnsafeStatementSyntax or FixedStatementSyntax or StackAllocArrayCreationExpressionSyntax or ImplicitStackAllocArrayCreationExpressionSyntax or PointerTypeSyntax or FunctionPointerTypeSyntax
            or RefValueExpressionSyntax or MakeRefExpressionSyntax or RefTypeExpressionSyntax => "unsafe code is not allowed",
        TypeOfExpressionSyntax or SizeOfExpressionSyntax => "typeof and sizeof are not allowed",
        AwaitExpressionSyntax => "await is not allowed: a function ends at once",
        GotoStatementSyntax or LabeledStatementSyntax => "goto is not allowed",
        LockStatementSyntax => "lock is not allowed",
        AttributeListSyntax => "attributes are not allowed",
        QueryExpressionSyntax => "query expressions are not allowed; call Where, Select and the like",
        ArrayCreationExpressionSyntax { Initializer: null } => "an array is made of its values: [1, 2, 3]",
        LocalFunctionStatementSyntax local when local.Modifiers.Any(SyntaxKind.AsyncKeyword) || local.Modifiers.Any(SyntaxKind.ExternKeyword) || local.Modifiers.Any(SyntaxKind.UnsafeKeyword) => "a function of its own is neither async nor extern",
        AnonymousFunctionExpressionSyntax anonymous when anonymous.Modifiers.Any(SyntaxKind.AsyncKeyword) => "a lambda is not async",
        _ => null,
    };

    private static string? BySymbol(ISymbol? symbol)
    {
        switch (symbol)
        {
            case null or ILocalSymbol or IParameterSymbol or IRangeVariableSymbol or IDiscardSymbol or INamespaceSymbol or ITypeParameterSymbol:
            case IMethodSymbol { MethodKind: MethodKind.BuiltinOperator or MethodKind.LocalFunction or MethodKind.AnonymousFunction }:
                return null;
            case IMethodSymbol { MethodKind: MethodKind.DelegateInvoke }:
                return "a delegate cannot be called: make it a local function";
            case ITypeSymbol type:
                return IsAllowed(type) ? null : $"{type.ToDisplayString()} is not allowed";
            case IMethodSymbol { MethodKind: MethodKind.Constructor, ContainingType: { } made } constructor
                when constructor.Parameters.Any(p => p.Type.SpecialType == SpecialType.System_Int32) && NameOf(made) is "System.String" or "System.Text.StringBuilder"
                    || (NameOf(made).StartsWith("System.Collections.Generic.", StringComparison.Ordinal) && constructor.Parameters.Any(p => p.Type.SpecialType == SpecialType.System_Int32)):
                return $"{made.ToDisplayString()} cannot be made with a size";
            case { ContainingType: { } owner }:
                if (owner.IsTupleType || owner.IsAnonymousType) return null;
                if (!IsAllowed(owner)) return $"{owner.ToDisplayString()} is not allowed";
                return Refused.Contains($"{NameOf(owner)}.{symbol.Name}") ? $"{owner.ToDisplayString()}.{symbol.Name} is not allowed" : null;
            default:
                return $"{symbol.ToDisplayString()} is not allowed";
        }
    }

    private static bool IsAllowed(ITypeSymbol type) => type switch
    {
        IArrayTypeSymbol array => IsAllowed(array.ElementType),
        ITypeParameterSymbol => true,
        IPointerTypeSymbol or IFunctionPointerTypeSymbol or IDynamicTypeSymbol => false,
        INamedTypeSymbol { IsAnonymousType: true } => true,
        INamedTypeSymbol { TypeKind: TypeKind.Enum } named => named.ContainingNamespace.ToDisplayString() is "System" or "System.Globalization",
        INamedTypeSymbol named => (Types.Contains(NameOf(named)) || NameOf(named).StartsWith("Sluice.Gateway.Plugins.Functions.Function", StringComparison.Ordinal))
            && named.TypeArguments.All(a => IsAllowed(a)),
        _ => false,
    };

    /// <summary>Without type arguments; a type inside another has no name here.</summary>
    private static string NameOf(ITypeSymbol type) => type.ContainingType is null ? $"{type.ContainingNamespace.ToDisplayString()}.{type.Name}" : "";
}
