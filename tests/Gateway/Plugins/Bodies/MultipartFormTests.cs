using System.Text;
using Sluice.Gateway.Plugins.Bodies;

namespace Sluice.Gateway.Tests.Plugins.Bodies;

public sealed class MultipartFormTests
{
    private const string Body =
        "--XX\r\nContent-Disposition: form-data; name=\"f\"; filename=\"a.txt\"\r\nContent-Type: text/plain\r\n\r\nfile!\r\n--XX\r\n" +
        "Content-Disposition: form-data; name=\"gone\"\r\n\r\n1\r\n--XX--\r\n";

    [Fact]
    public void Parts_that_are_not_changed_stay_as_they_are()
    {
        var form = Read(Body)!;
        form.Remove("gone").ShouldBeTrue();
        form.Add("k", "v");
        Encoding.UTF8.GetString(form.Write()).ShouldBe(
            "--XX\r\nContent-Disposition: form-data; name=\"f\"; filename=\"a.txt\"\r\nContent-Type: text/plain\r\n\r\nfile!\r\n" +
            "--XX\r\nContent-Disposition: form-data; name=\"k\"\r\n\r\nv\r\n--XX--\r\n");
        form.Has("f").ShouldBeTrue();
        form.Has("gone").ShouldBeFalse();
    }

    [Fact]
    public void A_renamed_part_moves_to_the_end()
    {
        var form = Read(Body)!;
        form.Rename("f", "g").ShouldBeTrue();
        Encoding.UTF8.GetString(form.Write()).ShouldEndWith("--XX\r\nContent-Disposition: form-data; name=\"g\"\r\n\r\nfile!\r\n--XX--\r\n");
    }

    [Fact]
    public void A_name_cannot_break_out_of_its_header()
    {
        var form = Read("")!;
        form.Add("a\"\r\nX: y", "v");
        Encoding.UTF8.GetString(form.Write()).ShouldContain("name=\"a%22%0D%0AX: y\"");
    }

    [Theory]
    [InlineData("no boundary")]
    [InlineData("--XX\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx")]
    [InlineData("--XX\r\nx\r\n--XX--")]
    [InlineData("--XXjunk")]
    public void Malformed_bodies_are_not_read(string body) => Read(body).ShouldBeNull();

    [Theory]
    [InlineData("multipart/form-data")]
    [InlineData("multipart/form-data; boundary=\"\"")]
    [InlineData("nonsense")]
    public void A_boundary_is_needed(string type) => MultipartForm.Read(Encoding.UTF8.GetBytes(Body), type).ShouldBeNull();

    private static MultipartForm? Read(string body) => MultipartForm.Read(Encoding.UTF8.GetBytes(body), "multipart/form-data; boundary=\"XX\"");
}
