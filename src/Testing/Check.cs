using System.Runtime.CompilerServices;

namespace Sluice.Testing;

/// <summary>For tests that <c>sluice plugin test</c> runs; in a test project, use what it has.</summary>
public static class Check
{
    /// <summary>Goes on when <paramref name="holds"/>, and otherwise fails the test.</summary>
    /// <param name="holds">What should be.</param>
    /// <param name="said">The compiler fills in what was written.</param>
    /// <exception cref="CheckFailedException">It does not hold.</exception>
    public static void That(bool holds, [CallerArgumentExpression(nameof(holds))] string said = "")
    {
        if (!holds) throw new CheckFailedException($"does not hold: {said}");
    }

    /// <summary>Goes on when the two are equal, and otherwise fails the test and says both.</summary>
    /// <exception cref="CheckFailedException">They are not.</exception>
    public static void Equal<T>(T expected, T actual, [CallerArgumentExpression(nameof(actual))] string said = "")
    {
        if (!EqualityComparer<T>.Default.Equals(expected, actual)) throw new CheckFailedException($"{said} should be {Show(expected)} and is {Show(actual)}");
    }

    private static string Show<T>(T value) => value switch
    {
        null => "null",
        string text => $"\"{text}\"",
        _ => value.ToString() ?? "",
    };
}

/// <summary>A check of a test does not hold.</summary>
public sealed class CheckFailedException(string message) : Exception(message);
