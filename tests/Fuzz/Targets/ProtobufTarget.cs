using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Sluice.Foundation.Protobuf;

namespace Sluice.Fuzz.Targets;

/// <summary>
/// .proto files, descriptor sets, messages, and JSON for them, told apart by the first byte: they are read or refused with a reason, and what is written as a message
/// reads back.
/// </summary>
internal sealed class ProtobufTarget() : FuzzTarget("protobuf")
{
    private const string Proto = """
        syntax = "proto3"; package a.b;
        import "google/protobuf/any.proto"; import "google/protobuf/struct.proto"; import "google/protobuf/timestamp.proto"; import "google/protobuf/duration.proto"; import "google/protobuf/wrappers.proto"; import "google/protobuf/field_mask.proto";
        message M {
          reserved 90 to 99; string s = 1 [json_name = "title", deprecated = true]; repeated int32 n = 2; map<string, M> m = 3; oneof o { bytes y = 4; double d = 5; } optional bool f = 6;
          google.protobuf.Any any = 7; google.protobuf.Value value = 8; google.protobuf.Timestamp at = 9; google.protobuf.Duration for = 10; google.protobuf.Int64Value w = 11; google.protobuf.FieldMask k = 12;
          enum E { A = 0; B = 1; } repeated E e = 13; message N { sint64 z = 1; fixed32 x = 2; } N inner = 14; float g = 15; uint64 u = 16; google.protobuf.Struct t = 17;
        }
        service S { rpc Do (M) returns (stream M) { option (google.api.http) = { post: "/v1/{s}" body: "*" additional_bindings { get: "/x" } }; } }
        """;

    private const string Json = """
        {"title":"x","n":[1,-2],"m":{"k":{"s":"y"}},"y":"AQI=","f":true,"any":{"@type":"t/a.b.M","s":"z"},"value":[1,null,{"a":true}],"at":"2026-11-20T05:25:22.5Z","for":"-1.5s","w":"7","k":"a,b.c","e":["B",0],"inner":{"z":-9,"x":1},"g":1.5,"u":18446744073709551615,"t":{"a":1}}
        """;

    private static readonly ProtoMessage Type = ProtoFile.Parse(Proto).Message("a.b.M")!;
    private static readonly ProtoJsonStyle Text = new() { LongsAreText = true };

    public override IReadOnlyList<byte[]> Pieces { get; } =
    [
        .. AllOf("message X {", "}", "oneof o {", "map<int32, X> q = 7;", "group", "extend", "[(a.b) = { c: [1] }]", "import \"google/protobuf/any.proto\";", "message google {", "package google.protobuf;", "enum E { A = 0; }", "rpc", "option (google.api.http) = {", "edition = \"2023\";",
            "\"\\", "/*", "-2147483648", "\"seconds\":", "null", "1e400", "\"NaN\"", "[[[[", "\"@type\":\"t/google.protobuf.Any\"", "\0", "é"),
        [0x3a, 0x02, 0x0a, 0x00], [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01], [0x4a, 0x0b, 0x08, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01], [0x52, 0x0b, 0x08, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01], [0x1a, 0x00], [0x42, 0x02, 0x08, 0x00],
    ];

    protected override IEnumerable<byte[]> Samples => [Bytes("t" + Proto), Bytes("j" + Json), [(byte)'m', .. ProtoJson.Encode(JsonNode.Parse(Json)!.AsObject(), Type)], [(byte)'s', .. Set()]];

    protected override void Run(byte[] input)
    {
        if (input.Length == 0) return;
        var rest = input[1..];
        try
        {
            switch (input[0])
            {
                case (byte)'t':
                    Use(ProtoFile.Parse(Encoding.UTF8.GetString(rest)));
                    break;
                case (byte)'s':
                    Use(DescriptorSet.Read(rest));
                    break;
                case (byte)'j':
                    if (Parsed(rest) is { } json) ProtoJson.Decode(ProtoJson.EncodeNode(json, Type), Type).ShouldNotBeNull();
                    break;
                default:
                    if (ProtoJson.Decode(rest, Type, Text) is { } shown) JsonDocument.Parse(shown, new JsonDocumentOptions { MaxDepth = 1000 }).Dispose();
                    break;
            }
        }
        catch (ProtoFormatException refused)
        {
            refused.Message.ShouldNotBeEmpty();
        }
    }

    /// <summary>What was read can be used with what fits by chance only.</summary>
    private static void Use(ProtoSchema schema)
    {
        foreach (var method in schema.Methods)
        {
            var written = ProtoJson.Encode(JsonNode.Parse(Json)!.AsObject(), method.Input);
            ProtoJson.Decode(written, method.Output, Text);
            RpcStatus.Details(schema, Convert.ToBase64String([0x1a, (byte)Math.Min(127, written.Length), .. written]));
        }
    }

    private static JsonNode? Parsed(byte[] text)
    {
        try
        {
            return JsonNode.Parse(text);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static byte[] Set()
    {
        var set = new ProtoWriter();
        set.Message(1, file =>
        {
            file.Text(2, "p");
            file.Message(4, message =>
            {
                message.Text(1, "M");
                message.Message(2, field =>
                {
                    field.Text(1, "user_id");
                    field.Number(3, 1);
                    field.Number(5, 9);
                });
            });
            file.Message(6, service =>
            {
                service.Text(1, "S");
                service.Message(2, method =>
                {
                    method.Text(1, "Get");
                    method.Text(2, ".p.M");
                    method.Text(3, ".p.M");
                });
            });
            file.Text(12, "proto3");
        });
        return set.ToArray();
    }
}
