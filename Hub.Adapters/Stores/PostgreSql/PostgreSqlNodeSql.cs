using Hub.Adapters.Stores.Relational;

namespace Hub.Adapters.Stores.PostgreSql;

/// <summary>The nodes' texts in PostgreSQL. <c>clock_timestamp()</c>, not <c>now()</c>: a statement that waited must not work with the
/// time at which its transaction began.</summary>
internal static class PostgreSqlNodeSql
{
    internal static NodeSql Texts { get; } = new()
    {
        // Not ON CONFLICT alone: it would use up a number at every join.
        Introduce = """
            INSERT INTO node (name, incarnation, version, joined, until, released)
            SELECT $1, 0, '', clock_timestamp(), clock_timestamp(), true WHERE NOT EXISTS (SELECT FROM node WHERE name = $1)
            ON CONFLICT (name) DO NOTHING
            """,
        // FOR UPDATE waits for hub_fence, which holds the row FOR KEY SHARE until its commit.
        HoldNode = "SELECT 1 FROM node WHERE name = $1 FOR UPDATE",
        Join = $"""
            UPDATE node SET incarnation = incarnation + 1, url = $2, version = $3, joined = t.now, until = t.now + make_interval(secs => $4), released = false
            FROM (SELECT clock_timestamp() AS now) t WHERE name = $1
            RETURNING {NodeSql.NodeColumns}, true
            """,
        EndDuties = """
            WITH own AS (SELECT d.name FROM duty d JOIN node n ON n.number = d.node WHERE n.name = $1 AND d.until > clock_timestamp() ORDER BY d.name FOR UPDATE OF d)
            UPDATE duty SET until = clock_timestamp() FROM own WHERE duty.name = own.name
            """,
        Beat = """
            UPDATE node SET until = clock_timestamp() + make_interval(secs => $3) WHERE number = $1 AND incarnation = $2 AND until > clock_timestamp()
            RETURNING clock_timestamp(), EXISTS (SELECT FROM node o WHERE o.number <> $1 AND o.until > clock_timestamp())
            """,
        GiveUp = """
            WITH given AS (SELECT name FROM duty WHERE node = $1 AND until > clock_timestamp() AND name <> ALL ($2) ORDER BY name FOR UPDATE)
            UPDATE duty SET until = clock_timestamp() FROM given WHERE duty.name = given.name
            """,
        // No key is changed: hub_require_duty, which holds the row FOR KEY SHARE, is not in its way.
        Renew = "UPDATE duty SET until = clock_timestamp() + make_interval(secs => $2) WHERE node = $1 AND until > clock_timestamp()",
        Take = """
            WITH free AS (SELECT name FROM duty WHERE name = ANY ($2) AND until <= clock_timestamp() ORDER BY name FOR UPDATE SKIP LOCKED)
            UPDATE duty SET node = $1, term = term + 1, since = t.now, until = t.now + make_interval(secs => $3)
            FROM free, (SELECT clock_timestamp() AS now) t WHERE duty.name = free.name
            """,
        TakeNew = """
            INSERT INTO duty (name, node, term, since, until)
            SELECT wanted, $1, 1, clock_timestamp(), clock_timestamp() + make_interval(secs => $3) FROM unnest($2) AS wanted
            WHERE NOT EXISTS (SELECT FROM duty WHERE name = wanted) ORDER BY wanted
            ON CONFLICT (name) DO NOTHING
            """,
        Held = "SELECT name, term FROM duty WHERE node = $1 AND until > clock_timestamp()",
        // Only where a node is dead are deliveries looked at: one, by their index.
        Dead = """
            WITH dead AS MATERIALIZED (SELECT number FROM node WHERE number <> $1 AND until <= clock_timestamp())
            SELECT number FROM dead WHERE (SELECT true FROM delivery d WHERE d.node = dead.number ORDER BY d.id LIMIT 1) ORDER BY number
            """,
        Leave = "UPDATE node SET until = clock_timestamp() WHERE number = $1 AND incarnation = $2 AND until > clock_timestamp()",
        List = $"SELECT {NodeSql.NodeColumns}, until > clock_timestamp() FROM node ORDER BY number",
        ListDuties = "SELECT name, node, term, since, until, until > clock_timestamp() FROM duty ORDER BY name",
        Seat = "SELECT size, node, term FROM log_head",
        MakeRoom = "SELECT hub_ensure_partitions()",
    };
}
