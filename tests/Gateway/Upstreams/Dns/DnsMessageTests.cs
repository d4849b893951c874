using FsCheck;
using FsCheck.Fluent;
using Sluice.Gateway.Upstreams.Dns;

namespace Sluice.Gateway.Tests.Upstreams.Dns;

public sealed class DnsMessageTests
{
    private const ushort Id = 0x1234;

    private static byte[] Query()
    {
        var buffer = new byte[DnsMessage.LongestQuery];
        return buffer[..DnsMessage.WriteQuery(buffer, Id, "a.test", DnsRecordType.A)];
    }

    private static DnsReply? Read(byte[] message) => DnsMessage.Read(message, Id, "a.test", DnsRecordType.A);

    private static byte[] Valid() => TestNameServer.Message(Query(), 0, truncated: false, [
        TestNameServer.Record("a.test", DnsRecordType.Cname, 60, TestNameServer.Name("b.test")),
        TestNameServer.Record("b.test", DnsRecordType.A, 60, [10, 0, 0, 1])]);

    [Fact]
    public void A_query_is_written_as_the_RFC_says() =>
        Query().ShouldBe([0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, (byte)'a', 4, (byte)'t', (byte)'e', (byte)'s', (byte)'t', 0, 0, 1, 0, 1]);

    [Fact]
    public void A_pointer_to_the_question_is_followed()
    {
        byte[] record = [0xC0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 10, 0, 0, 1];

        var reply = Read(TestNameServer.Message(Query(), 0, truncated: false, [record])).ShouldNotBeNull();

        reply.Status.ShouldBe(DnsStatus.Answered);
        reply.Records.ShouldHaveSingleItem().Address!.ToString().ShouldBe("10.0.0.1");
    }

    [Theory]
    [InlineData(24)] // to itself
    [InlineData(26)] // forwards
    public void Pointers_that_do_not_lead_backwards_are_refused(byte target)
    {
        byte[] record = [0xC0, target, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 10, 0, 0, 1];

        Read(TestNameServer.Message(Query(), 0, truncated: false, [record])).ShouldNotBeNull().Status.ShouldBe(DnsStatus.Malformed);
    }

    [Fact]
    public void Two_pointers_at_each_other_end()
    {
        byte[] message = [0xC0, 2, 0xC0, 0];
        var position = 2;

        DnsName.TryRead(message, ref position, out _).ShouldBeFalse();
    }

    [Fact]
    public void Records_of_other_names_are_not_taken()
    {
        var reply = Read(TestNameServer.Message(Query(), 0, truncated: false, [
            TestNameServer.Record("evil.test", DnsRecordType.A, 60, [6, 6, 6, 6])])).ShouldNotBeNull();

        reply.Status.ShouldBe(DnsStatus.NoRecords);
    }

    [Fact]
    public void Aliases_in_a_circle_end_without_an_address()
    {
        var reply = Read(TestNameServer.Message(Query(), 0, truncated: false, [
            TestNameServer.Record("a.test", DnsRecordType.Cname, 60, TestNameServer.Name("b.test")),
            TestNameServer.Record("b.test", DnsRecordType.Cname, 60, TestNameServer.Name("a.test"))])).ShouldNotBeNull();

        reply.Status.ShouldBe(DnsStatus.NoRecords);
    }

    [Fact]
    public void An_address_of_the_wrong_length_is_malformed() =>
        Read(TestNameServer.Message(Query(), 0, truncated: false, [TestNameServer.Record("a.test", DnsRecordType.A, 60, [1, 2, 3])]))
            .ShouldNotBeNull().Status.ShouldBe(DnsStatus.Malformed);

    [Fact]
    public void Every_cut_of_a_reply_is_read_without_an_exception()
    {
        var valid = Valid();
        Read(valid).ShouldNotBeNull().Status.ShouldBe(DnsStatus.Answered);
        for (var length = 0; length < valid.Length; length++)
            Read(valid[..length])?.Status.ShouldNotBe(DnsStatus.Answered);
    }

    [Fact]
    public void Any_bytes_are_read_without_an_exception()
    {
        var head = Query();
        Prop.ForAll<byte[]>(bytes =>
        {
            Read(bytes);
            Read(TestNameServer.Message(head, 0, truncated: false, [bytes]));
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Any_change_of_a_reply_is_read_without_an_exception()
    {
        var valid = Valid();
        var random = new Random(1);
        for (var i = 0; i < 20_000; i++)
        {
            var changed = valid.ToArray();
            for (var j = random.Next(4); j >= 0; j--) changed[random.Next(changed.Length)] = (byte)random.Next(256);
            Read(changed);
        }
    }
}
