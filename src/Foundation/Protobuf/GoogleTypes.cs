namespace Sluice.Foundation.Protobuf;

/// <summary>Google's own .proto files that others import, as far as their types are needed.</summary>
internal static class GoogleTypes
{
    private static readonly Dictionary<string, string> Files = new(StringComparer.Ordinal)
    {
        // Only an option: it is read where it stands.
        ["google/api/annotations.proto"] = "",
        ["google/api/http.proto"] = "",
        ["google/api/field_behavior.proto"] = "",
        ["google/api/resource.proto"] = "",
        ["google/api/client.proto"] = "",
        ["google/protobuf/descriptor.proto"] = "",
        ["google/protobuf/empty.proto"] = Head + "message Empty {}",
        ["google/protobuf/any.proto"] = Head + "message Any { string type_url = 1; bytes value = 2; }",
        ["google/protobuf/timestamp.proto"] = Head + "message Timestamp { int64 seconds = 1; int32 nanos = 2; }",
        ["google/protobuf/duration.proto"] = Head + "message Duration { int64 seconds = 1; int32 nanos = 2; }",
        ["google/protobuf/field_mask.proto"] = Head + "message FieldMask { repeated string paths = 1; }",
        ["google/protobuf/struct.proto"] = Head + """
            message Struct { map<string, Value> fields = 1; }
            message Value {
              oneof kind {
                NullValue null_value = 1; double number_value = 2; string string_value = 3; bool bool_value = 4; Struct struct_value = 5; ListValue list_value = 6;
              }
            }
            enum NullValue { NULL_VALUE = 0; }
            message ListValue { repeated Value values = 1; }
            """,
        ["google/protobuf/wrappers.proto"] = Head + """
            message DoubleValue { double value = 1; } message FloatValue { float value = 1; } message Int64Value { int64 value = 1; }
            message UInt64Value { uint64 value = 1; } message Int32Value { int32 value = 1; } message UInt32Value { uint32 value = 1; }
            message BoolValue { bool value = 1; } message StringValue { string value = 1; } message BytesValue { bytes value = 1; }
            """,
    };

    private const string Head = "syntax = \"proto3\"; package google.protobuf; ";

    public static string? Find(string name) => Files.GetValueOrDefault(name);
}
