using System.Reflection;
using System.Runtime.InteropServices;

namespace Sluice.Foundation.Storage;

/// <summary>Loads the system's SQLite where there is one: it is newer than the one that comes with the package, and the distribution mends it.</summary>
public static class SystemSqlite
{
    private static readonly Lazy<bool> Loaded = new(Load);

    /// <summary>Called before the first connection.</summary>
    public static void Use() => _ = Loaded.Value;

    private static bool Load()
    {
        NativeLibrary.SetDllImportResolver(typeof(SQLitePCL.SQLite3Provider_e_sqlite3).Assembly, Resolve);
        SQLitePCL.Batteries_V2.Init();
        return true;
    }

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path)
    {
        if (OperatingSystem.IsLinux() && NativeLibrary.TryLoad("libsqlite3.so.0", out var library))
            return library;
        return NativeLibrary.TryLoad(name, assembly, path, out library) ? library : 0;
    }
}
