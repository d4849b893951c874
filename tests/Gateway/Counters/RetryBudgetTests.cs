using Sluice.Gateway.Counters;

namespace Sluice.Gateway.Tests.Counters;

public class RetryBudgetTests
{
    private readonly ManualTime time = new();

    [Fact]
    public void A_share_of_the_requests_and_a_few_in_any_case()
    {
        var budget = new RetryBudget(0.2, least: 2, TimeSpan.FromSeconds(10), time);
        Withdrawals(budget, 10).ShouldBe(2);
        for (var i = 0; i < 50; i++) budget.Deposit();
        Withdrawals(budget, 50).ShouldBe(10);
    }

    [Fact]
    public void What_has_left_the_window_counts_no_longer()
    {
        var budget = new RetryBudget(0.5, least: 1, TimeSpan.FromSeconds(10), time);
        for (var i = 0; i < 10; i++) budget.Deposit();
        Withdrawals(budget, 100).ShouldBe(6);
        time.Advance(TimeSpan.FromSeconds(8));
        for (var i = 0; i < 4; i++) budget.Deposit();
        Withdrawals(budget, 100).ShouldBe(2);
        time.Advance(TimeSpan.FromSeconds(3));
        Withdrawals(budget, 100).ShouldBe(1);
        time.Advance(TimeSpan.FromHours(3));
        Withdrawals(budget, 100).ShouldBe(1);
    }

    [Fact]
    public void None_at_all_is_possible() => Withdrawals(new RetryBudget(0, 0, TimeSpan.FromSeconds(1), time), 3).ShouldBe(0);

    private static int Withdrawals(RetryBudget budget, int attempts)
    {
        var got = 0;
        for (var i = 0; i < attempts; i++)
            if (budget.TryWithdraw()) got++;
        return got;
    }
}
