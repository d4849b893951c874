using Sluice.Foundation.Secrets;

namespace Sluice.Foundation.Tests.Secrets;

public class SecretReferenceTests
{
    [Theory]
    [InlineData("{vault://env/name}", "env", "name", null)]
    [InlineData("{vault://env/name/key}", "env", "name", "key")]
    [InlineData("{vault://hcv/deep/path/key}", "hcv", "deep/path", "key")]
    [InlineData("{vault://hcv/deep/path/}", "hcv", "deep/path", null)]
    [InlineData("{vault://hcv/a%20b/k%2Fl}", "hcv", "a b", "k/l")]
    public void The_last_segment_is_the_key(string text, string vault, string resource, string? key)
    {
        SecretReference.TryParse(text, out var reference).ShouldBeTrue();
        (reference!.Vault, reference.Resource, reference.Key, reference.Text).ShouldBe((vault, resource, key, text));
    }

    [Fact]
    public void Options_follow_a_question_mark()
    {
        SecretReference.TryParse("{vault://env/n?prefix=A%5F&x=", out _).ShouldBeFalse();
        SecretReference.TryParse("{vault://env/n?prefix=A%5F&x}", out var reference).ShouldBeTrue();
        reference!.Options.ShouldBe(new Dictionary<string, string> { ["prefix"] = "A_", ["x"] = "" });
    }

    [Theory]
    [InlineData("{vault://}")]
    [InlineData("{vault://env}")]
    [InlineData("{vault://env/}")]
    [InlineData("{vault:///a}")]
    [InlineData("{vault://hcv/a//b}")]
    [InlineData("vault://env/a")]
    public void What_names_nothing_is_no_reference(string text) => SecretReference.TryParse(text, out _).ShouldBeFalse();
}
