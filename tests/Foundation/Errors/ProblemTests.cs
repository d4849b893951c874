using Sluice.Foundation.Errors;

namespace Sluice.Foundation.Tests.Errors;

public class ProblemTests
{
    [Fact]
    public void A_problem_is_one_line_whatever_the_file_holds() =>
        new Problem(new Place("kong.yml", 3, 5), "route \"a\nb\"", "paths[0]", "not '\u001b[31m'").ToString()
            .ShouldBe("kong.yml:3:5: route \"a\\u000ab\": paths[0]: not '\\u001b[31m'");
}
