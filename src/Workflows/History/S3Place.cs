using Sluice.Workflows.Nodes.S3;

namespace Sluice.Workflows.History;

/// <summary>A bucket, or the part of one below a prefix, in which objects are kept.</summary>
public sealed record S3Place
{
    private S3Place(S3Account account, string bucket, string prefix)
    {
        Account = account;
        Bucket = bucket;
        Prefix = prefix;
    }

    internal S3Account Account { get; private init; }

    internal string Bucket { get; }

    /// <summary>Empty, or with a slash at its end.</summary>
    internal string Prefix { get; }

    /// <summary>Reads <c>s3://BUCKET/PREFIX?region=REGION&amp;endpoint=URL&amp;path_style=on</c>; null when it is none.</summary>
    /// <param name="address">It holds no keys: the AWS SDK finds them in the environment, a profile, the container or the instance.</param>
    public static S3Place? Parse(string address)
    {
        if (!Uri.TryCreate(address, UriKind.Absolute, out var url) || url.Scheme is not "s3" || url.Host.Length == 0 || url.UserInfo.Length > 0 || !url.IsDefaultPort || url.Fragment.Length > 0) return null;
        var (region, endpoint, pathStyle) = ("us-east-1", "", false);
        foreach (var argument in url.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var (name, value) = argument.Split('=', 2) is [var n, var v] ? (n, Uri.UnescapeDataString(v)) : (argument, "");
            switch (name)
            {
                case "region" when value.Length > 0:
                    region = value;
                    break;
                case "endpoint" when Uri.TryCreate(value, UriKind.Absolute, out var at) && at.Scheme is "http" or "https" && at.UserInfo.Length == 0:
                    endpoint = value;
                    break;
                case "path_style" when value is "on" or "off":
                    pathStyle = value is "on";
                    break;
                default:
                    return null;
            }
        }

        var prefix = Uri.UnescapeDataString(url.AbsolutePath).Trim('/');
        return new S3Place(new S3Account(endpoint, region, null, null, null, pathStyle), url.Host, prefix.Length > 0 ? prefix + '/' : "");
    }

    /// <summary>The same with a key of its own.</summary>
    internal S3Place As(string accessKeyId, string secretAccessKey) => this with { Account = Account with { AccessKeyId = accessKeyId, SecretAccessKey = secretAccessKey } };

    public override string ToString() => $"s3://{Bucket}/{Prefix}";
}
