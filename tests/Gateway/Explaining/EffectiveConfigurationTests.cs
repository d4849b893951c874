using Sluice.Gateway.Configuration;
using Sluice.Gateway.Explaining;
using Sluice.Gateway.Plugins.TrafficSplit;

namespace Sluice.Gateway.Tests.Explaining;

public class EffectiveConfigurationTests
{
    [Fact]
    public void Records_in_lists_are_described_field_by_field_and_references_by_their_id()
    {
        var service = Guid.NewGuid();
        IReadOnlyList<SplitDestination> destinations = new SplitDestination[] { new() { Service = new Reference(service), Weight = 7 } };
        var described = EffectiveConfiguration.Describe(new TrafficSplitConfig { Rules = new SplitRule[] { new() { Destinations = destinations } } }).ToList();
        described.ShouldContain(("rules[0].destinations[0].service", $"\"{service}\""));
        described.ShouldContain(("rules[0].destinations[0].weight", "7"));
        described.ShouldContain(("sticky", "\"none\""));
    }
}
