namespace Sluice.Foundation.Protobuf;

/// <summary>
/// Reads .proto files (proto2 and proto3), with what they import from beside them, the folders of Kong's setting and Google's own types; and
/// descriptor sets (<c>protoc --include_imports --descriptor_set_out</c>), which are told by their ending: .pb, .bin, .desc, .protoset.
/// </summary>
public sealed class ProtoFile
{
    private static readonly Dictionary<string, ProtoKind> Scalars = new(StringComparer.Ordinal)
    {
        ["double"] = ProtoKind.Double,
        ["float"] = ProtoKind.Float,
        ["int32"] = ProtoKind.Int32,
        ["int64"] = ProtoKind.Int64,
        ["uint32"] = ProtoKind.UInt32,
        ["uint64"] = ProtoKind.UInt64,
        ["sint32"] = ProtoKind.SInt32,
        ["sint64"] = ProtoKind.SInt64,
        ["fixed32"] = ProtoKind.Fixed32,
        ["fixed64"] = ProtoKind.Fixed64,
        ["sfixed32"] = ProtoKind.SFixed32,
        ["sfixed64"] = ProtoKind.SFixed64,
        ["bool"] = ProtoKind.Bool,
        ["string"] = ProtoKind.String,
        ["bytes"] = ProtoKind.Bytes,
    };

    private readonly ProtoSchema schema = new();
    private readonly HashSet<string> read = new(StringComparer.Ordinal);
    private readonly string[] folders;
    private ProtoTokens tokens = new("");
    private string package = "";
    private bool proto3;
    private int nesting;

    private ProtoFile(params string[] folders) => this.folders = folders;

    /// <exception cref="ProtoFormatException">The file cannot be read, for the reason told.</exception>
    public static ProtoSchema Read(string path)
    {
        if (Path.GetExtension(path) is ".pb" or ".bin" or ".desc" or ".protoset") return DescriptorSet.Read(Bytes(path));
        var file = new ProtoFile(Path.GetDirectoryName(Path.GetFullPath(path))!, "/usr/include", "/usr/local/kong/include");
        file.ReadFile(path, System.Text.Encoding.UTF8.GetString(Bytes(path)));
        return file.Linked(path);
    }

    /// <summary>For what is not in a file: it imports only Google's own types.</summary>
    /// <exception cref="ProtoFormatException">The text cannot be read, for the reason told.</exception>
    public static ProtoSchema Parse(string text)
    {
        var file = new ProtoFile();
        file.ReadFile("text", text);
        return file.Linked("text");
    }

