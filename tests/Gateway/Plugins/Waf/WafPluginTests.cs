using System.Text;
using Sluice.Gateway.Plugins.Waf;
using Sluice.Gateway.Plugins.Waf.Rules;
using Sluice.Gateway.Tests.Telemetry;

namespace Sluice.Gateway.Tests.Plugins.Waf;

public sealed class WafPluginTests
{
    [Theory]
    [InlineData("SecRule ARGS:q \"@streq bad\" \"id:1,deny\"", "/?q=bad", 403)]
    [InlineData("SecRule ARGS:q \"@streq bad\" \"id:1,deny\"", "/?p=bad", 200)]
    [InlineData("SecRule ARGS|!ARGS:q \"@streq bad\" \"id:1,deny\"", "/?q=bad", 200)]
    [InlineData("SecRule ARGS:/^q/ \"@streq bad\" \"id:1,deny\"", "/?Q2=bad", 403)]
    [InlineData("SecRule ARGS_NAMES \"@streq bad\" \"id:1,deny\"", "/?bad", 403)]
    [InlineData("SecRule &ARGS \"@gt 1\" \"id:1,deny\"", "/?a=1&b=2", 403)]
    [InlineData("SecRule &ARGS:a \"@eq 0\" \"id:1,deny\"", "/?b=2", 403)]
    [InlineData("SecRule ARGS \"bad\" \"id:1,deny\"", "/?a=so%20bad!", 403)]
    [InlineData("SecRule ARGS \"!@rx ^[a-z]+$\" \"id:1,deny\"", "/?a=b1", 403)]
    [InlineData("SecRule ARGS \"!@rx ^[a-z]+$\" \"id:1,deny\"", "/?a=b", 200)]
    [InlineData("SecRule ARGS \"@pm one two\" \"id:1,deny\"", "/?a=xTWOx", 403)]
    [InlineData("SecRule ARGS \"@contains ob\" \"id:1,deny\"", "/?a=foobar", 403)]
    [InlineData("SecRule ARGS \"@containsWord bar\" \"id:1,deny\"", "/?a=foobar%20bar", 403)]
    [InlineData("SecRule ARGS \"@containsWord bar\" \"id:1,deny\"", "/?a=foobar", 200)]
    [InlineData("SecRule ARGS \"@beginsWith fo\" \"id:1,deny\"", "/?a=foo", 403)]
    [InlineData("SecRule ARGS \"@endsWith oo\" \"id:1,deny\"", "/?a=foo", 403)]
    [InlineData("SecRule REQUEST_METHOD \"!@within GET POST\" \"id:1,deny\"", "/", 200)]
    [InlineData("SecRule ARGS \"@ge 10\" \"id:1,deny\"", "/?a=9", 200)]
    [InlineData("SecRule ARGS \"@lt 10\" \"id:1,deny\"", "/?a=9", 403)]
    [InlineData("SecRule ARGS \"@validateByteRange 32-126\" \"id:1,deny\"", "/?a=%01", 403)]
    [InlineData("SecRule REQUEST_URI_RAW \"@validateUrlEncoding\" \"id:1,deny\"", "/?a=%zz", 403)]
    [InlineData("SecRule ARGS \"@validateUtf8Encoding\" \"id:1,deny\"", "/?a=%ff", 403)]
    [InlineData("SecRule REMOTE_ADDR \"@ipMatch 10.0.0.0/8,127.0.0.1\" \"id:1,deny\"", "/", 403)]
    [InlineData("SecRule ARGS \"@streq <b>\" \"id:1,deny,t:none,t:urlDecodeUni,t:lowercase\"", "/?a=%253CB%253E", 403)]
    [InlineData("SecRule ARGS \"@streq 5\" \"id:1,deny,t:length\"", "/?a=12345", 403)]
    [InlineData("SecRule ARGS \"@streq %3cb%3e\" \"id:1,deny,multiMatch,t:lowercase,t:urlDecode\"", "/?a=%253CB%253E", 403)]
    [InlineData("SecRule ARGS:a \"@streq 1\" \"id:1,deny,chain\"\nSecRule ARGS:b \"@streq 2\"", "/?a=1&b=2", 403)]
    [InlineData("SecRule ARGS:a \"@streq 1\" \"id:1,deny,chain\"\nSecRule ARGS:b \"@streq 2\"", "/?a=1&b=3", 200)]
    [InlineData("SecRule ARGS \"@rx ^(a+)(b*)$\" \"id:1,pass,capture,chain\"\nSecRule TX:1 \"@streq aa\" \"setvar:tx.hit=%{tx.2}\"\nSecRule TX:hit \"@streq bb\" \"id:2,deny\"", "/?a=aabb", 403)]
    [InlineData("SecRule ARGS \"@streq x\" \"id:1,pass,setvar:'tx.score=+3'\"\nSecRule TX:score \"@ge 6\" \"id:2,deny\"", "/?a=x&b=x", 403)]
    [InlineData("SecRule ARGS \"@streq x\" \"id:1,pass,setvar:'tx.score=+3'\"\nSecRule TX:score \"@ge 6\" \"id:2,deny\"", "/?a=x&b=y", 200)]
    [InlineData("SecAction \"id:1,pass,skipAfter:END\"\nSecAction \"id:2,deny\"\nSecMarker END\nSecRule ARGS \"@streq x\" \"id:3,deny\"", "/", 200)]
    [InlineData("SecAction \"id:1,pass,skipAfter:END\"\nSecAction \"id:2,deny\"\nSecMarker END\nSecRule ARGS \"@streq x\" \"id:3,deny\"", "/?a=x", 403)]
    [InlineData("SecAction \"id:1,pass,skip:1\"\nSecAction \"id:2,deny\"", "/", 200)]
    [InlineData("SecAction \"id:1,pass,phase:1,ctl:ruleRemoveById=5-7\"\nSecAction \"id:6,deny\"", "/", 200)]
    [InlineData("SecAction \"id:1,pass,phase:1,ctl:ruleRemoveByTag=t\"\nSecAction \"id:6,deny,tag:'t'\"", "/", 200)]
    [InlineData("SecAction \"id:1,pass,phase:1,ctl:ruleRemoveTargetById=6;ARGS:a\"\nSecRule ARGS \"x\" \"id:6,deny\"", "/?a=x", 200)]
    [InlineData("SecAction \"id:1,pass,phase:1,ctl:ruleRemoveTargetById=6;ARGS:a\"\nSecRule ARGS \"x\" \"id:6,deny\"", "/?b=x", 403)]
    [InlineData("SecAction \"id:1,pass,phase:1,ctl:ruleEngine=DetectionOnly\"\nSecAction \"id:6,deny\"", "/", 200)]
    [InlineData("SecAction \"id:1,allow,phase:1\"\nSecAction \"id:6,deny\"", "/", 200)]
    [InlineData("SecAction \"id:1,allow:phase,phase:1\"\nSecAction \"id:6,deny\"", "/", 403)]
    [InlineData("SecAction \"id:6,deny,status:418\"", "/", 418)]
    [InlineData("SecAction \"id:6,block\"", "/", 403)]
    [InlineData("SecDefaultAction \"phase:2,pass,log\"\nSecAction \"id:6,block\"", "/", 200)]
    [InlineData("SecAction \"id:6,deny\"\nSecRuleRemoveById 6", "/", 200)]
    [InlineData("SecRule ARGS \"x\" \"id:6,deny\"\nSecRuleUpdateTargetById 6 \"!ARGS:a\"", "/?a=x", 200)]
    [InlineData("SecRule REQUEST_COOKIES:sid \"x\" \"id:6,deny\"", "/", 403)]
    [InlineData("SecRule REQUEST_HEADERS:User-Agent \"\\\"quoted\\\"\" \"id:6,deny\"", "/", 403)]
    [InlineData("# a comment\n\n  SecRule REQUEST_BASENAME \\\n   \"@streq c.php\" \\\n  \"id:6,\\\n  msg:'it\\'s, so',deny\"", "/a/b/c.php?x", 403)]
    [InlineData("SecRule ARGS:a \"@rx .\" \"id:1,pass,initcol:ip=%{REMOTE_ADDR},setvar:ip.flag=1\"\nSecRule IP:FLAG \"@eq 1\" \"id:2,deny\"", "/?a=x", 403)]
    public async Task Rules_do_what_they_say(string rules, string target, int status)
    {
        var config = Checked(new() { Rules = rules });
        (await new PluginHarness().Use("waf", config).SendAsync(target, headers: [("Cookie", "a=b; sid=x"), ("User-Agent", "say \"quoted\"")])).Status.ShouldBe(status);
    }

