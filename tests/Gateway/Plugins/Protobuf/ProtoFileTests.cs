using System.Text.Json.Nodes;
using Sluice.Gateway.Plugins.Protobuf;

namespace Sluice.Gateway.Tests.Plugins.Protobuf;

public sealed class ProtoFileTests
{
    internal const string Library = """
        syntax = "proto3"; // a comment
        package library.v1;
        import "google/api/annotations.proto";
        import "google/protobuf/timestamp.proto";
        import "google/protobuf/wrappers.proto";
        option go_package = "x;y";

        /* Books { } */
        service Books {
          rpc Get (GetBook) returns (Book) {
            option (google.api.http) = {
              get: "/v1/{name=shelves/*/books/*}"
              additional_bindings { get: "/v1/books/{name}" }
              additional_bindings { post: "/v1/books:find" body: "*" }
            };
          }
          rpc Add (AddBook) returns (Book) { option (google.api.http) = { post: "/v1/shelves/{shelf}/books" body: "book" }; }
          rpc List (GetBook) returns (stream Book) { option (google.api.http).get = "/ignored"; option deprecated = true; }
          rpc Watch (GetBook) returns (stream .library.v1.Book) { option (google.api.http) = { get: "/v1/watch" }; }
        }

        message GetBook { string name = 1; int32 revision = 2; Filter filter = 3; message Filter { string author = 1; } }
        message AddBook { string shelf = 1; Book book = 2; bool dry_run = 3; }
        enum Kind { KIND_UNKNOWN = 0; NOVEL = 1; }
        message Book {
          reserved 90 to 99;
          string name = 1 [(google.api.field_behavior) = REQUIRED, json_name = "title"];
          int64 pages = 2;
          repeated string author_names = 3;
          Kind kind = 4;
          map<string, int32> ratings = 5;
          optional bool lent = 6;
          oneof cover { bytes image = 7; string url = 8; }
          google.protobuf.Timestamp published = 9;
          repeated sint32 deltas = 10;
          double price = 11;
          Book sequel = 12;
          google.protobuf.StringValue note = 13;
          uint64 big = 14;
          float weight = 15;
        }
        """;

    [Fact]
    public void Services_and_their_rules_are_read()
    {
        var schema = ProtoFile.Parse(Library);
        schema.Methods.Select(m => m.Path).ShouldBe(["/library.v1.Books/Get", "/library.v1.Books/Add", "/library.v1.Books/List", "/library.v1.Books/Watch"]);
        schema.Methods[0].Rules.ShouldBe(
        [
            new HttpRule("GET", "/v1/{name=shelves/*/books/*}", null, null),
            new HttpRule("GET", "/v1/books/{name}", null, null),
            new HttpRule("POST", "/v1/books:find", "*", null),
        ]);
        schema.Methods[1].Rules.ShouldBe([new HttpRule("POST", "/v1/shelves/{shelf}/books", "book", null)]);
        schema.Methods[2].ServerStreaming.ShouldBeTrue();
        schema.Methods[2].Rules.ShouldBeEmpty();
        schema.Methods[3].Output.Name.ShouldBe("library.v1.Book");
    }

    [Fact]
    public void Json_becomes_a_message_and_comes_back()
    {
        var book = ProtoFile.Parse(Library).Message("library.v1.Book")!;
        var json = JsonNode.Parse("""
            {"title":"Ü","pages":"9007199254740993","author_names":["a","b"],"kind":"NOVEL","ratings":{"x":5},"lent":false,"image":"AQI=",
             "published":"2026-11-20T05:25:22.5Z","deltas":[-1,300],"price":1.5,"sequel":{"name":"s"},"note":"n","big":18446744073709551615,"weight":0.1,"other":1}
            """)!.AsObject();
        var back = JsonNode.Parse(ProtoJson.Decode(ProtoJson.Encode(json, book), book))!;
        JsonNode.DeepEquals(back, JsonNode.Parse("""
            {"name":"Ü","pages":9007199254740993,"kind":"NOVEL","price":1.5,"big":18446744073709551615,"weight":0.1,"author_names":["a","b"],"ratings":{"x":5},
             "lent":false,"image":"AQI=","published":"2026-11-20T05:25:22.5Z","deltas":[-1,300],
             "sequel":{"name":"s","pages":0,"kind":"KIND_UNKNOWN","price":0,"big":0,"weight":0},"note":"n"}
            """)).ShouldBeTrue(back.ToJsonString());
    }

    [Fact]
    public void The_wire_is_that_of_the_specification()
    {
        // Of https://protobuf.dev/programming-guides/encoding: 150 as a varint, "testing", packed 3, 270, 86942, and zigzag -2.
        var message = ProtoFile.Parse("syntax=\"proto3\"; message M { int32 a = 1; string b = 2; repeated int32 d = 4; sint32 e = 5; }").Message("M")!;
        var bytes = ProtoJson.Encode(JsonNode.Parse("""{"a":150,"b":"testing","d":[3,270,86942],"e":-2}""")!.AsObject(), message);
        Convert.ToHexStringLower(bytes).ShouldBe("089601120774657374696e672206038e029ea7052803");
    }

