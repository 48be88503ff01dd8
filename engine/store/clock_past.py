"""What a clock said at a past moment, in SQL: `Clock.past` where it was changed since."""

# Of a clock `c`, at :at. `p.was` is what it said then, if it was changed later; `s.stopped` when it
# had stopped, as far as that was known.
OF_CLOCK = """
  LEFT JOIN LATERAL (
    SELECT x.was FROM jsonb_array_elements(c.past) WITH ORDINALITY AS x(was, place)
    WHERE (x.was ->> 'until')::timestamptz >= :at ORDER BY x.place LIMIT 1
  ) p ON c.past <> '[]'
  CROSS JOIN LATERAL (
    SELECT CASE WHEN p.was IS NULL THEN c.stopped_at
                ELSE (p.was ->> 'stopped_at')::timestamptz END AS stopped
  ) s
"""
SAID_THEN = """
         COALESCE((p.was ->> 'due_on')::date, c.due_on) AS due_on,
         COALESCE((p.was ->> 'due_at')::timestamptz, c.due_at) AS due_at,
         COALESCE(p.was ->> 'due_status', c.due_status) = 'confirmed' AS certain,
         CASE WHEN s.stopped < :at THEN s.stopped END AS stopped_at,
         COALESCE(p.was ->> 'stop_reason', c.stop_reason) AS stop_reason
"""