    [Theory]
    [InlineData("application/x-www-form-urlencoded", "a=1&b=%3Cx%3E", "ARGS_POST:b", "@streq <x>")]
    [InlineData("application/json", """{"a":{"b":[1,"<x>"]}}""", "ARGS:json.a.b.array_1", "@streq <x>")]
    [InlineData("application/json", """{"a":1,"a":"<x>"}""", "ARGS:json.a", "@streq <x>")]
    [InlineData("application/json", """["<x>"]""", "ARGS", "@streq <x>")]
    [InlineData("application/json", "{\"a\":", "REQBODY_ERROR", "@eq 1")]
    [InlineData("application/problem+json", "1", "ARGS", "@streq 1")]
    [InlineData("text/xml", "<a><b c='1&amp;2'>x</b>y</a>", "XML:/*", "@streq xy")]
    [InlineData("text/xml", "<a><b c='1&amp;2'>x</b>y</a>", "XML://@*", "@streq 1&2")]
    [InlineData("text/xml", "<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>", "REQBODY_ERROR", "@eq 1")]
    [InlineData("multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx\r\n--b--\r\n", "ARGS:a", "@streq x")]
    [InlineData("multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"a\"; filename=\"e.php\"\r\n\r\nx\r\n--b--\r\n", "FILES:a", "@streq e.php")]
    [InlineData("multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"a\"; filename=\"e.php\"\r\n\r\nxyz\r\n--b--\r\n", "FILES_COMBINED_SIZE", "@eq 3")]
    [InlineData("multipart/form-data; boundary=b", "--b\r\nX-Odd: yes\r\n\r\nx\r\n--b--", "MULTIPART_PART_HEADERS", "@contains X-Odd")]
    [InlineData("multipart/form-data; boundary=b", "--b\r\nno head", "MULTIPART_STRICT_ERROR", "@eq 1")]
    [InlineData("multipart/form-data", "--b", "MULTIPART_STRICT_ERROR", "@eq 1")]
    [InlineData("text/plain", "hello", "REQUEST_BODY", "@streq hello")]
    [InlineData("text/plain", "hello", "REQUEST_BODY_LENGTH", "@eq 5")]
    public async Task Bodies_are_looked_into(string type, string body, string variable, string test)
    {
        var config = Checked(new() { Rules = $"SecRule {variable} \"{test}\" \"id:1,deny\"" });
        (await new PluginHarness().Use("waf", config).SendAsync("/", "POST", [("Content-Type", type)], Encoding.UTF8.GetBytes(body))).Status.ShouldBe(403);
    }

