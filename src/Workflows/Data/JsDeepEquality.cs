namespace Sluice.Workflows.Data;

/// <summary>Whether two values are the same JSON.</summary>
internal static class JsDeepEquality
{
    /// <summary>Deeper data is called different: nothing that was parsed is that deep.</summary>
    private const int MaximumDepth = 256;

    public static bool AreEqual(JsValue left, JsValue right, int depth = 0)
    {
        if (left.Is(right)) return true;
        if (depth > MaximumDepth || left.Kind != right.Kind) return false;
        switch (left.AsReference)
        {
            case JsArray a:
                var b = right.AsArray!;
                if (a.Count != b.Count) return false;
                for (var i = 0; i < a.Count; i++)
                    if (!AreEqual(a[i], b[i], depth + 1)) return false;
                return true;
            case JsObject a:
                if (right.AsObject is not { } other || a.Count != other.Count) return false;
                foreach (var (name, value) in a)
                    if (!other.TryGet(name, out var there) || !AreEqual(value, there, depth + 1)) return false;
                return true;
            case JsDate date:
                return date.Milliseconds.Equals(((JsDate)right.AsReference!).Milliseconds);
            default:
                return false;
        }
    }
}
