using System.Text;

namespace Sluice.Workflows.Nodes.Soap.Import;

/// <summary>Names of services and operations as they stand in paths: <c>GetCustomerByID</c> is <c>get-customer-by-id</c>.</summary>
internal static class PathName
{
    public static string Of(string name)
    {
        var path = new StringBuilder();
        for (var i = 0; i < name.Length; i++)
        {
            var c = name[i];
            if (!char.IsAsciiLetterOrDigit(c))
            {
                if (path.Length > 0 && path[^1] != '-') path.Append('-');
                continue;
            }

            // A word begins at a capital after a small letter, and at the last capital of several.
            if (char.IsAsciiLetterUpper(c) && path.Length > 0 && path[^1] != '-' && (!char.IsAsciiLetterUpper(name[i - 1]) || (i + 1 < name.Length && char.IsAsciiLetterLower(name[i + 1])))) path.Append('-');
            path.Append(char.ToLowerInvariant(c));
        }

        return path.ToString().Trim('-') is { Length: > 0 } made ? made : "service";
    }
}
