using Sluice.Workflows.Data;
using Sluice.Workflows.Runs;

namespace Sluice.Workflows.Nodes.S3;

/// <summary>Stores, fetches and lists files of an object store.</summary>
internal sealed class S3Node : AsyncItemNode
{
    public static readonly NodeDescriptor Descriptor = new NodeDescriptor<S3Node, S3Parameters>((p, s) => new(p, s))
    {
        Type = "s3",
        Summary = "Stores, fetches, lists and deletes files of an object store that speaks S3's protocol.",
        Category = NodeCategory.Store,
        Aliases = [new("n8n-nodes-base.s3", 1, 1), new("n8n-nodes-base.awsS3", 1, 2)],
        Difference = "no presigned addresses; empty files are listed, too, and a limit counts what is listed; folders are deleted object by object; files up to 2 GiB",
    };

    private static readonly Dictionary<string, string[]> Operations = new(StringComparer.Ordinal)
    {
        ["bucket"] = ["create", "delete", "getAll", "search"],
        ["file"] = ["copy", "delete", "download", "getAll", "upload"],
        ["folder"] = ["create", "delete", "getAll"],
    };

    private readonly S3Parameters _parameters;
    private readonly ConnectionReference? _connection;
    private readonly string _operation;

    public S3Node(S3Parameters parameters, NodeSetup setup)
    {
        _parameters = parameters;
        _operation = parameters.Operation ?? (parameters.Resource is "file" ? "download" : "create");
        _connection = ConnectionReference.OfAny(setup, ["s3", "aws"]);
        if (!Operations[parameters.Resource].Contains(_operation)) setup.Report("operation", $"a {parameters.Resource} can be used with {string.Join(", ", Operations[parameters.Resource])}");
        else if (Missing() is { } missing) setup.Report(missing, $"required for the operation {_operation} of a {parameters.Resource}");
    }

    /// <summary>The same bucket cannot be made twice; everything else may be done again.</summary>
    public override bool Idempotent => !(_parameters.Resource is "bucket" && _operation is "create" or "delete");

    protected override async ValueTask ExecuteAsync(NodeContext context, int index, List<Item> output)
    {
        var account = OutgoingS3.AccountOf(await _connection!.FindAsync(context));
        var route = new HttpRoute(context.Services.GuardsAddresses(context.Run.Request.Tenant));
        var call = new S3Call(context, _parameters, account, context.Services.S3.Find(account, route, context.Services.Http), index);
        switch (_parameters.Resource, _operation)
        {
            case ("bucket", "create"):
                Add(await S3Buckets.CreateAsync(call));
                break;
            case ("bucket", "delete"):
                Add(await S3Buckets.DeleteAsync(call));
                break;
            case ("bucket", "getAll"):
                AddAll(await S3Buckets.ListAsync(call));
                break;
            case ("bucket", "search"):
                AddAll(await S3Buckets.SearchAsync(call));
                break;
            case ("folder", "create"):
                Add(await S3Folders.CreateAsync(call));
                break;
            case ("folder", "delete"):
                Add(await S3Folders.DeleteAsync(call));
                break;
            case ("folder", _):
                AddAll(await S3Folders.ListAsync(call));
                break;
            case (_, "copy"):
                Add(await S3Files.CopyAsync(call));
                break;
            case (_, "delete"):
                Add(await S3Files.DeleteAsync(call));
                break;
            case (_, "getAll"):
                AddAll(await S3Files.ListAsync(call));
                break;
            case (_, "upload"):
                Add(await S3Files.UploadAsync(call));
                break;
            default:
                output.Add(await S3Files.DownloadAsync(call));
                break;
        }

        void Add(JsObject json) => output.Add(new Item(json) { PairedItems = Positions.Of(index) });

        void AddAll(IEnumerable<JsObject> all)
        {
            foreach (var json in all) Add(json);
        }
    }

    private string? Missing()
    {
        var needed = (_parameters.Resource, _operation) switch
        {
            ("bucket", "create" or "delete") => [(_parameters.Name, "name")],
            ("bucket", "getAll") => [],
            ("folder", "create") => [(_parameters.BucketName, "bucketName"), (_parameters.FolderName, "folderName")],
            ("folder", "delete") => [(_parameters.BucketName, "bucketName"), (_parameters.FolderKey, "folderKey")],
            ("file", "copy") => [(_parameters.SourcePath, "sourcePath"), (_parameters.DestinationPath, "destinationPath")],
            ("file", "delete" or "download") => [(_parameters.BucketName, "bucketName"), (_parameters.FileKey, "fileKey")],
            ("file", "upload") when !_parameters.BinaryData => [(_parameters.BucketName, "bucketName"), (_parameters.FileName, "fileName")],
            _ => new (Parameter<string> Parameter, string Name)[] { (_parameters.BucketName, "bucketName") },
        };
        return needed.FirstOrDefault(n => n.Parameter is { IsLiteral: true, Literal: "" }).Name;
    }
}
