using Sluice.Foundation.Storage;

namespace Sluice.Control.Identity;

internal static class IdentityMigrations
{
    public static readonly IReadOnlyList<Migration> Steps =
    [
        new(1, "users, sessions, tokens, set-up links",
            """
            CREATE TABLE users (
                id {text} PRIMARY KEY,
                name {text} NOT NULL,
                normalized_name {text} NOT NULL UNIQUE,
                password_hash {text} NOT NULL,
                role {text} NOT NULL,
                scopes {text} NOT NULL,
                disabled bigint NOT NULL,
                security_stamp {text} NOT NULL,
                concurrency_stamp {text} NOT NULL,
                failed_attempts bigint NOT NULL,
                locked_until bigint NOT NULL,
                second_factor bigint NOT NULL,
                totp_key {text},
                totp_step bigint NOT NULL,
                recovery_codes {text} NOT NULL,
                created_at bigint NOT NULL,
                signed_in_at bigint
            );
            CREATE TABLE sessions (
                hash {bytes} PRIMARY KEY,
                user_id {text} NOT NULL REFERENCES users (id) ON DELETE CASCADE,
                security_stamp {text} NOT NULL,
                created_at bigint NOT NULL,
                seen_at bigint NOT NULL,
                expires_at bigint NOT NULL
            );
            CREATE INDEX sessions_by_user ON sessions (user_id);
            CREATE TABLE api_tokens (
                id {text} PRIMARY KEY,
                hash {bytes} NOT NULL UNIQUE,
                name {text} NOT NULL UNIQUE,
                hint {text} NOT NULL,
                role {text} NOT NULL,
                scopes {text} NOT NULL,
                created_by {text} NOT NULL,
                created_at bigint NOT NULL,
                expires_at bigint,
                used_at bigint
            );
            CREATE TABLE setup_links (
                hash {bytes} PRIMARY KEY,
                expires_at bigint NOT NULL
            )
            """),
    ];
}