    [Theory]
    [InlineData("""{"pages":"many"}""", "pages: a whole number is expected")]
    [InlineData("""{"kind":"POEM"}""", "kind: one of KIND_UNKNOWN, NOVEL is expected")]
    [InlineData("""{"lent":"maybe"}""", "lent: true or false is expected")]
    [InlineData("""{"sequel":[1]}""", "an object is expected for library.v1.Book")]
    [InlineData("""{"image":"*"}""", "image: base64 is expected")]
    public void A_value_that_does_not_fit_is_told(string json, string reason)
    {
        var book = ProtoFile.Parse(Library).Message("library.v1.Book")!;
        Should.Throw<ProtoFormatException>(() => ProtoJson.Encode(JsonNode.Parse(json)!.AsObject(), book)).Message.ShouldBe(reason);
    }

    [Theory]
    [InlineData("08")]
    [InlineData("0a05616263")]
    [InlineData("0800")]
    [InlineData("ffffffffffffffffffffff")]
    [InlineData("0b")]
    public void Bytes_that_are_no_message_are_noticed(string hex) =>
        ProtoJson.Decode(Convert.FromHexString(hex), ProtoFile.Parse(Library).Message("library.v1.GetBook")!).ShouldBeNull();

    [Theory]
    [InlineData("message A { B b = 1; }", "type 'B' of A.b is not declared")]
    [InlineData("message A {\n string = 1;", "line 2")]
    [InlineData("import \"nowhere.proto\";", "nowhere.proto")]
    [InlineData("service S { rpc M (A) returns (A); }", "type 'A' of S.M is not declared")]
    [InlineData("message A { string x = 1", "';' is expected")]
    public void What_is_wrong_with_a_file_is_told(string text, string part) => Should.Throw<ProtoFormatException>(() => ProtoFile.Parse(text)).Message.ShouldContain(part);

    [Theory]
    [InlineData("/v1/{name=shelves/*/books/*}", "/v1/shelves/1/books/2", "name=shelves/1/books/2")]
    [InlineData("/v1/{a}/x/{b.c}", "/v1/1/x/2%20", "a=1,b.c=2 ")]
    [InlineData("/v1/{rest=**}", "/v1/a/b/c", "rest=a/b/c")]
    [InlineData("/v1/{rest=**}:undo", "/v1/a/b:undo", "rest=a/b")]
    [InlineData("/v1/*/y", "/v1/x/y", "")]
    [InlineData("/v1/{name}", "/v1/", null)]
    [InlineData("/v1/{name}", "/v1/a/b", null)]
    [InlineData("/v1/{name}:go", "/v1/a", null)]
    [InlineData("/v1", "/v1/a", null)]
    public void Templates_match_paths(string template, string path, string? expected)
    {
        var values = new HttpTemplate(template).Match(path);
        (values is null ? null : string.Join(',', values.Select(v => $"{v.Key}={v.Value}"))).ShouldBe(expected);
    }

    [Fact]
    public void A_descriptor_set_says_the_same()
    {
        // FileDescriptorSet { file { package: "p" syntax: "proto3"
        //   message { name: "M" field { name: "user_id" number: 1 label: 1 type: 9 json_name: "userId" } }
        //   service { name: "S" method { name: "Get" input_type: ".p.M" output_type: ".p.M" server_streaming: true options { [google.api.http] { get: "/m/{user_id}" } } } } } }
        static byte[] Message(Action<ProtoWriter> write)
        {
            var writer = new ProtoWriter();
            write(writer);
            return writer.ToArray();
        }

        var set = Message(all => all.Message(1, file =>
        {
            file.Text(2, "p");
            file.Message(4, message =>
            {
                message.Text(1, "M");
                message.Message(2, field =>
                {
                    field.Text(1, "user_id");
                    field.Number(3, 1);
                    field.Number(4, 1);
                    field.Number(5, 9);
                    field.Text(10, "userId");
                });
            });
            file.Message(6, service =>
            {
                service.Text(1, "S");
                service.Message(2, method =>
                {
                    method.Text(1, "Get");
                    method.Text(2, ".p.M");
                    method.Text(3, ".p.M");
                    method.Message(4, options => options.Message(72295728, rule => rule.Text(2, "/m/{user_id}")));
                    method.Number(6, 1);
                });
            });
            file.Text(12, "proto3");
        }));
        var schema = DescriptorSet.Read(set);
        var method = schema.Methods.Single();
        (method.Path, method.ServerStreaming, method.Input.Name).ShouldBe(("/p.S/Get", true, "p.M"));
        method.Rules.ShouldBe([new HttpRule("GET", "/m/{user_id}", null, null)]);
        Convert.ToHexStringLower(ProtoJson.Encode(new JsonObject { ["userId"] = "x" }, method.Input)).ShouldBe("0a0178");
        Should.Throw<ProtoFormatException>(() => DescriptorSet.Read([1, 2, 3]));
    }
}