    private static byte[] Bytes(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ProtoFormatException($"{path}: {e.Message}");
        }
    }

    private ProtoSchema Linked(string path) => schema.Link() is { } problem ? throw new ProtoFormatException($"{path}: {problem}") : schema;

    private void ReadFile(string path, string text)
    {
        var (outerTokens, outerPackage, outerProto3) = (tokens, package, proto3);
        try
        {
            (tokens, package, proto3) = (new ProtoTokens(text), "", false);
            while (!tokens.AtEnd) ReadTopLevel();
        }
        catch (ProtoFormatException e) when (!e.Message.Contains(".proto:", StringComparison.Ordinal))
        {
            throw new ProtoFormatException($"{Path.GetFileNameWithoutExtension(path)}.proto: {e.Message}");
        }

        (tokens, package, proto3) = (outerTokens, outerPackage, outerProto3);
    }

    private void ReadTopLevel()
    {
        switch (tokens.Take())
        {
            case ";":
                break;
            case "syntax":
                tokens.Expect("=");
                proto3 = tokens.TakeString() == "proto3";
                tokens.Expect(";");
                break;
            case "edition":
                throw tokens.Error("editions are not supported: use proto2, proto3 or a descriptor set");
            case "package":
                package = tokens.Take();
                tokens.Expect(";");
                break;
            case "import":
                _ = tokens.TryTake("public") || tokens.TryTake("weak");
                Import(tokens.TakeString());
                tokens.Expect(";");
                break;
            case "message":
                ReadMessage(package);
                break;
            case "enum":
                ReadEnum(package);
                break;
            case "service":
                ReadService();
                break;
            default:
                // option, extend
                tokens.SkipStatement();
                break;
        }
    }

    private void Import(string name)
    {
        if (!read.Add(name)) return;
        foreach (var root in folders)
            if (Path.Combine(root, name) is var path && File.Exists(path))
            {
                ReadFile(path, System.Text.Encoding.UTF8.GetString(Bytes(path)));
                return;
            }

        if (GoogleTypes.Find(name) is not { } known) throw tokens.Error($"import \"{name}\" is not found");
        ReadFile(name, known);
    }

    private void ReadMessage(string scope)
    {
        var message = new ProtoMessage(Full(scope, tokens.Take()));
        schema.Add(message);
        tokens.Expect("{");
        if (++nesting > DescriptorSet.MaxDepth) throw tokens.Error("messages are declared too deeply inside others");
        while (!tokens.TryTake("}")) ReadMember(message, inOneof: false);
        nesting--;
    }

    private void ReadMember(ProtoMessage message, bool inOneof)
    {
        if (tokens.TryTake(";")) return;
        switch (tokens.Peek)
        {
            case "message":
                tokens.Take();
                ReadMessage(message.Name);
                return;
            case "enum":
                tokens.Take();
                ReadEnum(message.Name);
                return;
            case "option" or "reserved" or "extensions" or "extend":
                tokens.SkipStatement();
                return;
            case "oneof":
                tokens.Take();
                tokens.Take();
                tokens.Expect("{");
                if (inOneof) throw tokens.Error("a oneof in a oneof is not possible");
                while (!tokens.TryTake("}")) ReadMember(message, inOneof: true);
                return;
        }

        ReadField(message, inOneof);
    }

    private void ReadField(ProtoMessage message, bool inOneof)
    {
        var repeated = tokens.TryTake("repeated");
        var presence = !repeated && (inOneof || tokens.TryTake("optional") || tokens.TryTake("required") || !proto3);
        var type = tokens.Take();
        if (type == "group") throw tokens.Error("groups are not supported");
        if (type == "map" && tokens.TryTake("<"))
        {
            ReadMap(message);
            return;
        }

        var name = tokens.Take();
        tokens.Expect("=");
        var number = tokens.TakeNumber();
        var (json, packed) = ReadFieldOptions();
        tokens.Expect(";");
        var scalar = Scalars.TryGetValue(type, out var kind);
        message.Fields.Add(new ProtoField
        {
            Name = name,
            JsonName = json ?? ToJsonName(name),
            Number = number,
            Kind = kind,
            TypeName = scalar ? null : type,
            Repeated = repeated,
            HasPresence = presence,
            Packed = packed ?? proto3,
        });
    }

    private void ReadMap(ProtoMessage message)
    {
        var key = tokens.Take();
        tokens.Expect(",");
        var value = tokens.Take();
        tokens.Expect(">");
        if (!Scalars.TryGetValue(key, out var kind)) throw tokens.Error($"'{key}' cannot be the key of a map");
        var name = tokens.Take();
        tokens.Expect("=");
        var number = tokens.TakeNumber();
        var (json, _) = ReadFieldOptions();
        tokens.Expect(";");
        var entry = new ProtoMessage($"{message.Name}.{name}:entry") { IsMapEntry = true };
        entry.Fields.Add(new ProtoField { Name = "key", JsonName = "key", Number = 1, Kind = kind, HasPresence = true });
        entry.Fields.Add(new ProtoField
        {
            Name = "value",
            JsonName = "value",
            Number = 2,
            Kind = Scalars.GetValueOrDefault(value),
            TypeName = Scalars.ContainsKey(value) ? null : value,
            HasPresence = true,
        });
        schema.Add(entry);
        message.Fields.Add(new ProtoField
        {
            Name = name,
            JsonName = json ?? ToJsonName(name),
            Number = number,
            TypeName = "." + entry.Name,
            Repeated = true,
        });
    }

    private (string? JsonName, bool? Packed) ReadFieldOptions()
    {
        string? json = null;
        bool? packed = null;
        if (!tokens.TryTake("[")) return default;
        while (!tokens.TryTake("]"))
        {
            var option = tokens.Take();
            if (option == "json_name" && tokens.TryTake("=")) json = tokens.TakeString();
            else if (option == "packed" && tokens.TryTake("=")) packed = tokens.Take() == "true";
            else SkipOption();
            tokens.TryTake(",");
        }

        return (json, packed);
    }

    private void SkipOption()
    {
        for (var depth = 0; depth > 0 || tokens.PeekIsQuoted || tokens.Peek is not ("," or "]");)
        {
            var quoted = tokens.PeekIsQuoted;
            var token = tokens.Take();
            if (!quoted && token is "{" or "[" or "(") depth++;
            if (!quoted && token is "}" or "]" or ")") depth--;
        }
    }

    private void ReadEnum(string scope)
    {
        var values = new ProtoEnum(Full(scope, tokens.Take()));
        schema.Add(values);
        tokens.Expect("{");
        while (!tokens.TryTake("}"))
        {
            if (tokens.TryTake(";")) continue;
            if (tokens.Peek is "option" or "reserved")
            {
                tokens.SkipStatement();
                continue;
            }

            var name = tokens.Take();
            tokens.Expect("=");
            values.Numbers[name] = tokens.TakeNumber();
            ReadFieldOptions();
            tokens.Expect(";");
        }
    }

    private void ReadService()
    {
        var service = Full(package, tokens.Take());
        tokens.Expect("{");
        while (!tokens.TryTake("}"))
        {
            if (tokens.TryTake(";")) continue;
            if (tokens.TryTake("rpc")) ReadMethod(service);
            else tokens.SkipStatement();
        }
    }

    private void ReadMethod(string service)
    {
        var name = tokens.Take();
        tokens.Expect("(");
        var clientStreams = tokens.TryTake("stream");
        var input = tokens.Take();
        tokens.Expect(")");
        tokens.Expect("returns");
        tokens.Expect("(");
        var serverStreams = tokens.TryTake("stream");
        var output = tokens.Take();
        tokens.Expect(")");
        schema.Methods.Add(new ProtoMethod
        {
            Service = service,
            Name = name,
            InputName = input,
            OutputName = output,
            ClientStreaming = clientStreams,
            ServerStreaming = serverStreams,
            Rules = HttpRuleOptions.Read(tokens),
        });
    }

    private static string Full(string scope, string name) => scope.Length == 0 ? name : $"{scope}.{name}";

    /// <summary>snake_case to camelCase, as protoc does it.</summary>
    internal static string ToJsonName(string name)
    {
        var json = new System.Text.StringBuilder(name.Length);
        var upper = false;
        foreach (var c in name)
        {
            if (c == '_') upper = true;
            else
            {
                json.Append(upper ? char.ToUpperInvariant(c) : c);
                upper = false;
            }
        }

        return json.ToString();
    }
}
