namespace Sluice.Gateway.Tests.Configuration.Reading;

public class IdentityTests
{
    // The ids are those that Kong 3.9.3 named in its messages about these objects.
    [Fact]
    public void Ids_are_derived_as_Kong_derives_them()
    {
        var document = Files.Read("""
            _format_version: "3.0"
            services:
            - name: s
              url: http://x.test
              routes:
              - name: r
                paths: [/]
                plugins:
                - name: cors
            upstreams:
            - name: u.up
              targets:
              - target: a:80
            consumers:
            - username: u
              acls:
              - group: a
            """).Document.ShouldNotBeNull();

        document.Plugins[0].Id.ShouldBe(new Guid("8d257a85-2ac0-5869-b244-e2882409f85d"));
        document.Targets[0].Id.ShouldBe(new Guid("6998bbd3-605e-5851-8803-dff9ddf9d6d8"));
        document.Credentials[0].Id.ShouldBe(new Guid("8787cbfa-6155-5d40-9db9-fc8c6eacae1d"));
    }

    [Fact]
    public void Ids_in_the_file_are_kept()
    {
        var document = Files.Read("""
            _format_version: "3.0"
            services:
            - {id: 57f74387-4288-52fd-a73d-0f791ffbda1c, name: s, url: "http://x.test"}
            """).Document.ShouldNotBeNull();

        document.Services[0].Id.ShouldBe(new Guid("57f74387-4288-52fd-a73d-0f791ffbda1c"));
    }

    [Fact]
    public void Objects_without_a_name_have_ids_that_stay_the_same_from_one_reading_to_the_next()
    {
        const string file = """
            _format_version: "3.0"
            routes:
            - {paths: [/a]}
            - {paths: [/b]}
            """;
        var first = Files.Read(file).Document!.Routes;

        first[0].Id.ShouldNotBe(first[1].Id);
        Files.Read(file).Document!.Routes.Select(r => r.Id).ShouldBe(first.Select(r => r.Id));
    }
}
