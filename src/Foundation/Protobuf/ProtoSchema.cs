using System.Collections.Frozen;

namespace Sluice.Foundation.Protobuf;

/// <summary>What a .proto file, with those that it imports, declares.</summary>
public sealed class ProtoSchema
{
    private readonly Dictionary<string, ProtoMessage> messages = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ProtoEnum> enums = new(StringComparer.Ordinal);

    public List<ProtoMethod> Methods { get; } = [];

    public void Add(ProtoMessage message)
    {
        message.Schema = this;
        messages[message.Name] = message;
    }

    public void Add(ProtoEnum values) => enums[values.Name] = values;

    /// <summary>By full name, without the leading dot.</summary>
    public ProtoMessage? Message(string name) => messages.GetValueOrDefault(name);

    public ProtoEnum? Enum(string name) => enums.GetValueOrDefault(name);

    /// <summary>Finds the types that names stand for. Why one cannot be found, or null.</summary>
    public string? Link()
    {
        foreach (var message in messages.Values)
            foreach (var field in message.Fields)
            {
                if (field.TypeName is not { } name) continue;
                if (Resolve(name, message.Name, n => messages.ContainsKey(n) || enums.ContainsKey(n)) is not { } full) return $"type '{name}' of {message.Name}.{field.Name} is not declared";
                field.Message = messages.GetValueOrDefault(full);
                field.Enum = enums.GetValueOrDefault(full);
                field.Kind = field.Message is null ? ProtoKind.Enum : ProtoKind.Message;
            }

        foreach (var method in Methods)
        {
            if (Resolve(method.InputName, method.Service, messages.ContainsKey) is not { } input) return $"type '{method.InputName}' of {method.Service}.{method.Name} is not declared";
            if (Resolve(method.OutputName, method.Service, messages.ContainsKey) is not { } output) return $"type '{method.OutputName}' of {method.Service}.{method.Name} is not declared";
            method.Input = messages[input];
            method.Output = messages[output];
        }

        foreach (var message in messages.Values) message.Freeze();
        return null;
    }

    /// <summary>From the innermost scope outwards, as the language has it.</summary>
    private static string? Resolve(string name, string scope, Func<string, bool> exists)
    {
        if (name.StartsWith('.')) return exists(name[1..]) ? name[1..] : null;
        while (true)
        {
            var candidate = scope.Length == 0 ? name : $"{scope}.{name}";
            if (exists(candidate)) return candidate;
            if (scope.Length == 0) return null;
            var dot = scope.LastIndexOf('.');
            scope = dot < 0 ? "" : scope[..dot];
        }
    }
}

/// <summary>A message type.</summary>
/// <param name="Name">Full, without a leading dot.</param>
public sealed record ProtoMessage(string Name)
{
    private FrozenDictionary<int, ProtoField> byNumber = FrozenDictionary<int, ProtoField>.Empty;
    private FrozenDictionary<string, ProtoField> byName = FrozenDictionary<string, ProtoField>.Empty;

    public List<ProtoField> Fields { get; } = [];

    /// <summary>What it is a part of, where types are looked up that only a message names.</summary>
    public ProtoSchema? Schema { get; set; }

    /// <summary>The entry type of a map.</summary>
    public bool IsMapEntry { get; init; }

    public ProtoField? Find(int number) => byNumber.GetValueOrDefault(number);

    /// <summary>By its name, or the name that it has in JSON.</summary>
    public ProtoField? Find(string name) => byName.GetValueOrDefault(name);

    public void Freeze()
    {
        byNumber = Fields.DistinctBy(f => f.Number).ToFrozenDictionary(f => f.Number);
        byName = Fields.SelectMany(f => new[] { (f.Name, f), (f.JsonName, f) }).DistinctBy(p => p.Item1).ToFrozenDictionary(p => p.Item1, p => p.f, StringComparer.Ordinal);
    }
}

/// <summary>A field of a message.</summary>
public sealed record ProtoField
{
    public required string Name { get; init; }

    public required string JsonName { get; init; }

    public required int Number { get; init; }

    public ProtoKind Kind { get; set; }

    /// <summary>As written; null for a scalar.</summary>
    public string? TypeName { get; init; }

    public ProtoMessage? Message { get; set; }

    public ProtoEnum? Enum { get; set; }

    public bool Repeated { get; init; }

    /// <summary>Whether its absence is told from its default: <c>optional</c>, or in a oneof.</summary>
    public bool HasPresence { get; init; }

    public bool Packed { get; init; }

    public bool IsMap => Repeated && Message?.IsMapEntry == true;
}

/// <summary>An enumeration.</summary>
public sealed record ProtoEnum(string Name)
{
    public Dictionary<string, int> Numbers { get; } = new(StringComparer.Ordinal);

    public string? NameOf(int number) => Numbers.Where(p => p.Value == number).Select(p => p.Key).FirstOrDefault();
}

/// <summary>A method of a service.</summary>
public sealed record ProtoMethod
{
    /// <summary>Full, without a leading dot.</summary>
    public required string Service { get; init; }

    public required string Name { get; init; }

    public required string InputName { get; init; }

    public required string OutputName { get; init; }

    public bool ClientStreaming { get; init; }

    public bool ServerStreaming { get; init; }

    public ProtoMessage Input { get; set; } = null!;

    public ProtoMessage Output { get; set; } = null!;

    /// <summary>Its <c>google.api.http</c> rules.</summary>
    public IReadOnlyList<HttpRule> Rules { get; init; } = [];

    public string Path => $"/{Service}/{Name}";
}

/// <summary>How a method is reached over HTTP.</summary>
/// <param name="Method">Upper case.</param>
/// <param name="Template">As <c>/v1/{name=shelves/*}</c>.</param>
/// <param name="Body">The field that the body is; <c>*</c> for the whole message; null for none.</param>
/// <param name="ResponseBody">The field of the answer that is sent; null for all of it.</param>
public sealed record HttpRule(string Method, string Template, string? Body, string? ResponseBody);

/// <summary>Kinds of values.</summary>
public enum ProtoKind
{
    Double, Float, Int32, Int64, UInt32, UInt64, SInt32, SInt64, Fixed32, Fixed64, SFixed32, SFixed64, Bool, String, Bytes, Message, Enum,
}
