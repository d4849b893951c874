using System.Runtime.CompilerServices;
using Sluice.Gateway.Extending;
using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Tests.Extending;

public sealed class PluginFolderTests : IDisposable
{
    private readonly DirectoryInfo root = Directory.CreateTempSubdirectory("sluice-plugins-");

    public void Dispose() => root.Delete(recursive: true);

    [Fact]
    public void No_folder_is_no_plugins() =>
        new PluginFolder(Path.Combine(root.FullName, "none")).Read(PluginFolderContent.Empty).Plugins.ShouldBeEmpty();

    [Fact]
    public void A_file_becomes_a_plugin_with_its_settings_described()
    {
        var file = Write("greet.cs", Source("greet", "hello"));
        var content = Read();

        content.Problems.ShouldBeEmpty();
        var plugin = content.Plugins.ShouldHaveSingleItem();
        plugin.Name.ShouldBe("greet");
        plugin.Source.ShouldBe(file);
        plugin.IsOwn.ShouldBeTrue();
        var schema = Sluice.Foundation.Schema.JsonSchema.Of(plugin.ConfigType);
        schema["properties"]!["greeting"]!["default"]!.GetValue<string>().ShouldBe("hello");
        schema["properties"]!["greeting"]!["description"]!.GetValue<string>().ShouldBe("What is said.");
    }

    [Fact]
    public void Errors_of_the_compiler_name_file_line_and_column()
    {
        var file = Write("greet.cs", Source("greet", "hello").Replace("Verdict.Continue", "Verdict.Continuous", StringComparison.Ordinal));
        var problem = Read().Problems.ShouldHaveSingleItem();
        problem.Place.File.ShouldBe(file);
        problem.Place.Line.ShouldBe(13);
        problem.Place.Column.ShouldBeGreaterThan(1);
        problem.Message.ShouldContain("Continuous");
        problem.Message.ShouldContain("CS0117");
    }

    [Theory]
    [InlineData("key-auth", "is taken by a built-in plugin")]
    [InlineData("Greet You", "lower-case letters")]
    public void A_name_that_is_taken_or_cannot_be_written_is_refused(string name, string message)
    {
        Write("greet.cs", Source(name, "hello"));
        Read().Problems.ShouldHaveSingleItem().Message.ShouldContain(message);
    }

    [Fact]
    public void Two_files_cannot_have_one_name()
    {
        var first = Write("a.cs", Source("greet", "hello"));
        Write("b.cs", Source("greet", "hello"));
        Read().Problems.ShouldHaveSingleItem().Message.ShouldContain(first);
    }

    [Fact]
    public void A_file_without_a_plugin_and_one_that_is_no_assembly_are_problems()
    {
        Write("a.cs", "public sealed class Nothing;");
        Write("b.dll", "no assembly");
        Read().Problems.Select(p => p.Message).ShouldBe(["it has no plugin: a class that derives from Plugin and has a static Descriptor", "it cannot be loaded: Bad IL format."]);
    }

    [Fact]
    public void Code_that_everybody_may_change_is_not_run()
    {
        if (OperatingSystem.IsWindows()) return;
        var file = Write("greet.cs", Source("greet", "hello"));
        File.SetUnixFileMode(file, File.GetUnixFileMode(file) | UnixFileMode.OtherWrite);
        Read().Problems.ShouldHaveSingleItem().Message.ShouldContain("everybody");
    }

    [Fact]
    public void Only_what_changed_is_compiled_again_and_a_built_assembly_works_too()
    {
        Write("greet.cs", Source("greet", "hello"));
        using var compiler = new SourceCompiler([]);
        var built = compiler.Compile("other", [("other.cs", Source("other", "hi"))]);
        File.WriteAllBytes(Path.Combine(root.FullName, "other.dll"), built.Assembly!);
        Write("greet.tests.cs", "this is compiled with the tests only");
        var before = Read();
        before.Plugins.Select(p => p.Name).ShouldBe(["greet", "other"]);

        Write("greet.cs", Source("greet", "good day"));
        var after = new PluginFolder(root.FullName).Read(before);
        after.Libraries[0].ShouldNotBeSameAs(before.Libraries[0]);
        after.Libraries[1].ShouldBeSameAs(before.Libraries[1]);
    }

    [Fact]
    public void A_plugin_stands_where_it_says()
    {
        Write("a.cs", Source("first", "x", "RunsBefore = \"correlation-id\","));
        Write("b.cs", Source("second", "x", "RunsAfter = \"acl\","));
        Write("c.cs", Source("third", "x"));
        var order = PluginCatalog.Arrange(Read().Plugins).Select(p => p.Name).ToList();
        order[order.IndexOf("correlation-id") - 1].ShouldBe("first");
        order[order.IndexOf("acl") + 1].ShouldBe("second");
        order[^1].ShouldBe("third");
    }

    [Fact]
    public async Task Code_that_was_let_go_of_is_collected()
    {
        Write("greet.cs", Source("greet", "hello"));
        var alive = await UseOnceAsync();
        for (var i = 0; alive.IsAlive && i < 100; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            await Task.Yield();
        }

        alive.IsAlive.ShouldBeFalse("something still holds the plugin's assembly");
    }

    /// <summary>All that is done with a plugin: settings read, described and written, an instance made, a request sent.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private async Task<WeakReference> UseOnceAsync()
    {
        var content = Read();
        var plugin = content.Plugins[0];
        await using (var test = new Sluice.Testing.PluginTest(plugin, "greeting: moin"))
        {
            (await test.SendAsync("GET", "/")).Header("X-Greeting").ShouldBe("moin");
        }

        Sluice.Foundation.Schema.JsonSchema.Of(plugin.ConfigType).ShouldNotBeNull();
        var tree = Sluice.Gateway.Configuration.Editing.ConfigurationTree.Read(
            System.Text.Encoding.UTF8.GetBytes("_format_version: '3.0'\nplugins: [{name: greet}]"), "kong.yml", Sluice.Gateway.Configuration.Reading.ReadOptions.Default with { Plugins = _ => plugin });
        tree.Tree!.ToDocument().Document!.Plugins[0].Config.ShouldNotBeNull();
        var alive = new WeakReference(content.Libraries[0].Assembly);
        content.Libraries[0].Unload();
        return alive;
    }

    private PluginFolderContent Read() => new PluginFolder(root.FullName).Read(PluginFolderContent.Empty);

    private string Write(string name, string text)
    {
        var path = Path.Combine(root.FullName, name);
        File.WriteAllText(path, text);
        return path;
    }

    private static string Source(string name, string greeting, string further = "") =>
        $$"""
        using Sluice.Gateway.Pipeline;
        public sealed record GreetConfig
        {
            /// <summary>What is said.</summary>
            public string Greeting { get; init; } = "{{greeting}}";
        }
        public sealed class GreetPlugin(GreetConfig config) : Plugin
        {
            public static readonly PluginDescriptor Descriptor = new PluginDescriptor<GreetPlugin, GreetConfig>((config, _) => new(config)) { Name = "{{name}}", Summary = "Greets.", {{further}} };
            private static readonly PluginSlot<string> Said = new();
            public override ValueTask<Verdict> AcceptAsync(Exchange exchange)
            {
                Said.Set(exchange, config.Greeting); return Verdict.Continue;
            }
            public override void Respond(Exchange exchange) => exchange.Response.Headers["X-Greeting"] = Said.Get(exchange);
        }
        """;
}
