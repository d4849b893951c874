using Sluice.Foundation.Storage;

namespace Sluice.Foundation.Tests.Storage;

public sealed class DatabaseAddressTests
{
    [Theory]
    [InlineData("postgres://joe:s%40cret@db.test:6000/orders?sslmode=require", "postgres://db.test:6000/orders")]
    [InlineData("postgresql://joe@db.test/orders", "postgres://db.test:5432/orders")]
    [InlineData("Host=db.test;Username=joe;Password=s@cret;Database=orders", "postgres://db.test:5432/orders")]
    [InlineData("sqlite:/tmp/x.db", "sqlite:/tmp/x.db")]
    public void Is_shown_without_its_password(string text, string shown) => DatabaseAddress.Parse(text).ToString().ShouldBe(shown);

    [Fact]
    public void A_password_with_escapes_is_taken_as_meant() =>
        DatabaseAddress.Parse("postgres://joe:s%40cret@db.test/orders").Connection.ShouldContain("Password=s@cret");

    [Theory]
    [InlineData("orders.db")]
    [InlineData("sqlite:")]
    [InlineData("postgres://")]
    [InlineData("Hots=db.test;Password=s3cret")]
    [InlineData("postgres://joe:s3cret@db.test/orders?colour=red")]
    public void What_is_none_is_refused_without_repeating_the_password(string text) =>
        Should.Throw<FormatException>(() => DatabaseAddress.Parse(text)).Message.ShouldNotContain("s3cret");
}
