using System.Buffers;
using System.Text;
using Sluice.Foundation.Redis;

namespace Sluice.Foundation.Tests.Redis;

public class RespReaderTests
{
    [Theory]
    [InlineData("+OK\r\n", "OK")]
    [InlineData(":-42\r\n", "-42")]
    [InlineData("$5\r\na\r\nbc\r\n", "a\r\nbc")]
    [InlineData("$0\r\n\r\n", "")]
    public void Single_answers(string bytes, string text) => Read(bytes).Text.ShouldBe(text);

    [Fact]
    public void Lists_errors_and_nothing()
    {
        var list = Read("*3\r\n:1\r\n*1\r\n$1\r\nx\r\n$-1\r\n");
        list.Items.Count.ShouldBe(3);
        list.Items[1].Items[0].Text.ShouldBe("x");
        list.Items[2].Kind.ShouldBe(RedisReplyKind.Null);
        Read("-ERR no\r\n").Error.ShouldBe("ERR no");
        Read("*-1\r\n").Kind.ShouldBe(RedisReplyKind.Null);
    }

    [Fact]
    public void Every_part_of_an_answer_is_waited_for_to_its_end()
    {
        const string whole = "*2\r\n$3\r\nabc\r\n:7\r\n";
        for (var length = 0; length < whole.Length; length++)
        {
            var part = new ReadOnlySequence<byte>(Encoding.ASCII.GetBytes(whole[..length]));
            RespReader.TryRead(ref part, out _).ShouldBeFalse();
        }
    }

    [Theory]
    [InlineData("HTTP/1.1 400 Bad Request\r\n")]
    [InlineData("$x\r\n")]
    [InlineData("$-2\r\n")]
    [InlineData("$3\r\nabcd\r\n")]
    [InlineData("*99999999999\r\n")]
    [InlineData("\r\n")]
    [InlineData("*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n:1\r\n")]
    public void What_is_no_answer_is_refused(string bytes) => Should.Throw<InvalidDataException>(() => Read(bytes));

    private static RedisReply Read(string bytes)
    {
        var input = new ReadOnlySequence<byte>(Encoding.ASCII.GetBytes(bytes));
        RespReader.TryRead(ref input, out var reply).ShouldBeTrue();
        input.IsEmpty.ShouldBeTrue();
        return reply;
    }
}
