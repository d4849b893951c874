using System.Text;

namespace Sluice.Foundation.Protobuf;

/// <summary>Reads a <c>FileDescriptorSet</c> (google/protobuf/descriptor.proto), with the <c>google.api.http</c> rules in it.</summary>
public static class DescriptorSet
{
    /// <summary>The number of the extension <c>google.api.http</c> of MethodOptions.</summary>
    private const int HttpExtension = 72295728;

    /// <summary>FieldDescriptorProto.Type, from 1.</summary>
    private static readonly ProtoKind[] Kinds =
    [
        ProtoKind.Double, ProtoKind.Float, ProtoKind.Int64, ProtoKind.UInt64, ProtoKind.Int32, ProtoKind.Fixed64, ProtoKind.Fixed32, ProtoKind.Bool,
        ProtoKind.String, ProtoKind.Message, ProtoKind.Message, ProtoKind.Bytes, ProtoKind.UInt32, ProtoKind.Enum, ProtoKind.SFixed32,
        ProtoKind.SFixed64, ProtoKind.SInt32, ProtoKind.SInt64,
    ];

    private static readonly string[] Methods = ["", "", "GET", "PUT", "POST", "DELETE", "PATCH"];

    /// <summary>How deep messages may be declared in messages.</summary>
    internal const int MaxDepth = 64;

    /// <exception cref="ProtoFormatException">It is none, or a type is missing.</exception>
    public static ProtoSchema Read(byte[] bytes)
    {
        var schema = new ProtoSchema();
        var reader = new ProtoReader(bytes);
        while (reader.Next())
        {
            if (reader is { Field: 1, Wire: ProtoWire.Bytes }) ReadFile(schema, reader.Bytes());
            else reader.Skip();
        }

        if (reader.Failed) throw new ProtoFormatException("the descriptor set is not well-formed");
        return schema.Link() is { } problem ? throw new ProtoFormatException($"descriptor set: {problem}; was it made with --include_imports?") : schema;
    }

