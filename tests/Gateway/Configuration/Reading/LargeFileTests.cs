using System.Text;

namespace Sluice.Gateway.Tests.Configuration.Reading;

public class LargeFileTests
{
    // The time is not judged, because a test machine may be busy; what is allocated grows with what takes time here.
    [Fact]
    public void Five_thousand_routes_cost_little_memory()
    {
        var file = new StringBuilder("_format_version: \"3.0\"\nservices:\n");
        for (var service = 0; service < 500; service++)
        {
            file.Append($"- name: svc-{service}\n  url: http://svc{service}.internal:8080/base\n  routes:\n");
            for (var route = 0; route < 10; route++)
                file.Append($"  - name: route-{service}-{route}\n    paths:\n    - /api/v1/svc{service}/r{route}\n    methods: [GET, POST]\n    strip_path: false\n");
        }
        var text = file.ToString();
        Files.Read(text);

        var before = GC.GetAllocatedBytesForCurrentThread();
        var result = Files.Read(text);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        result.Document!.Routes.Count.ShouldBe(5000);
        (allocated / 5000).ShouldBeLessThan(12_000);
    }

    // Without a bound, looking for what each of them may have meant takes minutes.
    [Fact(Timeout = 60_000)]
    public Task Very_many_wrong_references_are_told_without_a_suggestion_each() => Task.Run(() =>
    {
        var file = new StringBuilder("_format_version: \"3.0\"\nservices:\n");
        for (var i = 0; i < 20_000; i++) file.Append($"- {{name: service-number-{i}, host: a.test}}\n");
        file.Append("routes:\n");
        for (var i = 0; i < 20_000; i++) file.Append($"- {{name: r{i}, paths: [/{i}], service: service-nunber-{i}}}\n");
        var problems = Files.Problems(file.ToString());
        problems.Length.ShouldBe(20_000);
        problems[0].ShouldContain("did you mean 'service-number-0'?");
        problems[^1].ShouldEndWith("there is no service 'service-nunber-19999'");
    });
}
