using System.Security.Cryptography;
using System.Text;
using Bridge.Server.Access;
using Bridge.Server.Topics;
using Bridge.Tests.Configuration;

namespace Bridge.Tests.Access;

public sealed class ApiKeyStoreTests
{
    private static readonly ApiKeyStore Store = StoreOf(("excel", "brk_é"), ("word", "other"), ("nothing", ""));

    [Theory]
    [InlineData("brk_é", "excel")]
    [InlineData("other", "word")]
    public void Find_Key_IsItsHolder(string key, string name)
    {
        var holder = Store.Find(key)!;

        holder.User.Should().Be(name);
        holder.Permissions.MayRead("any", TopicFilter.Parse($"users/{name}")).Should().BeTrue();
        holder.Permissions.MayRead("any", TopicFilter.Parse("users/+")).Should().BeFalse();
        Store.Find(key).Should().BeSameAs(holder);
    }

    [Theory]
    [InlineData("brk_e")]
    [InlineData("brk_é ")]
    [InlineData("BRK_É")]
    [InlineData("excel")]
    [InlineData("")]
    public void Find_NoKey_IsNobody(string key) => Store.Find(key).Should().BeNull();

    [Fact]
    public void Find_LongerThanAnyKey_IsNobody()
    {
        StoreOf(("long", new string('x', 1024))).Find(new string('x', 1024)).Should().NotBeNull();
        StoreOf(("longer", new string('x', 1025))).Find(new string('x', 1025)).Should().BeNull();
    }

    [Fact]
    public void Hash_Text_IsReadBack()
    {
        var text = ApiKeyHash.Of("foo").ToString();

        text.Should().Be("sha256:2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae");
        ApiKeyHash.TryParse(text).Should().Be(ApiKeyHash.Of("foo"));
        ApiKeyHash.TryParse("sha256:" + text[7..].ToUpperInvariant()).Should().Be(ApiKeyHash.Of("foo"));
    }

    private static ApiKeyStore StoreOf(params (string Name, string Key)[] keys)
    {
        var entries = keys.Select(key =>
            $$"""{ "Name": "{{key.Name}}", "Hash": "sha256:{{Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(key.Key)))}}", "Role": "r" }""");
        var options = Loading.Load($$"""
            {"Access":{"ApiKeys":[{{string.Join(',', entries)}}],
                       "Roles":{"r":{"Allow":[{"Actions":["read"],"Broker":"*","Topics":["users/{user}"]}]} } } }
            """);
        return new ApiKeyStore(options.Access, new AccessRules(options.Access));
    }
}