    [Theory]
    [InlineData("SecRule ARGS", "rules:1: SecRule takes")]
    [InlineData("\nSecRule NOTHING \"x\" \"id:1\"", "rules:2: the variable NOTHING is not supported")]
    [InlineData("SecRule ARGS \"@detectSQLi\" \"id:1\"", "libinjection")]
    [InlineData("SecRule ARGS \"@geoLookup\" \"id:1\"", "operator @geoLookup")]
    [InlineData("SecRule ARGS \"x\" \"id:1,t:parityEven7bit\"", "transformation parityEven7bit")]
    [InlineData("SecRule ARGS \"x\" \"id:1,exec:/bin/sh\"", "action exec")]
    [InlineData("SecRule ARGS \"x\" \"id:1,phase:4\"", "phase 4")]
    [InlineData("SecRule ARGS \"x\" \"phase:2\"", "needs an id")]
    [InlineData("SecAction \"id:1\"\nSecAction \"id:1\"", "rules:2: the id 1 is used at rules:1 already")]
    [InlineData("SecRule ARGS \"x\" \"id:1,chain\"", "a chain has no last rule")]
    [InlineData("SecRule ARGS \"(\" \"id:1\"", "cannot be read")]
    [InlineData("SecRule ARGS \"x", "a quote is not closed")]
    [InlineData("SecRule ARGS \"@ipMatch 1.2.3\" \"id:1\"", "no address")]
    [InlineData("SecRule ARGS \"@pmFromFile /no/such/file\" \"id:1\"", "/no/such/file")]
    [InlineData("SecNonsense On", "SecNonsense")]
    [InlineData("Include /no/such/*.conf", "/no/such")]
    public void What_cannot_be_used_is_refused_with_its_place(string rules, string problem) => Problems(new() { Rules = rules }).ShouldContain(p => p.Contains(problem, StringComparison.Ordinal));

