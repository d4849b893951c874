namespace Sluice.Foundation.Tests.Protobuf;

/// <summary>A .proto file with a bit of everything.</summary>
internal static class LibraryProto
{
    internal const string Text = """
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
}
