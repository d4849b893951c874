using Sluice.Foundation.Secrets;

namespace Sluice.Foundation.Tests.Secrets;

public sealed class FileSecretsTests : IDisposable
{
    private readonly string _top = Directory.CreateTempSubdirectory("sluice-secrets-").FullName;
    private readonly string _root;

    public FileSecretsTests()
    {
        _root = Path.Combine(_top, "root");
        Directory.CreateDirectory(Path.Combine(_root, "db"));
        File.WriteAllText(Path.Combine(_top, "outside"), "no");
        File.WriteAllText(Path.Combine(_root, "token"), "s3cret\n");
        File.WriteAllText(Path.Combine(_root, "db", "password"), "a\nb\r\n");
        File.WriteAllText(Path.Combine(_root, "login"), """{"user": "u", "n": 7}""");
    }

    public void Dispose() => Directory.Delete(_top, recursive: true);

    private SecretLookup Find(string path, string prefix = "")
    {
        SecretReference.TryParse($"{{vault://file/{path}}}", out var reference).ShouldBeTrue();
        return new FileSecrets(_root, prefix).Find(reference!);
    }

    [Fact]
    public void A_file_is_its_text_without_the_last_line_break()
    {
        Find("token").Value.ShouldBe("s3cret");
        Find("db/password").Value.ShouldBe("a\nb");
        Find("password", "db").Value.ShouldBe("a\nb");
    }

    [Fact]
    public void A_key_is_a_field_of_a_JSON_file()
    {
        Find("login/user").Value.ShouldBe("u");
        Find("login/n").Value.ShouldBe("7");
        Find("login/").Value.ShouldBe("""{"user": "u", "n": 7}""");
        Find("login/none").Problem.ShouldBe("the file login has no field 'none'");
        Find("token/x").Problem.ShouldBe("the file token has no field 'x'");
        Find("none").Problem.ShouldBe($"there is no file none in {_root}");
    }

    [Theory]
    [InlineData("../outside")]
    [InlineData("%2E%2E/outside")]
    [InlineData("..%2Foutside")]
    [InlineData("db/../../outside")]
    [InlineData("%2Fetc/passwd")]
    public void Nothing_outside_the_folder_can_be_named(string path) => Find(path).Problem.ShouldBe("the path leaves the folder of secrets");

    [Fact]
    public void A_link_may_not_lead_out_but_Kubernetes_links_work()
    {
        File.CreateSymbolicLink(Path.Combine(_root, "escape"), "../outside");
        File.CreateSymbolicLink(Path.Combine(_root, "escaping"), _top);
        Find("escape").Problem!.ShouldContain("a link leads out of the folder");
        Find("escaping/outside").Problem!.ShouldContain("a link leads out of the folder");

        Directory.CreateDirectory(Path.Combine(_root, "..2026"));
        File.WriteAllText(Path.Combine(_root, "..2026", "api"), "k8s");
        File.CreateSymbolicLink(Path.Combine(_root, "..data"), "..2026");
        File.CreateSymbolicLink(Path.Combine(_root, "api"), "..data/api");
        Find("api").Value.ShouldBe("k8s");
    }
}
