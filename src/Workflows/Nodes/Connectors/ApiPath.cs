using System.Runtime.CompilerServices;
using System.Text;

namespace Sluice.Workflows.Nodes.Connectors;

/// <summary>
/// A path with parameters in it, each one segment: <c>$"/repos/{p.Owner:owner}/{p.Repository:repository}/issues"</c>. What stands behind the colon
/// names the parameter in messages; an empty one is refused, and none can lead to another path.
/// </summary>
[InterpolatedStringHandler]
internal readonly ref struct ApiPath
{
    private readonly StringBuilder _path;
    private readonly ApiRequest _request;

    public ApiPath(int literalLength, int holes, ApiRequest request)
    {
        _path = new StringBuilder(literalLength + holes * 16);
        _request = request;
    }

    public void AppendLiteral(string text) => _path.Append(text);

    public void AppendFormatted(Parameter<string> value, string format) => AppendFormatted(_request.Need(value, format), format);

    /// <summary>Text that was worked out; whole paths are appended with the format "path".</summary>
    public void AppendFormatted(string value, string format)
    {
        if (format is "path")
        {
            _path.Append(value);
            return;
        }

        if (value is "" or "." or "..") throw new NodeException($"{format}: '{value}' cannot stand in a path") { Retryable = false };
        _path.Append(Uri.EscapeDataString(value));
    }

    public override string ToString() => _path.ToString();
}
