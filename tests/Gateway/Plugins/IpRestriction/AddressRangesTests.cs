using System.Net;
using Sluice.Gateway.Plugins.IpRestriction;

namespace Sluice.Gateway.Tests.Plugins.IpRestriction;

public class AddressRangesTests
{
    [Theory]
    [InlineData("127.0.0.2/31", "127.0.0.3", true)]
    [InlineData("127.0.0.2/31", "127.0.0.1", false)]
    [InlineData("127.0.0.3/31", "127.0.0.2", true)]
    [InlineData("0.0.0.0/0", "255.255.255.255", true)]
    [InlineData("0.0.0.0/0", "2001:db8::1", false)]
    [InlineData("::/0", "2001:db8::1", true)]
    [InlineData("10.0.0.1", "::ffff:10.0.0.1", true)]
    [InlineData("2001:db8::/33", "2001:db8:7fff::1", true)]
    [InlineData("2001:db8::/33", "2001:db8:8000::", false)]
    [InlineData("::1", "::1", true)]
    [InlineData("::1", "::2", false)]
    public void Blocks_contain_their_addresses(string block, string address, bool contained) =>
        new AddressRanges([block]).Contains(IPAddress.Parse(address)).ShouldBe(contained);

    [Theory]
    [InlineData("300.1.1.1")]
    [InlineData("x.test")]
    [InlineData("127.1")]
    [InlineData("0x7f.0.0.1")]
    [InlineData("010.0.0.1")]
    [InlineData("10.0.0.0/33")]
    [InlineData("10.0.0.0/")]
    [InlineData("10.0.0.0/-1")]
    [InlineData("[::1]")]
    [InlineData("fe80::1%eth0")]
    [InlineData("")]
    public void Other_texts_are_no_blocks(string text) => AddressRanges.TryParse(text, out _).ShouldBeFalse();

    [Fact]
    public void Overlapping_blocks_become_one_and_long_lists_are_searched_right()
    {
        new AddressRanges(["10.0.0.0/8", "10.1.0.0/16", "10.0.0.1"]).Count.ShouldBe(1);
        var random = new Random(7);
        var networks = Enumerable.Range(0, 5000)
            .Select(_ => (Address: new IPAddress((long)random.NextInt64(0, uint.MaxValue)), Prefix: random.Next(12, 33)))
            .Select(n => IPNetwork.Parse($"{Masked(n.Address, n.Prefix)}/{n.Prefix}")).ToList();
        var ranges = new AddressRanges(networks.Select(n => n.ToString()));
        for (var i = 0; i < 2000; i++)
        {
            var address = new IPAddress((long)random.NextInt64(0, uint.MaxValue));
            ranges.Contains(address).ShouldBe(networks.Exists(n => n.Contains(address)), address.ToString());
        }
    }

    private static IPAddress Masked(IPAddress address, int prefix)
    {
        var bytes = address.GetAddressBytes();
        var number = System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(bytes) & (uint.MaxValue << (32 - prefix));
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(bytes, number);
        return new IPAddress(bytes);
    }
}
