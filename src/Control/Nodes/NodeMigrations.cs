using Sluice.Foundation.Storage;

namespace Sluice.Control.Nodes;

internal static class NodeMigrations
{
    public static readonly IReadOnlyList<Migration> Steps =
    [
        new(1, "nodes",
            """
            CREATE TABLE nodes (
                id {text} PRIMARY KEY,
                host {text} NOT NULL,
                version {text} NOT NULL,
                roles bigint NOT NULL,
                started_at bigint NOT NULL,
                seen_at bigint NOT NULL,
                release bigint,
                problem {text}
            )
            """),
    ];
}
