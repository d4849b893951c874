using System.Text;
using Sluice.Workflows.Data;
using Sluice.Workflows.Runs;

namespace Sluice.Workflows.Tests.Runs;

public sealed class SecretMaskTests
{
    private static readonly DateTimeOffset At = DateTimeOffset.UnixEpoch;

    [Fact]
    public void Hides_secrets_wherever_they_stand_and_leaves_the_rest_as_it_is()
    {
        var mask = new SecretMask();
        mask.Add("hunter2hunter2");
        mask.Add("hunter2h");
        mask.Add("short");
        var clean = new Item(JsJson.Parse("""{"a": ["short", 1, {"b": null}]}""").AsObject!);
        var dirty = new Item(JsJson.Parse("""{"a": ["x hunter2hunter2 y", {"k-hunter2h": {"z": "hunter2h"}}], "same": {}}""").AsObject!) { Error = "no hunter2h" };
        var same = dirty.Json["same"].AsObject;
        var shown = mask.Apply(new NodeFinished(At, 0, 0, [[clean, dirty]], "state hunter2h", default)).ShouldBeOfType<NodeFinished>();
        shown.Outputs[0][0].ShouldBeSameAs(clean);
        JsJson.WriteString(shown.Outputs[0][1].Json).ShouldBe("""{"a":["x *** y",{"k-***":{"z":"***"}}],"same":{}}""");
        shown.Outputs[0][1].Json["same"].AsObject.ShouldBeSameAs(same);
        shown.Outputs[0][1].Error.ShouldBe("no ***");
        shown.State.AsString.ShouldBe("state ***");
        JsJson.WriteString(dirty.Json).ShouldContain("hunter2hunter2");
    }

    [Fact]
    public void Hides_them_in_files_and_failures()
    {
        var mask = new SecretMask();
        mask.Add("pässword");
        byte[] content = [0xFF, .. Encoding.UTF8.GetBytes("a pässword b"), 0x00];
        var file = new BinaryData { MimeType = "application/octet-stream", FileName = "f", Size = content.Length, Content = content };
        var item = new Item(new JsObject()) { Binary = new Dictionary<string, BinaryData> { ["data"] = file } };
        var shown = ((NodeFinished)mask.Apply(new NodeFinished(At, 0, 0, [[item]], default, default))).Outputs[0][0].Binary!["data"];
        shown.Content!.Value.ToArray().ShouldBe([0xFF, .. "a *** b"u8, 0x00]);
        shown.Size.ShouldBe(9);
        var failed = (NodeFailed)mask.Apply(new NodeFailed(At, 0, 0, 1, new RunError("no pässword", Details: new JsObject { ["d"] = "pässword" }), false, default));
        failed.Error.Message.ShouldBe("no ***");
        failed.Error.Details.AsObject!["d"].AsString.ShouldBe("***");
    }

    [Fact]
    public void Costs_nothing_while_there_is_nothing_to_hide()
    {
        var happened = new RunFailed(At, new RunError("x"));
        new SecretMask().Apply(happened).ShouldBeSameAs(happened);
    }
}
