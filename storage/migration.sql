-- name: lock
-- One migrator at a time; a lock held by live traffic fails fast instead of stalling it.
SELECT pg_advisory_xact_lock(4815162342), set_config('lock_timeout', '5s', true)

-- name: create_ledger
CREATE TABLE IF NOT EXISTS public.hearthwatch_migrations (
    number integer PRIMARY KEY,
    name text NOT NULL,
    checksum text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()
)

-- name: has_ledger
SELECT to_regclass('public.hearthwatch_migrations') IS NOT NULL

-- name: applied
SELECT number, name, checksum FROM public.hearthwatch_migrations ORDER BY number

-- name: record
INSERT INTO public.hearthwatch_migrations (number, name, checksum) VALUES (%s, %s, %s)
