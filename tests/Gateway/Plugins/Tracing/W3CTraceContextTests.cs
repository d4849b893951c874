using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Sluice.Gateway.Plugins.Tracing;

namespace Sluice.Gateway.Tests.Plugins.Tracing;

/// <summary>The cases of W3C's own test suite for Trace Context (w3c/trace-context, test/test.py) that concern one hop.</summary>
public sealed class W3CTraceContextTests
{
    private const string Parent = "00-12345678901234567890123456789012-1234567890123456-01";

    private static readonly TraceFormat Format = TraceFormat.All["w3c"];

    [Theory]
    // test_traceparent_header_name, ..._trace_flags_*, ..._ows_handling
    [InlineData(Parent, true)]
    [InlineData("00-12345678901234567890123456789012-1234567890123456-00", false)]
    [InlineData("00-12345678901234567890123456789012-1234567890123456-ff", true)]
    [InlineData(" 00-12345678901234567890123456789012-1234567890123456-01", true)]
    [InlineData("\t00-12345678901234567890123456789012-1234567890123456-01 \t", true)]
    // test_traceparent_version_0xcc
    [InlineData("cc-12345678901234567890123456789012-1234567890123456-01", true)]
    [InlineData("cc-12345678901234567890123456789012-1234567890123456-01-what-the-future-will-be-like", true)]
    public void The_trace_goes_on(string traceparent, bool sampled)
    {
        var trace = Format.Read(new HeaderDictionary { ["traceparent"] = traceparent }).ShouldNotBeNull();
        trace.TraceId.ShouldBe(UInt128.Parse("12345678901234567890123456789012", System.Globalization.NumberStyles.HexNumber, null));
        trace.SpanId.ShouldBe(0x1234567890123456UL);
        trace.Sampled.ShouldBe(sampled);
    }

    [Theory]
    // test_traceparent_version_0x00, _0xcc, _0xff, _illegal_characters, _too_long, _too_short
    [InlineData("00-12345678901234567890123456789012-1234567890123456-01.")]
    [InlineData("00-12345678901234567890123456789012-1234567890123456-01-what-the-future-will-be-like")]
    [InlineData("cc-12345678901234567890123456789012-1234567890123456-01.what-the-future-will-be-like")]
    [InlineData("ff-12345678901234567890123456789012-1234567890123456-01")]
    [InlineData(".0-12345678901234567890123456789012-1234567890123456-01")]
    [InlineData("0.-12345678901234567890123456789012-1234567890123456-01")]
    [InlineData("000-12345678901234567890123456789012-1234567890123456-01")]
    [InlineData("0000-12345678901234567890123456789012-1234567890123456-01")]
    [InlineData("0-12345678901234567890123456789012-1234567890123456-01")]
    // test_traceparent_trace_id_*
    [InlineData("00-00000000000000000000000000000000-1234567890123456-01")]
    [InlineData("00-.2345678901234567890123456789012-1234567890123456-01")]
    [InlineData("00-1234567890123456789012345678901.-1234567890123456-01")]
    [InlineData("00-123456789012345678901234567890123-1234567890123456-01")]
    [InlineData("00-1234567890123456789012345678901-1234567890123456-01")]
    // test_traceparent_parent_id_*
    [InlineData("00-12345678901234567890123456789012-0000000000000000-01")]
    [InlineData("00-12345678901234567890123456789012-.234567890123456-01")]
    [InlineData("00-12345678901234567890123456789012-123456789012345.-01")]
    [InlineData("00-12345678901234567890123456789012-12345678901234567-01")]
    [InlineData("00-12345678901234567890123456789012-123456789012345-01")]
    // test_traceparent_trace_flags_illegal_characters, _too_long, _too_short
    [InlineData("00-12345678901234567890123456789012-1234567890123456-.0")]
    [InlineData("00-12345678901234567890123456789012-1234567890123456-0.")]
    [InlineData("00-12345678901234567890123456789012-1234567890123456-001")]
    [InlineData("00-12345678901234567890123456789012-1234567890123456-1")]
    // upper case is not allowed (section 3.2.2.3)
    [InlineData("00-1234567890123456789012345678901A-1234567890123456-01")]
    [InlineData("00-12345678901234567890123456789012-123456789012345B-01")]
    [InlineData("")]
    public void The_trace_begins_anew(string traceparent) => Format.Read(new HeaderDictionary { ["traceparent"] = traceparent }).ShouldBeNull();

