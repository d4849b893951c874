using Sluice.Foundation.Redis;
using Sluice.Tests.Servers;

namespace Sluice.Foundation.Tests.Redis;

public class RedisClientTests
{
    private static RedisClient Client(int port, int timeout = 20_000, string? user = null, string? password = null, int database = 0) =>
        new(new RedisSettings { Host = "127.0.0.1", Port = port, Timeout = TimeSpan.FromMilliseconds(timeout), Username = user, Password = password, Database = database }, TimeProvider.System);

    [Fact]
    public async Task Many_callers_share_one_connection_and_each_gets_its_own_answer()
    {
        await using var server = await RedisServer.StartAsync();
        using var redis = Client(server.Port);
        var answers = await Task.WhenAll(Enumerable.Range(0, 2000).Select(async i => (i, (await redis.ExecuteAsync("ECHO", i)).Text)));
        answers.ShouldAllBe(a => a.Text == $"{a.i}");
        (await redis.ExecuteAsync("INFO", "clients")).Text!.ShouldContain("connected_clients:1\r\n");
        (await redis.ExecuteAsync("NONSENSE")).Error!.ShouldStartWith("ERR unknown command");
        redis.Failures.ShouldBe(0);
    }

    [Fact]
    public async Task Scripts_go_by_their_hash_once_the_server_knows_them()
    {
        await using var server = await RedisServer.StartAsync();
        using var redis = Client(server.Port);
        var script = new RedisScript("return redis.call('INCRBY', KEYS[1], ARGV[1])");
        (await redis.EvaluateAsync(script, ["n"], [5])).Integer.ShouldBe(5);
        (await redis.EvaluateAsync(script, ["n"], [2])).Integer.ShouldBe(7);
        (await redis.ExecuteAsync("INFO", "commandstats")).Text!.ShouldContain("cmdstat_eval:calls=1,");
        redis.Commands.ShouldBe(4);
    }

    [Fact]
    public async Task Users_passwords_and_databases()
    {
        await using var server = await RedisServer.StartAsync("--requirepass", "pw", "--user", "alice", "on", ">secret", "~*", "+@all");
        using var alice = Client(server.Port, user: "alice", password: "secret", database: 3);
        (await alice.ExecuteAsync("ACL", "WHOAMI")).Text.ShouldBe("alice");
        (await alice.ExecuteAsync("CLIENT", "LIST")).Text!.ShouldContain(" db=3 ");
        using var anonymous = Client(server.Port, password: "pw");
        (await anonymous.ExecuteAsync("PING")).Text.ShouldBe("PONG");
        using var wrong = Client(server.Port, password: "guess-guess");
        var refused = await wrong.ExecuteAsync("PING");
        refused.IsUnavailable.ShouldBeTrue();
        refused.Error!.ShouldStartWith("the login: WRONGPASS");
        refused.Error!.ShouldNotContain("guess");
    }

    [Fact]
    public async Task A_server_that_is_killed_fails_what_waits_and_what_comes_at_once_and_its_return_is_noticed()
    {
        await using var server = await RedisServer.StartAsync();
        using var redis = Client(server.Port);
        var changes = new List<string?>();
        redis.Changed += change => { lock (changes) changes.Add(change); };
        (await redis.ExecuteAsync("PING")).Text.ShouldBe("PONG");

        await server.KillAsync();
        await EventuallyAsync(async () => (await redis.ExecuteAsync("PING")).IsUnavailable);
        for (var i = 0; i < 10_000; i++) (await redis.ExecuteAsync("PING")).IsUnavailable.ShouldBeTrue();
        redis.Problem.ShouldNotBeNull();

        await server.StartAgainAsync();
        await EventuallyAsync(async () => (await redis.ExecuteAsync("PING")).Text == "PONG");
        lock (changes)
        {
            changes.Count.ShouldBe(2);
            changes[1].ShouldBeNull();
        }
    }

    [Fact]
    public async Task A_server_that_falls_silent_is_given_up_after_the_timeout()
    {
        await using var server = await RedisServer.StartAsync();
        using var redis = Client(server.Port, timeout: 200);
        await EventuallyAsync(async () => (await redis.ExecuteAsync("PING")).Text == "PONG");
        await server.PauseAsync();
        var reply = await redis.ExecuteAsync("PING");
        reply.IsUnavailable.ShouldBeTrue();
        await server.ResumeAsync();
        await EventuallyAsync(async () => (await redis.ExecuteAsync("PING")).Text == "PONG");
    }

    [Fact]
    public async Task What_waits_to_be_sent_to_a_slow_server_is_bounded()
    {
        await using var server = await RedisServer.StartAsync();
        using var redis = Client(server.Port);
        ReadOnlyMemory<byte> large = new byte[16 * 1024 * 1024];
        (await redis.ExecuteAsync("SET", "a", large)).Text.ShouldBe("OK");
        await server.PauseAsync();
        var sent = Enumerable.Range(0, 12).Select(_ => redis.ExecuteAsync("SET", "a", large).AsTask()).ToList();
        sent.Count(s => s.IsCompleted).ShouldBeGreaterThan(2);
        (await sent[^1]).Error.ShouldBe("too many bytes wait to be sent");
        await server.ResumeAsync();
        foreach (var reply in await Task.WhenAll(sent)) (reply.IsUnavailable || reply.Text is "OK").ShouldBeTrue();
        (await redis.ExecuteAsync("GET", "a")).Bytes.Length.ShouldBe(large.Length);
    }

    [Fact]
    public async Task Where_nothing_listens_the_first_command_says_so()
    {
        using var redis = Client(1);
        (await redis.ExecuteAsync("PING")).Error!.ShouldContain("refused");
    }

    private static async Task EventuallyAsync(Func<Task<bool>> holds)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!await holds()) await Task.Delay(20, limit.Token);
    }
}
