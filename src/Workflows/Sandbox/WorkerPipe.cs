using System.Buffers;
using System.Text.Json;
using Sluice.Workflows.Data;

namespace Sluice.Workflows.Sandbox;

/// <summary>The worker's end: frames on its standard input and output. Whatever is wrong with them ends the process.</summary>
internal sealed class WorkerPipe
{
    private readonly ArrayBufferWriter<byte> _buffer = new();

    /// <returns>Null when the input has ended.</returns>
    public unsafe (byte Kind, JsObject Content)? Receive()
    {
        Span<byte> head = stackalloc byte[Frames.HeadLength];
        if (!Read(head)) return null;
        var length = Frames.LengthOf(head);
        if (length < 0) throw new InvalidDataException("a frame is too long");
        var content = GC.AllocateUninitializedArray<byte>(length);
        if (!Read(content)) return null;
        return (head[0], JsJson.ParseOwn(content).AsObject ?? throw new InvalidDataException("a frame holds no object"));
    }

    public void Send(byte kind, JsValue content)
    {
        _buffer.ResetWrittenCount();
        Frames.WriteHead(_buffer.GetSpan(Frames.HeadLength), kind, 0);
        _buffer.Advance(Frames.HeadLength);
        try
        {
            JsJson.Write(_buffer, content);
        }
        catch (JsonException e)
        {
            Fail(e.Message);
            return;
        }

        var length = _buffer.WrittenCount - Frames.HeadLength;
        if (length > Frames.MaximumLength)
        {
            Fail($"the code gives more than {Frames.MaximumLength >> 20} MiB");
            return;
        }

        var whole = System.Runtime.InteropServices.MemoryMarshal.AsMemory(_buffer.WrittenMemory).Span;
        Frames.WriteHead(whole, kind, length);
        Write(whole);

        void Fail(string message) => Send(Frames.Done, new JsObject { ["error"] = message });
    }

    /// <summary>Asks the gateway, which answers before anything else.</summary>
    public JsObject Ask(JsObject question)
    {
        Send(Frames.Question, question);
        return Receive() is { Kind: Frames.Answer } answer ? answer.Content : throw new InvalidDataException("no answer came");
    }

    private static unsafe bool Read(Span<byte> bytes)
    {
        fixed (byte* first = bytes)
        {
            for (var at = 0; at < bytes.Length;)
            {
                var read = LibC.Read(0, first + at, bytes.Length - at);
                if (read <= 0) return false;
                at += (int)read;
            }
        }

        return true;
    }

    public static unsafe void Write(ReadOnlySpan<byte> bytes)
    {
        fixed (byte* first = bytes)
        {
            for (var at = 0; at < bytes.Length;)
            {
                var written = LibC.Write(1, first + at, bytes.Length - at);

                // Nobody is there any more who could want it.
                if (written <= 0) LibC.Exit(2);
                at += (int)written;
            }
        }
    }
}
