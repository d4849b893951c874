using Sluice.Gateway.Plugins.Transforming;

namespace Sluice.Gateway.Plugins.RequestTransformer;

/// <summary>Changes parameters of a query or a form.</summary>
internal static class QueryTransform
{
    /// <summary>Whether anything has been changed.</summary>
    public static bool Apply(Arguments arguments, Settings settings, Rendered values)
    {
        var changed = false;
        foreach (var name in settings.Remove)
        {
            arguments.Remove(name);
            changed = true;
        }

        foreach (var (name, _) in settings.Rename)
        {
            changed = true;
            if (values.Next() is { Length: > 0 } to) arguments.Rename(name, to);
        }

        foreach (var (name, _) in settings.Replace)
        {
            var value = values.Next();
            if (!arguments.Has(name)) continue;
            changed = true;
            if (value is null) arguments.Remove(name);
            else arguments.Set(name, value);
        }

        foreach (var (name, _) in settings.Add)
        {
            if (values.Next() is not { } value || arguments.Has(name)) continue;
            changed = true;
            arguments.Set(name, value);
        }

        foreach (var (name, _) in settings.Append)
        {
            if (values.Next() is not { } value) continue;
            changed = true;
            arguments.Append(name, value);
        }

        return changed;
    }
}
