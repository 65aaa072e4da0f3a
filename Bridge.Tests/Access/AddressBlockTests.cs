using System.Net;
using Bridge.Server.Access;

namespace Bridge.Tests.Access;

public sealed class AddressBlockTests
{
    [Theory]
    [InlineData("10.0.0.1", "10.0.0.1", true)]
    [InlineData("10.0.0.1", "::ffff:10.0.0.1", true)]
    [InlineData("10.0.0.1", "10.0.0.2", false)]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff", true)]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:3::1", false)]
    [InlineData("0.0.0.0", "::", false)]
    [InlineData("::1", "127.0.0.1", false)]
    [InlineData("10.0.0.1", "0:0:0a00:1::", false)]
    public void Of_TwoAddresses_IsOneWhereOneHostMayHaveBoth(string one, string other, bool areOne) =>
        (AddressBlock.Of(IPAddress.Parse(one)) == AddressBlock.Of(IPAddress.Parse(other))).Should().Be(areOne);

    [Fact]
    public void Of_NoAddress_IsOneForAll() => AddressBlock.Of(null).Should().Be(AddressBlock.Of(null));
}
