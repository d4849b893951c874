using System.Buffers.Binary;
using Sluice.Workflows.Data;
using Sluice.Workflows.Expressions.Evaluation;

namespace Sluice.Workflows.Expressions.Library;

/// <summary>How the numbers of a typed array lie in its bytes.</summary>
internal sealed class ElementType
{
    private readonly Func<byte[], int, bool, JsValue> _read;
    private readonly Action<Evaluator, byte[], int, JsValue, bool> _write;

    private ElementType(string name, int size, Func<byte[], int, bool, JsValue> read, Action<Evaluator, byte[], int, JsValue, bool> write) => (Name, Size, _read, _write) = (name, size, read, write);

    public static IReadOnlyList<ElementType> All { get; } =
    [
        new("Int8", 1, (b, i, _) => (double)(sbyte)b[i], (e, b, i, v, _) => b[i] = (byte)Coerce.ToInt32(e, v)),
        new("Uint8", 1, (b, i, _) => (double)b[i], (e, b, i, v, _) => b[i] = (byte)Coerce.ToInt32(e, v)),
        new("Uint8Clamped", 1, (b, i, _) => (double)b[i], (e, b, i, v, _) => b[i] = (byte)Math.Clamp(Math.Round(Coerce.ToInteger(e, v) is var n && Coerce.ToNumber(e, v) is var exact && double.IsNaN(exact) ? n : exact), 0, 255)),
        new("Int16", 2, (b, i, little) => (double)(short)Read16(b, i, little), (e, b, i, v, little) => Write16(b, i, (ushort)Coerce.ToInt32(e, v), little)),
        new("Uint16", 2, (b, i, little) => (double)Read16(b, i, little), (e, b, i, v, little) => Write16(b, i, (ushort)Coerce.ToInt32(e, v), little)),
        new("Int32", 4, (b, i, little) => (double)(int)Read32(b, i, little), (e, b, i, v, little) => Write32(b, i, Coerce.ToUInt32(e, v), little)),
        new("Uint32", 4, (b, i, little) => (double)Read32(b, i, little), (e, b, i, v, little) => Write32(b, i, Coerce.ToUInt32(e, v), little)),
        new("Float32", 4, (b, i, little) => (double)BitConverter.UInt32BitsToSingle(Read32(b, i, little)), (e, b, i, v, little) => Write32(b, i, BitConverter.SingleToUInt32Bits((float)Coerce.ToNumber(e, v)), little)),
        new("Float64", 8, (b, i, little) => BitConverter.UInt64BitsToDouble(Read64(b, i, little)), (e, b, i, v, little) => Write64(b, i, BitConverter.DoubleToUInt64Bits(Coerce.ToNumber(e, v)), little)),
        new("BigInt64", 8, (b, i, little) => JsBigInt.Of((long)Read64(b, i, little)), (_, b, i, v, little) => Write64(b, i, Whole(v), little)),
        new("BigUint64", 8, (b, i, little) => JsBigInt.Of(Read64(b, i, little)), (_, b, i, v, little) => Write64(b, i, Whole(v), little)),
    ];

    public static ElementType Byte { get; } = All[1];

    public string Name { get; }

    /// <summary>Bytes of one element.</summary>
    public int Size { get; }

    public JsValue Read(byte[] bytes, int at, bool little = true) => _read(bytes, at, little);

    public void Write(Evaluator e, byte[] bytes, int at, JsValue value, bool little = true) => _write(e, bytes, at, value, little);

    private static ulong Whole(JsValue value) =>
        value.AsReference is JsBigInt big ? (ulong)(big.Value & ulong.MaxValue) : throw JsThrow.Type($"Cannot convert {value} to a BigInt");

    private static ushort Read16(byte[] b, int i, bool little) => little ? BinaryPrimitives.ReadUInt16LittleEndian(b.AsSpan(i)) : BinaryPrimitives.ReadUInt16BigEndian(b.AsSpan(i));

    private static uint Read32(byte[] b, int i, bool little) => little ? BinaryPrimitives.ReadUInt32LittleEndian(b.AsSpan(i)) : BinaryPrimitives.ReadUInt32BigEndian(b.AsSpan(i));

    private static ulong Read64(byte[] b, int i, bool little) => little ? BinaryPrimitives.ReadUInt64LittleEndian(b.AsSpan(i)) : BinaryPrimitives.ReadUInt64BigEndian(b.AsSpan(i));

    private static void Write16(byte[] b, int i, ushort value, bool little)
    {
        if (little) BinaryPrimitives.WriteUInt16LittleEndian(b.AsSpan(i), value);
        else BinaryPrimitives.WriteUInt16BigEndian(b.AsSpan(i), value);
    }

    private static void Write32(byte[] b, int i, uint value, bool little)
    {
        if (little) BinaryPrimitives.WriteUInt32LittleEndian(b.AsSpan(i), value);
        else BinaryPrimitives.WriteUInt32BigEndian(b.AsSpan(i), value);
    }

    private static void Write64(byte[] b, int i, ulong value, bool little)
    {
        if (little) BinaryPrimitives.WriteUInt64LittleEndian(b.AsSpan(i), value);
        else BinaryPrimitives.WriteUInt64BigEndian(b.AsSpan(i), value);
    }
}
