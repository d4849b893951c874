using System.Text;
using Sluice.Gateway.Configuration;
using Sluice.Gateway.Routing;

namespace Sluice.Fuzz.Targets;

/// <summary>Request targets: what the router saw is what the upstream will see, however it was written.</summary>
internal sealed class RequestPathTarget() : FuzzTarget("path")
{
    private static readonly RouteConfig Route = new() { Paths = ["/"], StripPath = false };

    public override IReadOnlyList<byte[]> Pieces { get; } = AllOf(
        "/", "//", "/./", "/../", "/..", "%2e", "%2E%2e", "%2f", "%2F..", "%5c", "\\", "%00", "%25", "%2", "%zz", "?", "#", "%c3%a9", "é", "%ff", "%20", " ", ";x=y", "%0d%0a", "*", "http://h", "@", ":");

    protected override IEnumerable<byte[]> Samples => AllOf(
        "/a/b/c?d=e", "/caf%C3%A9/%7Euser/./x/../y//z", "http://host.test:80/a%2Fb?x#y", "/%25%2541/a%20b", "/a;b=c/d,e!$&'()*+:@=");

    protected override void Run(byte[] input)
    {
        // As the HTTP layer hands it over: a char for each byte.
        var result = RequestPath.Parse(Encoding.Latin1.GetString(input));
        if (result.Error != RequestPathError.None) return;
        result.Path.ShouldStartWith("/");
        result.Path.Split('/').ShouldNotContain(s => s == "." || s == "..");
        result.Path.ShouldNotContain("//");
        if (result.Query.Length > 0) result.Query.ShouldStartWith("?");

        var sent = UpstreamPath.Build(new RouteMatch { MatchedLength = 1 }, Route, null, result.Path);

        // A # is passed on as it came, as Kong does.
        sent.ShouldAllBe(c => c > ' ' && c < 127 && c != '?');
        var again = RequestPath.Parse(sent);
        (again.Path, again.Query, again.Error).ShouldBe((result.Path, "", RequestPathError.None));
    }
}
