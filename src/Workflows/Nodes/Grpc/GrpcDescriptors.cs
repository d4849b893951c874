using System.Text;
using Sluice.Foundation.Protobuf;

namespace Sluice.Workflows.Nodes.Grpc;

/// <summary>What describes services: .proto files and descriptor sets.</summary>
internal static class GrpcDescriptors
{
    private const int MostBytes = 16 << 20;

    private static readonly string[] SetEndings = [".pb", ".bin", ".desc", ".protoset"];

    /// <summary>A file seen from the one that a workflow is in.</summary>
    /// <exception cref="ProtoFormatException">It cannot be read.</exception>
    public static ProtoSchema OfFile(string name, string beside)
    {
        if (string.IsNullOrEmpty(beside) || !File.Exists(beside)) throw new ProtoFormatException("only a workflow in a file can name one");
        if (Path.IsPathRooted(name) || name.Contains('\0', StringComparison.Ordinal)) throw new ProtoFormatException("expected a file seen from the one that the workflow is in");
        var file = new FileInfo(Path.Combine(Path.GetDirectoryName(Path.GetFullPath(beside))!, name));
        if (!file.Exists) throw new ProtoFormatException($"the file '{name}' does not exist");
        if (file.Length > MostBytes) throw new ProtoFormatException($"the file '{name}' is larger than {MostBytes >> 20} MiB");
        return ProtoFile.Read(file.FullName);
    }

    /// <exception cref="ProtoFormatException">It is no descriptor set in Base64.</exception>
    public static ProtoSchema OfBase64(string text) =>
        DescriptorSet.Read(ProtoJson.FromBase64(string.Concat(text.Where(c => !char.IsWhiteSpace(c)))) ?? throw new ProtoFormatException("this is no Base64"));

    /// <summary>A file of an item: a descriptor set where its name ends so, or where it is no text.</summary>
    /// <exception cref="ProtoFormatException">It cannot be read.</exception>
    public static ProtoSchema OfContent(ReadOnlySpan<byte> content, string? name)
    {
        if (content.Length > MostBytes) throw new ProtoFormatException($"the file is larger than {MostBytes >> 20} MiB");
        var isSet = SetEndings.Contains(Path.GetExtension(name ?? ""), StringComparer.OrdinalIgnoreCase) || (!string.Equals(Path.GetExtension(name), ".proto", StringComparison.OrdinalIgnoreCase) && content is [0x0a, ..]);
        return isSet ? DescriptorSet.Read(content.ToArray()) : ProtoFile.Parse(Encoding.UTF8.GetString(content));
    }

    /// <summary>A method that can be called here.</summary>
    /// <exception cref="ProtoFormatException">There is none of that name, or it takes a stream.</exception>
    public static ProtoMethod Find(ProtoSchema schema, string service, string name)
    {
        var services = schema.Methods.Select(m => m.Service).Distinct(StringComparer.Ordinal).ToList();
        if (services.Count == 0) throw new ProtoFormatException("no service is described");
        if (service.Length == 0 && services.Count > 1) throw new ProtoFormatException($"'service' has to say which is meant: {string.Join(", ", services)}");
        var chosen = service.Length == 0 ? services[0] : service;
        if (!services.Contains(chosen, StringComparer.Ordinal)) throw new ProtoFormatException($"there is no service '{chosen}'; there is {string.Join(", ", services)}");
        var methods = schema.Methods.Where(m => m.Service == chosen).ToList();
        var method = methods.Find(m => m.Name == name) ?? throw new ProtoFormatException($"the service {chosen} has no method '{name}'; it has {string.Join(", ", methods.Select(m => m.Name))}");
        return method.ClientStreaming ? throw new ProtoFormatException($"the method '{name}' takes a stream of messages, which is not supported") : method;
    }
}
