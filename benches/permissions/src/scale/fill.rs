//! A store with many tenants, written into the database by statements: by API it would take hours.

/// How many roles a tenant has, and how many users.
pub(crate) const ROLES: usize = 100;
pub(crate) const USERS: usize = 100;

/// The name of a tenant.
pub(crate) fn tenant(number: usize) -> String {
    format!("tenant-{number:05}")
}

/// What their provider calls a user, and the directory: they are numbered through all tenants.
pub(crate) fn user(number: usize) -> (String, String) {
    (format!("u{number}"), format!("usr_{number:032x}"))
}

/// Statements that fill a store in which the tenants that are asked in are already, with so many tenants: [`ROLES`] roles in each,
/// and [`USERS`] users of whom each is assigned one, two or three of them.
pub(crate) fn statements(tenants: usize) -> String {
    let name = "'tenant-' || lpad(t::text, 5, '0')";
    let role = |number: &str| format!("'role-' || lpad(({number})::text, 3, '0')");
    let (role_of_r, role_of_user) = (role("r"), role(&format!("(u * 7 + k * 31) % {ROLES}")));
    format!(
        r#"BEGIN;
UPDATE revision SET last = last + 1;
INSERT INTO object (kind, id, tenant, name, body, origin, revision, created_at, updated_at)
SELECT 'tenant', 'tnt_' || lpad(to_hex(t), 32, '0'), '', {name}, json_build_object('id', {name})::text, '',
    (SELECT last FROM revision), 1, 1 FROM generate_series(0, {tenants} - 1) AS t
ON CONFLICT DO NOTHING;
INSERT INTO object (kind, id, tenant, name, body, origin, revision, created_at, updated_at)
SELECT 'role', 'rol_' || lpad(to_hex(t * {ROLES} + r), 32, '0'), {name}, {role_of_r},
    '{{"name":"' || {role_of_r} || '","permissions":[{{"name":"cms.model' || r || '.read"}},{{"name":"cms.model' || r || '.write"}},'
    || '{{"name":"pages.part' || r || '.*"}},{{"name":"cms.model' || r || '.secret.*","deny":true}}]}}', '',
    (SELECT last FROM revision), 1, 1
FROM generate_series(0, {tenants} - 1) AS t, generate_series(0, {ROLES} - 1) AS r;
INSERT INTO directory_user (id, tenant, provider, subject, login, login_key, active, display_name, email, attributes, source,
    revision, created_at, updated_at)
SELECT 'usr_' || lpad(to_hex(n), 32, '0'), {name}, 'corp', 'u' || n, 'u' || n || '@corp.example', 'u' || n || '@corp.example', 1,
    'User ' || n, 'u' || n || '@corp.example', '{{}}', '', (SELECT last FROM revision), 1, 1
FROM generate_series(0, {tenants} - 1) AS t, generate_series(0, {USERS} - 1) AS u, LATERAL (SELECT t * {USERS} + u AS n) AS numbered;
INSERT INTO object (kind, id, tenant, name, body, origin, revision, created_at, updated_at)
SELECT 'assignment', 'asg_' || lpad(to_hex(n * 4 + k), 32, '0'), {name},
    '["' || role || '","corp","","id","u' || n || '",""]',
    '{{"role":"' || role || '","to":{{"provider":"corp","id":"u' || n || '"}}}}', '', (SELECT last FROM revision), 1, 1
FROM generate_series(0, {tenants} - 1) AS t, generate_series(0, {USERS} - 1) AS u, LATERAL (SELECT t * {USERS} + u AS n) AS numbered,
    LATERAL generate_series(0, u % 3) AS k, LATERAL (SELECT {role_of_user} AS role) AS named;
COMMIT;
"#
    )
}