    [Theory]
    [InlineData("Include {0}")]
    [InlineData("SecRule REMOTE_ADDR \"@ipMatchFromFile {0}\" \"id:1\"")]
    public void What_stands_in_another_file_is_not_told(string rules)
    {
        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, "c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0MTI=\n");
            var problem = Problems(new() { Rules = string.Format(System.Globalization.CultureInfo.InvariantCulture, rules, file) }).ShouldHaveSingleItem();
            problem.ShouldContain(file);
            problem.ShouldNotContain("c2Vj");
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Theory]
    [InlineData("Include /dev/zero")]
    [InlineData("SecRule REMOTE_ADDR \"@pmFromFile /dev/zero\" \"id:1\"")]
    public void A_file_without_end_is_too_large(string rules)
    {
        if (OperatingSystem.IsLinux()) Problems(new() { Rules = rules }).ShouldHaveSingleItem().ShouldContain("too large");
    }

    [Fact]
    public async Task What_is_not_supported_can_be_skipped_but_what_is_wrong_cannot()
    {
        const string Rules = "SecRule ARGS \"@detectSQLi\" \"id:1,deny\"\nSecRule ARGS \"a\" \"id:2,deny,chain\"\nSecRule ARGS \"@detectXSS\"\nSecRule ARGS \"b\" \"id:3,deny\"";
        var config = new WafConfig { Rules = Rules, Unsupported = "skip" };
        Problems(config).ShouldBeEmpty();
        var harness = new PluginHarness().Use("waf", config);
        (await harness.SendAsync("/?x=a")).Status.ShouldBe(200);
        (await harness.SendAsync("/?x=b")).Status.ShouldBe(403);
        Problems(config with { Rules = "SecRule ARGS \"(\" \"id:1\"" }).Count.ShouldBe(1);
        Problems(new()).Count.ShouldBe(1);
    }

    [Fact]
    public async Task Counting_refuses_nobody()
    {
        var result = await new PluginHarness().Use("waf", Checked(new() { Mode = "count", MaxBody = 2, Rules = "SecAction \"id:1,deny\"" })).SendAsync("/", "POST", body: [1, 2, 3]);
        result.Status.ShouldBe(200);
    }

    [Fact]
    public async Task Limits_are_kept()
    {
        var harness = new PluginHarness().Use("waf", Checked(new() { MaxBody = 2, MaxArguments = 3, Rules = "SecRule ARGS \"x\" \"id:1,deny,status:418\"" }));
        (await harness.SendAsync("/", "POST", body: [1, 2, 3])).Status.ShouldBe(413);
        (await harness.SendAsync("/?a&b&c")).Status.ShouldBe(200);
        (await harness.SendAsync("/?a&b&c&d=x")).Status.ShouldBe(403);
        harness = new PluginHarness().Use("waf", Checked(new() { MaxBody = 2, BodyOverLimit = "skip", Rules = "SecRule REQUEST_BODY \"x\" \"id:1,deny\"" }));
        (await harness.SendAsync("/", "POST", body: "xxx"u8.ToArray())).Status.ShouldBe(200);
    }

    [Theory]
    [InlineData("refuse", 403)]
    [InlineData("pass", 200)]
    public async Task A_pattern_that_never_ends_does(string onTimeout, int status)
    {
        // A back reference cannot be matched in linear time.
        var config = Checked(new() { OnTimeout = onTimeout, Rules = "SecRule ARGS \"^(a+)+(a+)+(a+)+\\1b$\" \"id:1,deny\"" });
        (await new PluginHarness().Use("waf", config).SendAsync("/?x=" + new string('a', 400))).Status.ShouldBe(status);
    }

    [Fact]
    public async Task The_owasp_levels_and_other_variables_are_set()
    {
        const string Rules = "SecRule TX:PARANOIA_LEVEL|TX:BLOCKING_PARANOIA_LEVEL \"@eq 2\" \"id:1,pass,setvar:tx.n=+1\"\nSecRule TX:inbound_anomaly_score_threshold \"@eq 7\" \"id:2,pass,setvar:tx.n=+1\"\n"
            + "SecRule TX:team \"@streq blue\" \"id:3,pass,setvar:tx.n=+1\"\nSecRule TX:n \"@eq 4\" \"id:4,deny\"";
        var config = Checked(new() { ParanoiaLevel = 2, InboundAnomalyThreshold = 7, Variables = new Dictionary<string, string> { ["team"] = "blue" }, Rules = Rules });
        (await new PluginHarness().Use("waf", config).SendAsync("/")).Status.ShouldBe(403);
    }

    [Fact]
    public async Task Any_request_can_be_judged()
    {
        var variables = string.Join('|', Sluice.Gateway.Plugins.Waf.Requests.VariableNames.Supported.Select(v => v is "XML" ? "XML:/*" : v));
        var harness = new PluginHarness().Use("waf", Checked(new() { Rules = $"SecRule {variables} \"@rx (\\w+)\" \"id:1,pass,capture,t:urlDecodeUni,setvar:'tx.x=%{{TX.1}}%{{MATCHED_VAR}}',logdata:'%{{MATCHED_VAR_NAME}}'\"" }));
        var random = new Random(3);
        string[] types = ["application/json", "text/xml", "multipart/form-data; boundary=b", "application/x-www-form-urlencoded", "multipart/form-data; boundary=\"", ";"];
        string[] seeds = ["""{"a":[1,{"b":"c\u0041"}],"d":null}""", "<a b='c'><![CDATA[x]]>&lt;</a>", "--b\r\nContent-Disposition: form-data; name=\"a\"; filename=\"f\\\"\"\r\n\r\nx\r\n--b--", "a=1&b=%41&&=&%zz"];
        for (var i = 0; i < 600; i++)
        {
            var body = Encoding.UTF8.GetBytes(seeds[random.Next(seeds.Length)]);
            for (var j = random.Next(6); j > 0 && body.Length > 0; j--) body[random.Next(body.Length)] = (byte)random.Next(256);
            var cut = random.Next(body.Length + 1);
            var noise = Encoding.Latin1.GetString(body).Replace('\r', ' ').Replace('\n', ' ');
            (await harness.SendAsync("/x?" + noise.Replace(' ', '+'), "POST", [("Content-Type", types[random.Next(types.Length)]), ("Cookie", noise)], body[..cut])).Status.ShouldBe(200);
        }
    }

    [Fact]
    public void Any_text_can_be_read_as_rules()
    {
        const string Seed = "SecRule ARGS:/x|y/|!ARGS:'a b'|&TX:c|XML:/* \"!@rx (a|b)+[^]c]{1,2}$\" \"id:7,phase:2,t:none,t:lowercase,setvar:'tx.a=+%{tx.b}',ctl:ruleRemoveTargetById=1-2;ARGS,msg:'it\\'s',chain\"\nSecRule TX:1 \"@ge 3\" \"skipAfter:X\"\nSecMarker X\nSecAction \"id:8,deny\"\n";
        var random = new Random(5);
        for (var i = 0; i < 2000; i++)
        {
            var text = Seed.ToCharArray();
            for (var j = 1 + random.Next(8); j > 0; j--) text[random.Next(text.Length)] = random.Next(2) == 0 ? Seed[random.Next(Seed.Length)] : (char)random.Next(256);
            var builder = new RuleSetBuilder();
            builder.AddText("x", new string(text, 0, random.Next(text.Length + 1)), folder: "/nonexistent");
            builder.Build();
        }
    }

    [Theory]
    [InlineData(Transport.TransportKind.Auto)]
    [InlineData(Transport.TransportKind.Sockets)]
    public async Task It_works_in_a_running_gateway(Transport.TransportKind transport)
    {
        await using var upstream = await HttpStandIn.StartAsync();
        await using var gateway = await GatewayUnderTest.StartAsync(
            $$"""
            _format_version: "3.0"
            services: [{url: "{{upstream.Url}}", routes: [{paths: [/]}]}]
            plugins:
            - name: waf
              config:
                timeout: 60000
                rules: |
                  SecRule ARGS|ARGS_NAMES "@rx (?i)<script" "id:1,phase:2,deny,t:none,t:urlDecodeUni,t:htmlEntityDecode,msg:'Script'"
            """,
            kind: transport);
        (await gateway.GetAsync("/?q=%3CScript%3E")).ShouldStartWith("HTTP/1.1 403");
        (await gateway.SendAsync("POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: application/x-www-form-urlencoded\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nq=<sc\r\n4\r\nript\r\n0\r\n\r\n")).ShouldStartWith("HTTP/1.1 403");
        (await gateway.SendAsync("POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 3\r\n\r\nq=1")).ShouldStartWith("HTTP/1.1 200");
        (await upstream.ReceiveAsync()).Text.ShouldBe("q=1");
        (await gateway.GetAsync("/?q=1")).ShouldStartWith("HTTP/1.1 200");
        (await upstream.ReceiveAsync()).Header("Content-Length").ShouldBeNull();
    }

    private static WafConfig Checked(WafConfig config)
    {
        // Not a test of how busy the machine is.
        config = config with { Timeout = 60000 };
        Problems(config).ShouldBeEmpty();
        return config;
    }

    private static List<string> Problems(WafConfig config)
    {
        var problems = new List<string>();
        config.Check((_, message) => problems.Add(message));
        return problems;
    }
}
