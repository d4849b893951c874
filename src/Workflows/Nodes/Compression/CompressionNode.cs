using System.IO.Compression;
using Sluice.Foundation.Schema;
using Sluice.Workflows.Data;
using Sluice.Workflows.Runs;

namespace Sluice.Workflows.Nodes.Compression;

/// <summary>What is packed or unpacked.</summary>
[CamelCase]
internal sealed record CompressionParameters
{
    /// <summary>The direction.</summary>
    [OneOf("compress", "decompress")]
    public string Operation { get; init; } = "decompress";

    /// <summary>The fields of the files, separated by commas.</summary>
    public Parameter<string> BinaryPropertyName { get; init; } = "data";

    /// <summary>The format of what is packed.</summary>
    [OneOf("gzip", "zip")]
    public Parameter<string> OutputFormat { get; init; } = "zip";

    /// <summary>The name of what is packed.</summary>
    public Parameter<string> FileName { get; init; } = "";

    /// <summary>The field of what is packed.</summary>
    public Parameter<string> BinaryPropertyOutput { get; init; } = "data";

    /// <summary>What the fields of unpacked files begin with.</summary>
    public Parameter<string> OutputPrefix { get; init; } = "file_";
}

/// <summary>Packs and unpacks files.</summary>
internal sealed class CompressionNode(CompressionParameters parameters, bool isFirst) : AsyncItemNode
{
    public static readonly NodeDescriptor Descriptor = new NodeDescriptor<CompressionNode, CompressionParameters>((p, s) => new(p, s.Version < 1.1))
    {
        Type = "compression",
        Summary = "Packs and unpacks files: gzip and zip.",
        Category = NodeCategory.Data,
        Aliases = [new("n8n-nodes-base.compression", 1, 1.1)],
        Lacks = "archives of more than 256 MiB, or 10,000 files",
    };

    /// <summary>Bytes that one item's files may have when they are unpacked: a small file can claim to hold terabytes.</summary>
    private const long MostBytes = 256L << 20;

    private const int MostFiles = 10_000;

    protected override async ValueTask ExecuteAsync(NodeContext context, int index, List<Item> output)
    {
        var names = Fields.List(parameters.BinaryPropertyName.Get(context, index));
        var item = context.Items[index];
        var files = parameters.Operation is "compress" ? await CompressAsync(context, index, names) : await DecompressAsync(context, index, names);
        output.Add(new Item(item.Json) { Binary = files, PairedItems = Positions.Of(index) });
    }

    private async ValueTask<Dictionary<string, BinaryData>> CompressAsync(NodeContext context, int index, string[] names)
    {
        var packed = new Dictionary<string, BinaryData>(StringComparer.Ordinal);
        if (parameters.OutputFormat.Get(context, index) is "zip")
        {
            using var archive = new MemoryStream();
            using (var zip = new ZipArchive(archive, ZipArchiveMode.Create, leaveOpen: true))
            {
                foreach (var name in names)
                {
                    var file = Files.Find(context, index, name);
                    await using var entry = zip.CreateEntry(file.FileName ?? name).Open();
                    await entry.WriteAsync(await context.Services.ReadAsync(file, context.Cancellation), context.Cancellation);
                }
            }

            packed[parameters.BinaryPropertyOutput.Get(context, index)] = Files.Make(archive.ToArray(), "application/zip", parameters.FileName.Get(context, index) is { Length: > 0 } given ? given : "data.zip");
            return packed;
        }

        foreach (var (name, i) in names.Select((n, i) => (n, i)))
        {
            var file = Files.Find(context, index, name);
            using var compressed = new MemoryStream();
            await using (var gzip = new GZipStream(compressed, CompressionLevel.Optimal, leaveOpen: true)) await gzip.WriteAsync(await context.Services.ReadAsync(file, context.Cancellation), context.Cancellation);
            var original = file.FileName?.Split('.')[0] ?? name;
            var given = parameters.FileName.Get(context, index).Replace(".gz", "", StringComparison.Ordinal);
            var ending = (file.FileExtension is { Length: > 0 } extension ? "." + extension : Path.GetExtension(file.FileName ?? "")).ToLowerInvariant();
            // n8n's first version numbers the fields from 0, and gives the name no other ending.
            var (field, packedName) = isFirst
                ? ($"{(parameters.OutputPrefix is { IsLiteral: true, Literal: "file_" } ? "data" : parameters.OutputPrefix.Get(context, index))}{i}", original + ".gzip")
                : ($"{parameters.BinaryPropertyOutput.Get(context, index)}{(i == 0 ? "" : i)}", $"{(given.Length > 0 ? given : original)}{ending}.gz");
            packed[field] = Files.Make(compressed.ToArray(), "application/gzip", packedName);
        }

        return packed;
    }

    private async ValueTask<Dictionary<string, BinaryData>> DecompressAsync(NodeContext context, int index, string[] names)
    {
        var unpacked = new Dictionary<string, BinaryData>(StringComparer.Ordinal);
        var prefix = parameters.OutputPrefix.Get(context, index);
        var left = MostBytes;
        foreach (var name in names)
        {
            var file = Files.Find(context, index, name);
            var content = await context.Services.ReadAsync(file, context.Cancellation);
            try
            {
                if (content.Span.StartsWith("PK"u8))
                {
                    using var zip = new ZipArchive(new MemoryStream(content.ToArray()), ZipArchiveMode.Read);
                    foreach (var entry in zip.Entries)
                    {
                        if (entry.FullName.EndsWith('/') || entry.FullName.StartsWith("__MACOSX", StringComparison.Ordinal)) continue;
                        if (unpacked.Count >= MostFiles) throw new NodeException($"more than {MostFiles} files") { ItemIndex = index, Retryable = false };
                        await using var stream = entry.Open();
                        var bytes = await ReadAsync(stream, left, index, context.Cancellation);
                        left -= bytes.Length;
                        unpacked[$"{prefix}{unpacked.Count}"] = Files.Make(bytes, MediaTypes.Of(entry.FullName), entry.Name);
                    }
                }
                else
                {
                    await using var gzip = new GZipStream(new MemoryStream(content.ToArray()), CompressionMode.Decompress);
                    var bytes = await ReadAsync(gzip, left, index, context.Cancellation);
                    left -= bytes.Length;
                    var inner = file.FileName is { } packed && packed.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? packed[..^3] : file.FileName ?? "file";
                    unpacked[$"{prefix}{unpacked.Count}"] = Files.Make(bytes, MediaTypes.Of(inner), inner);
                }
            }
            catch (InvalidDataException e)
            {
                throw new NodeException($"the file '{name}' is neither gzip nor zip, or broken: {e.Message}", e) { ItemIndex = index, Retryable = false };
            }
        }

        return unpacked;
    }

    private static async ValueTask<byte[]> ReadAsync(Stream stream, long limit, int index, CancellationToken cancel)
    {
        using var content = new MemoryStream();
        var buffer = new byte[64 * 1024];
        while (await stream.ReadAsync(buffer, cancel) is var read and > 0)
        {
            if (content.Length + read > limit) throw new NodeException($"what is unpacked has more than {MostBytes} bytes") { ItemIndex = index, Retryable = false };
            content.Write(buffer, 0, read);
        }

        return content.ToArray();
    }
}
