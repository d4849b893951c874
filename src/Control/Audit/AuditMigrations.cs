using Sluice.Foundation.Storage;

namespace Sluice.Control.Audit;

internal static class AuditMigrations
{
    public static readonly IReadOnlyList<Migration> Steps =
    [
        new(1, "entries and the head of their chain",
            """
            CREATE TABLE audit (
                seq {id},
                answers bigint,
                at bigint NOT NULL,
                actor {text} NOT NULL,
                actor_kind {text} NOT NULL,
                address {text} NOT NULL,
                method {text} NOT NULL,
                path {text} NOT NULL,
                action {text} NOT NULL,
                object {text} NOT NULL,
                status bigint NOT NULL,
                outcome {text} NOT NULL,
                request_id {text} NOT NULL,
                detail {text} NOT NULL,
                hash {text} NOT NULL
            );
            CREATE INDEX audit_by_answers ON audit (answers);
            CREATE INDEX audit_by_time ON audit (at);
            CREATE TABLE audit_head (
                id bigint PRIMARY KEY,
                anchor {text} NOT NULL,
                hash {text} NOT NULL
            );
            INSERT INTO audit_head (id, anchor, hash) VALUES (1, '', '')
            """),
    ];
}
