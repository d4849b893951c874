using Sluice.Foundation.Schema;
using Sluice.Workflows.Nodes.Connectors;

namespace Sluice.Workflows.Nodes.OpenWeather;

/// <summary>What is done at OpenWeather.</summary>
[CamelCase]
internal sealed record OpenWeatherParameters : ConnectorParameters
{
    /// <summary>The units: kelvin, Celsius or Fahrenheit.</summary>
    [OneOf("standard", "metric", "imperial")]
    public string Format { get; init; } = "metric";

    /// <summary>How the place is given.</summary>
    [OneOf("cityName", "cityId", "coordinates", "zipCode")]
    public string LocationSelection { get; init; } = "cityName";

    /// <summary>The city, with the country behind a comma: <c>Berlin,de</c>.</summary>
    public Parameter<string> CityName { get; init; } = "";

    /// <summary>The id of the city.</summary>
    public Parameter<string> CityId { get; init; } = "";

    /// <summary>The latitude in degrees.</summary>
    public Parameter<string> Latitude { get; init; } = "";

    /// <summary>The longitude in degrees.</summary>
    public Parameter<string> Longitude { get; init; } = "";

    /// <summary>The postal code, with the country behind a comma: <c>10115,de</c>.</summary>
    public Parameter<string> ZipCode { get; init; } = "";

    /// <summary>The language of descriptions: <c>de</c>.</summary>
    public Parameter<string> Language { get; init; } = "";
}
