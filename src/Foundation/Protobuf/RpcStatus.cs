using System.Text.Json.Nodes;

namespace Sluice.Foundation.Protobuf;

/// <summary>What a call says of its end: the numbers of gRPC's statuses, and <c>google.rpc.Status</c> in <c>grpc-status-details-bin</c>.</summary>
public static class RpcStatus
{
    private static readonly string[] Names =
    [
        "OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED",
        "OUT_OF_RANGE", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS", "UNAUTHENTICATED",
    ];

    /// <summary>A status as the documentation of gRPC names it; <c>UNKNOWN</c> for a number that has no name.</summary>
    public static string NameOf(int code) => code >= 0 && code < Names.Length ? Names[code] : "UNKNOWN";

    /// <summary>The details of a status, whose messages are shown as far as a schema has their types; null when they are not well-formed.</summary>
    public static JsonArray? Details(ProtoSchema? schema, string base64, ProtoJsonStyle? style = null)
    {
        if (ProtoJson.FromBase64(base64) is not { } bytes) return null;
        var any = Any(schema);
        var details = new JsonArray();
        var reader = new ProtoReader(bytes);
        while (reader.Next())
        {
            if (reader is not { Field: 3, Wire: ProtoWire.Bytes }) reader.Skip();
            else if (ProtoJson.DecodeNode(reader.Bytes(), any, out var detail, style)) details.Add(detail);
        }

        return reader.Failed ? null : details;
    }

    /// <summary>The type of a detail, for schemas that do not import it.</summary>
    private static ProtoMessage Any(ProtoSchema? schema)
    {
        if (schema?.Message("google.protobuf.Any") is { } declared) return declared;
        var any = new ProtoMessage("google.protobuf.Any") { Schema = schema };
        any.Fields.Add(new ProtoField { Name = "type_url", JsonName = "typeUrl", Number = 1, Kind = ProtoKind.String });
        any.Fields.Add(new ProtoField { Name = "value", JsonName = "value", Number = 2, Kind = ProtoKind.Bytes });
        any.Freeze();
        return any;
    }
}
