using System.Text;

namespace Sluice.Foundation.Redis;

/// <summary>What a command came to: the server's answer, its refusal, or that it cannot be asked.</summary>
public sealed class RedisReply
{
    private RedisReply(RedisReplyKind kind) => Kind = kind;

    public RedisReplyKind Kind { get; }

    /// <summary>Of <see cref="RedisReplyKind.Integer"/>.</summary>
    public long Integer { get; private init; }

    /// <summary>Of <see cref="RedisReplyKind.Bytes"/>.</summary>
    public ReadOnlyMemory<byte> Bytes { get; private init; }

    /// <summary>Of <see cref="RedisReplyKind.List"/>.</summary>
    public IReadOnlyList<RedisReply> Items { get; private init; } = [];

    /// <summary>Why there is no answer, for people; null when there is one.</summary>
    public string? Error { get; private init; }

    /// <summary>The server could not be asked or did not answer in time; what it was asked to do may have been done or not.</summary>
    public bool IsUnavailable => Kind == RedisReplyKind.Unavailable;

    public bool IsError => Error is not null;

    /// <summary>The bytes, or the number, as text; null of anything else.</summary>
    public string? Text => Kind switch
    {
        RedisReplyKind.Bytes => Encoding.UTF8.GetString(Bytes.Span),
        RedisReplyKind.Integer => Integer.ToString(System.Globalization.CultureInfo.InvariantCulture),
        _ => null,
    };

    public static RedisReply Null { get; } = new(RedisReplyKind.Null);

    public static RedisReply Of(long number) => new(RedisReplyKind.Integer) { Integer = number };

    public static RedisReply Of(ReadOnlyMemory<byte> bytes) => new(RedisReplyKind.Bytes) { Bytes = bytes };

    public static RedisReply Of(IReadOnlyList<RedisReply> items) => new(RedisReplyKind.List) { Items = items };

    public static RedisReply Refused(string error) => new(RedisReplyKind.Refused) { Error = error };

    public static RedisReply Unavailable(string error) => new(RedisReplyKind.Unavailable) { Error = error };
}

/// <summary>What a reply holds. Refused: the server's error. Unavailable: no answer.</summary>
public enum RedisReplyKind { Null, Integer, Bytes, List, Refused, Unavailable }
