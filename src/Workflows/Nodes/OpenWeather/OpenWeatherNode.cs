using Sluice.Workflows.Nodes.Connectors;

namespace Sluice.Workflows.Nodes.OpenWeather;

/// <summary>Tells the weather now and in the next five days.</summary>
internal sealed class OpenWeatherNode(OpenWeatherParameters parameters, NodeSetup setup) : ConnectorNode<OpenWeatherParameters>(Api, parameters, setup)
{
    private static readonly ConnectorApi<OpenWeatherParameters> Api = new("OpenWeather", "https://api.openweathermap.org", "openweather")
    {
        ["weather"] = new("currentWeather")
        {
            ["currentWeather"] = static (p, call) => Place(p, call.Get($"/data/2.5/weather")),
            ["5DayForecast"] = static (p, call) => Place(p, call.Get($"/data/2.5/forecast")),
        },
    };

    public static readonly NodeDescriptor Descriptor = new NodeDescriptor<OpenWeatherNode, OpenWeatherParameters>((p, s) => new(p, s))
    {
        Type = "openweather",
        Summary = "Tells the weather now and in the next five days.",
        Category = NodeCategory.Connector,
        Aliases = [new("n8n-nodes-base.openWeatherMap", 1, 1)],
        Connector = Api.Facts,
    };

    private static void Place(OpenWeatherParameters p, ApiRequest call)
    {
        call.Query("units", p.Format).Query("lang", p.Language);
        _ = p.LocationSelection switch
        {
            "cityName" => call.Query("q", call.Need(p.CityName, "cityName")),
            "cityId" => call.Query("id", call.Need(p.CityId, "cityId")),
            "zipCode" => call.Query("zip", call.Need(p.ZipCode, "zipCode")),
            _ => call.Query("lat", call.Need(p.Latitude, "latitude")).Query("lon", call.Need(p.Longitude, "longitude")),
        };
    }
}