    private static void ReadFile(ProtoSchema schema, ReadOnlySpan<byte> file)
    {
        var package = Text(file, 2);
        var proto3 = Text(file, 12) is "proto3" or "editions";
        var reader = new ProtoReader(file);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 4:
                    ReadMessage(schema, package, proto3, reader.Bytes(), 0);
                    break;
                case 5:
                    ReadEnum(schema, package, reader.Bytes());
                    break;
                case 6:
                    ReadService(schema, package, reader.Bytes());
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }
    }

    private static void ReadMessage(ProtoSchema schema, string scope, bool proto3, ReadOnlySpan<byte> bytes, int depth)
    {
        if (depth > MaxDepth) throw new ProtoFormatException("messages are declared too deeply inside others");
        var message = new ProtoMessage(Full(scope, Text(bytes, 1))) { IsMapEntry = Number(Bytes(bytes, 7), 7) == 1 };
        schema.Add(message);
        var reader = new ProtoReader(bytes);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 2:
                    message.Fields.Add(ReadField(reader.Bytes(), proto3, message.IsMapEntry));
                    break;
                case 3:
                    ReadMessage(schema, message.Name, proto3, reader.Bytes(), depth + 1);
                    break;
                case 4:
                    ReadEnum(schema, message.Name, reader.Bytes());
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }
    }

    private static ProtoField ReadField(ReadOnlySpan<byte> bytes, bool proto3, bool inMap)
    {
        var type = (int)(Number(bytes, 5) ?? 1);
        var kind = type >= 1 && type <= Kinds.Length ? Kinds[type - 1] : throw new ProtoFormatException($"type {type} is not known");
        var repeated = Number(bytes, 4) == 3;
        var name = Text(bytes, 1);
        var packed = Number(Bytes(bytes, 8), 2);
        return new ProtoField
        {
            Name = name,
            JsonName = Text(bytes, 10) is { Length: > 0 } json ? json : ProtoFile.ToJsonName(name),
            Number = (int)(Number(bytes, 3) ?? 0),
            Kind = kind,
            TypeName = kind is ProtoKind.Message or ProtoKind.Enum ? Text(bytes, 6) : null,
            Repeated = repeated,
            HasPresence = inMap || (!repeated && (!proto3 || Number(bytes, 9) is not null)),
            Packed = packed is null ? proto3 : packed == 1,
        };
    }

    private static void ReadEnum(ProtoSchema schema, string scope, ReadOnlySpan<byte> bytes)
    {
        var values = new ProtoEnum(Full(scope, Text(bytes, 1)));
        schema.Add(values);
        var reader = new ProtoReader(bytes);
        while (reader.Next())
        {
            if (reader.Field != 2)
            {
                reader.Skip();
                continue;
            }

            var value = reader.Bytes();
            values.Numbers[Text(value, 1)] = (int)(Number(value, 2) ?? 0);
        }
    }

    private static void ReadService(ProtoSchema schema, string package, ReadOnlySpan<byte> bytes)
    {
        var service = Full(package, Text(bytes, 1));
        var reader = new ProtoReader(bytes);
        while (reader.Next())
        {
            if (reader.Field != 2)
            {
                reader.Skip();
                continue;
            }

            var method = reader.Bytes();
            var rules = new List<HttpRule>();
            ReadRule(Bytes(Bytes(method, 4), HttpExtension), rules, 0);
            schema.Methods.Add(new ProtoMethod
            {
                Service = service,
                Name = Text(method, 1),
                InputName = Text(method, 2),
                OutputName = Text(method, 3),
                ClientStreaming = Number(method, 5) == 1,
                ServerStreaming = Number(method, 6) == 1,
                Rules = rules,
            });
        }
    }

    private static void ReadRule(ReadOnlySpan<byte> bytes, List<HttpRule> rules, int depth)
    {
        if (depth > MaxDepth) throw new ProtoFormatException("a google.api.http rule is nested too deeply");
        var (method, template) = ("", "");
        string? body = null, responseBody = null;
        var reader = new ProtoReader(bytes);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case >= 2 and <= 6:
                    (method, template) = (Methods[reader.Field], Encoding.UTF8.GetString(reader.Bytes()));
                    break;
                case 7:
                    body = Encoding.UTF8.GetString(reader.Bytes());
                    break;
                case 8:
                    var custom = reader.Bytes();
                    (method, template) = (Text(custom, 1), Text(custom, 2));
                    break;
                case 12:
                    responseBody = Encoding.UTF8.GetString(reader.Bytes());
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        if (method.Length > 0) rules.Add(new HttpRule(method, template, body, responseBody));
        reader = new ProtoReader(bytes);
        while (reader.Next())
        {
            if (reader.Field == 11) ReadRule(reader.Bytes(), rules, depth + 1);
            else reader.Skip();
        }
    }

    private static string Text(ReadOnlySpan<byte> message, int field) => Encoding.UTF8.GetString(Bytes(message, field));

    private static ReadOnlySpan<byte> Bytes(ReadOnlySpan<byte> message, int field)
    {
        ReadOnlySpan<byte> found = [];
        var reader = new ProtoReader(message);
        while (reader.Next())
        {
            if (reader.Field == field && reader.Wire == ProtoWire.Bytes) found = reader.Bytes();
            else reader.Skip();
        }

        return found;
    }

    private static ulong? Number(ReadOnlySpan<byte> message, int field)
    {
        ulong? found = null;
        var reader = new ProtoReader(message);
        while (reader.Next())
        {
            if (reader.Field == field && reader.Wire == ProtoWire.Varint) found = reader.Varint();
            else reader.Skip();
        }

        return found;
    }

    private static string Full(string scope, string name) => scope.Length == 0 ? name : $"{scope}.{name}";
}
