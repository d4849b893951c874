using System.Text;
using Sluice.Workflows.Data;
using Sluice.Workflows.Expressions;

namespace Sluice.Workflows.Tests.Expressions;

/// <summary>Random and mutated programs give a value, a problem or an <see cref="ExpressionError"/>, and nothing else.</summary>
public sealed class ExpressionFuzzTests
{
    private static readonly string[] Pieces =
    [
        "$json", "$json.list", "$input.all()", "x", "=>", "(", ")", "[", "]", "{", "}", ",", ".", "?.", "...", "+", "-", "*", "**", "/", "%", "=", "==", "===", "<", ">", "&&", "||", "??", "?", ":", ";", "!", "~",
        "typeof ", "new ", "delete ", "in ", " instanceof ", "void ", "1", "0", "-1", "1e9", "NaN", "null", "undefined", "'a'", "''", "`${", "`", "/a+/g", "/(a|b)*\\1/", "true", "=> {", "return ", "let x = ", "const [a, b] = ",
        "for (const y of ", "if (", "while (", "try {", "} catch (e) {", "throw ", "Math.max", "Object.keys", "JSON.stringify", "JSON.parse", "Array", "Date", "DateTime.now()", "new Map", "new Set", "String", "Number", "BigInt", "1n",
        ".map(", ".filter(", ".reduce(", ".sort(", ".toFixed(", ".split(", ".replace(", ".slice(", ".length", ".toString()", ".repeat(", ".padStart(", ".toFormat(", ".plus(", ".startOf(", ".toDateTime()", ".unique(", ".merge(", ".hash(",
        ".concat(", ".flat(", ".join(", ".keys()", ".get(", ".set(", "$jmespath(", "'[*].a'", "'day'", "{days: 1}", "{a: 1}", "[3, 1, 2]", "a", "b", "\\u0061", "😀", "\n", " ", "//", "/*", "*/", ".0", ".0.a",
    ];

    [Fact]
    public void Random_programs() => Run(seed: 1, count: 6000, (random, _) =>
    {
        var program = new StringBuilder();
        for (var i = random.Next(1, 14); i > 0; i--) program.Append(Pieces[random.Next(Pieces.Length)]);
        return program.ToString();
    });

    [Fact]
    public void Mutated_programs() => Run(seed: 2, count: 6000, (random, programs) =>
    {
        var program = new StringBuilder(programs[random.Next(programs.Length)]);
        for (var i = random.Next(1, 5); i > 0; i--)
        {
            var at = random.Next(program.Length + 1);
            switch (random.Next(4))
            {
                case 0: program.Insert(at, Pieces[random.Next(Pieces.Length)]); break;
                case 1 when at < program.Length: program.Remove(at, Math.Min(random.Next(1, 6), program.Length - at)); break;
                case 2 when at < program.Length: program[at] = (char)random.Next(32, 127); break;
                default:
                    var other = programs[random.Next(programs.Length)];
                    program.Insert(at, other.AsSpan(random.Next(other.Length)));
                    break;
            }
        }

        return program.ToString();
    });

    private static void Run(int seed, int count, Func<Random, string[], string> make)
    {
        var random = new Random(seed);
        var programs = typeof(ExpressionFuzzTests).Assembly.GetManifestResourceNames().Where(n => n.StartsWith("expressions/", StringComparison.Ordinal)).Order(StringComparer.Ordinal)
            .SelectMany(n => TestScope.Read(n).AsArray!).Select(r => r.AsObject!["expression"].AsString!).ToArray();
        var scope = TestScope.Create();
        scope.Limits = ExpressionLimits.Default with { Steps = 50_000, Bytes = 4 << 20 };
        var before = JsJson.WriteString(scope.Items[0].Json);
        for (var i = 0; i < count; i++)
        {
            var program = make(random, programs);
            try
            {
                var (expression, problems) = ExpressionCompiler.Compile("={{ " + program + " }}");
                if (expression is null) problems.ShouldNotBeEmpty();
                else if (expression.Evaluate(scope).Kind is var kind) kind.ShouldBeOneOf(Enum.GetValues<JsKind>());
            }
            catch (ExpressionError)
            {
                // What is meant to happen.
            }
            catch (Exception e)
            {
                Assert.Fail($"{e.GetType().Name} from\n{program}\n{e}");
            }
        }

        JsJson.WriteString(scope.Items[0].Json).ShouldBe(before);
    }
}