    /// <summary>test_traceparent_duplicated.</summary>
    [Fact]
    public void Two_traceparents_are_none() =>
        Format.Read(new HeaderDictionary { ["traceparent"] = new StringValues([Parent, Parent.Replace('1', '2')]) }).ShouldBeNull();

    [Theory]
    // test_tracestate_header_name, _ows_handling, _multiple_headers_same, _empty_header
    [InlineData("foo=1,bar=2", "foo=1,bar=2")]
    [InlineData("foo=1 \t , \t bar=2, \t baz=3", "foo=1,bar=2,baz=3")]
    [InlineData("foo=1|bar=2", "foo=1,bar=2")]
    [InlineData("foo=1||bar=2", "foo=1,bar=2")]
    [InlineData("foo=1,", "foo=1")]
    // test_tracestate_duplicated_keys
    [InlineData("foo=1,foo=1", null)]
    [InlineData("foo=1,foo=2", null)]
    [InlineData("foo=1|foo=1", null)]
    // test_tracestate_all_allowed_characters, _key_illegal_characters
    [InlineData("abcdefghijklmnopqrstuvwxyz0123456789_-*/= !\"#$%&'()*+-./0123456789:;<>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~",
        "abcdefghijklmnopqrstuvwxyz0123456789_-*/= !\"#$%&'()*+-./0123456789:;<>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~")]
    [InlineData("foo =1", null)]
    [InlineData("FOO=1", null)]
    [InlineData("foo.bar=1", null)]
    // test_tracestate_key_illegal_vendor_format, _key_length_limit
    [InlineData("foo@=1,bar=2", null)]
    [InlineData("@foo=1,bar=2", null)]
    [InlineData("foo@@bar=1,bar=2", null)]
    [InlineData("foo@bar@baz=1,bar=2", null)]
    [InlineData("t@v=1,0t@v=2", "t@v=1,0t@v=2")]
    // test_tracestate_value_illegal_characters
    [InlineData("foo=bar=baz", null)]
    [InlineData("foo=,bar=3", null)]
    public void The_state_is_passed_on_if_it_follows_the_rules(string tracestate, string? expected)
    {
        // "|" stands for the border of two lines where the value is not a test of that character.
        var lines = tracestate.Contains('!', StringComparison.Ordinal) ? [tracestate] : tracestate.Split('|');
        Forward(new StringValues(lines), Parent).ShouldBe(expected);
    }

    /// <summary>test_tracestate_member_count_limit, test_tracestate_key_length_limit.</summary>
    [Fact]
    public void Limits_of_the_state_are_kept()
    {
        Forward(string.Join(',', Enumerable.Range(1, 32).Select(i => $"bar{i:00}={i:00}")), Parent).ShouldNotBeNull();
        Forward(string.Join(',', Enumerable.Range(1, 33).Select(i => $"bar{i:00}={i:00}")), Parent).ShouldBeNull();
        Forward(new string('z', 256) + "=1", Parent).ShouldNotBeNull();
        Forward(new string('z', 257) + "=1", Parent).ShouldBeNull();
        Forward(new string('t', 241) + "@" + new string('v', 14) + "=1", Parent).ShouldNotBeNull();
        Forward(new string('t', 242) + "@v=1", Parent).ShouldBeNull();
        Forward("t@" + new string('v', 15) + "=1", Parent).ShouldBeNull();
    }

    /// <summary>test_tracestate_included_traceparent_missing, test_tracestate_included_traceparent_included.</summary>
    [Theory]
    [InlineData(null)]
    [InlineData("garbage")]
    public void Without_a_traceparent_the_state_is_dropped(string? traceparent) => Forward("foo=1", traceparent).ShouldBeNull();

    /// <summary>What the upstream gets as tracestate; null for nothing.</summary>
    private static string? Forward(StringValues tracestate, string? traceparent)
    {
        var headers = new HeaderDictionary { ["tracestate"] = tracestate };
        if (traceparent is not null) headers["traceparent"] = traceparent;
        var trace = Format.Read(headers);
        Format.Write(headers, (trace ?? new() { TraceId = 7 }) with { SpanId = 5, Sampled = true });
        headers["traceparent"].ToString().ShouldMatch("^00-[0-9a-f]{32}-0000000000000005-01$");
        return headers.TryGetValue("tracestate", out var state) ? state.ToString() : null;
    }
}
