using System.Text;
using System.Text.Json.Nodes;
using Sluice.Foundation.Protobuf;

namespace Sluice.Foundation.Tests.Protobuf;

public sealed class ProtoFileTests
{
    [Fact]
    public void Services_and_their_rules_are_read()
    {
        var schema = ProtoFile.Parse(LibraryProto.Text);
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
        var book = ProtoFile.Parse(LibraryProto.Text).Message("library.v1.Book")!;
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
        var book = ProtoFile.Parse(LibraryProto.Text).Message("library.v1.Book")!;
        Should.Throw<ProtoFormatException>(() => ProtoJson.Encode(JsonNode.Parse(json)!.AsObject(), book)).Message.ShouldBe(reason);
    }

    [Theory]
    [InlineData("08")]
    [InlineData("0a05616263")]
    [InlineData("0800")]
    [InlineData("ffffffffffffffffffffff")]
    [InlineData("0b")]
    public void Bytes_that_are_no_message_are_noticed(string hex) =>
        ProtoJson.Decode(Convert.FromHexString(hex), ProtoFile.Parse(LibraryProto.Text).Message("library.v1.GetBook")!).ShouldBeNull();

    [Theory]
    [InlineData("message A { B b = 1; }", "type 'B' of A.b is not declared")]
    [InlineData("message A {\n string = 1;", "line 2")]
    [InlineData("import \"nowhere.proto\";", "nowhere.proto")]
    [InlineData("service S { rpc M (A) returns (A); }", "type 'A' of S.M is not declared")]
    [InlineData("message A { string x = 1", "';' is expected")]
    public void What_is_wrong_with_a_file_is_told(string text, string part) => Should.Throw<ProtoFormatException>(() => ProtoFile.Parse(text)).Message.ShouldContain(part);

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

    [Fact]
    public void Numbers_of_64_bits_may_be_text_and_unknown_members_refused()
    {
        var style = new ProtoJsonStyle { LongsAreText = true, RefusesUnknown = true };
        var book = ProtoFile.Parse(LibraryProto.Text).Message("library.v1.Book")!;
        var json = JsonNode.Parse("""{"name":"n","pages":"9007199254740993","published":"2026-11-20T05:25:22.5Z","sequel":{"name":"s"}}""")!.AsObject();
        var back = JsonNode.Parse(ProtoJson.Decode(ProtoJson.Encode(json, book, style), book, style))!;
        back["pages"]!.ToJsonString().ShouldBe("\"9007199254740993\"");
        (back["sequel"]!["big"]!.ToJsonString(), back["published"]!.ToJsonString()).ShouldBe(("\"0\"", "\"2026-11-20T05:25:22.5Z\""));
        Should.Throw<ProtoFormatException>(() => ProtoJson.Encode(new JsonObject { ["sequel"] = new JsonObject { ["autor"] = "x" } }, book, style)).Message.ShouldStartWith("autor: library.v1.Book has no such field; it has name, pages,");
    }

    [Fact]
    public void An_entry_of_a_map_without_key_or_value_has_their_defaults()
    {
        var message = ProtoFile.Parse("syntax=\"proto3\"; message M { map<int32, int32> a = 1; map<string, string> b = 2; }").Message("M")!;
        Encoding.UTF8.GetString(ProtoJson.Decode(Convert.FromHexString("0a0012020a00"), message)!).ShouldBe("""{"a":{"0":0},"b":{"":""}}""");
    }

    [Theory]
    [InlineData("message M { map<Other, int32> a = 1; }", "cannot be the key of a map")]
    [InlineData("message M { oneof a { oneof b { int32 c = 1; } } }", "a oneof in a oneof is not possible")]
    [InlineData("NESTED", "messages are declared too deeply inside others")]
    [InlineData("import \"../../../../etc/hostname\";", "is not found")]
    public void What_somebody_sends_is_read_strictly(string text, string part) =>
        Should.Throw<ProtoFormatException>(() => ProtoFile.Parse(text == "NESTED" ? string.Concat(Enumerable.Repeat("message M {", 100_000)) : text)).Message.ShouldContain(part);

    [Theory, InlineData("7b226e616d65223a22e5227d"), InlineData("7b226e616d65223a2261222c226e616d65223a2262227d")]
    public void Json_that_is_none_on_a_second_look_is_refused(string hex) =>
        Should.Throw<ProtoFormatException>(() => ProtoJson.EncodeNode(JsonNode.Parse(Convert.FromHexString(hex)), ProtoFile.Parse(LibraryProto.Text).Message("library.v1.Book")!))
            .Message.ShouldBe("the JSON has text that is no UTF-8, or a member twice");

    [Fact]
    public void Messages_nested_too_deeply_are_none()
    {
        // An Any in an Any, and so on: each is small, and a hundred thousand of them would be the end of the stack.
        var schema = ProtoFile.Parse("syntax=\"proto3\"; import \"google/protobuf/any.proto\"; message M { google.protobuf.Any any = 1; }");
        var any = schema.Message("google.protobuf.Any")!;
        var bytes = Array.Empty<byte>();
        for (var i = 0; i < 2000; i++)
        {
            var writer = new ProtoWriter();
            writer.Text(1, "type.googleapis.com/google.protobuf.Any");
            writer.Tag(2, ProtoWire.Bytes);
            writer.Bytes(bytes);
            bytes = writer.ToArray();
        }

        var shown = ProtoJson.Decode(bytes, any);
        (shown is null ? 0 : Encoding.UTF8.GetString(shown).Split("@type").Length).ShouldBeLessThan(100);
    }
}
