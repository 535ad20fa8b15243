namespace Hub.Adapters.Stores.Copying;

/// <summary>Every table of a hub, in the order in which it is copied. Numbers of messages and ids of deliveries stay what they are: those
/// that a shared database gives are all greater. Each select ends with the key that it goes on after (<c>?1</c>).</summary>
internal static class CopyTables
{
    // A dispatcher's claim ends with its hub: its delivery is queued and due, and its attempt does not count, as after a stop.
    private const string Held = "(d.state = 1 AND d.node IS NOT NULL)";

    internal static readonly IReadOnlyList<CopyTable> All =
    [
        new("message",
            "num, key, id, sender, type, encoding, size, sha256, content_digest, assurance, created, accepted, not_before, expires, priority, conversation, sequence, in_reply_to, subject, uploads, entry, erased",
            "lxtttslxxtddddstlxtxld",
            """
            SELECT num, key, id, (SELECT text FROM name WHERE name.id = sender), (SELECT text FROM name WHERE name.id = type), encoding, size, sha256, content_digest,
                (SELECT text FROM name WHERE name.id = assurance), created, accepted, not_before, expires, priority, conversation, sequence, in_reply_to, subject, uploads, entry, erased, num
            FROM message WHERE num > ?1 ORDER BY num
            """, "num"),
        new("message_key", "key, num", "xl", "SELECT key, num, num FROM message WHERE num > ?1 ORDER BY num", "num"),
        new("body", "num, data_key, octets", "lxo", "SELECT num, body_key, segment, offset, length, num FROM message WHERE body_key IS NOT NULL AND num > ?1 ORDER BY num", "num"),
        new("message_upload", "sender, sha256, message, erased", "txlb",
            "SELECT (SELECT text FROM name WHERE name.id = sender), sha256, message, erased, 0 FROM message_upload ORDER BY sender, sha256, message", null),
        new("delivery",
            "id, message, key, accepted, rank, protocol, expires, rev, recipient, role, why, since, state, ready, wake, due, attempts, interruptions, replays, claim, claimed_until, lane, lane_place, holds_lane, blocks, behind, last_problem, last_detail, delivered_at, status, reason, outcome, asserted_by, answers, answer, changed",
            "llxdsbditstdsbddiiitdtlbbbttdttttixd",
            $"""
            SELECT d.id, d.message, m.key, d.accepted, d.rank, (SELECT substr(text, 1, 4) = 'hub.' FROM name WHERE name.id = m.type), d.expires, 1,
                (SELECT text FROM name WHERE name.id = d.recipient), d.role, (SELECT text FROM name WHERE name.id = d.why), d.since,
                iif({Held}, 0, d.state), CASE WHEN d.ready IS NULL THEN NULL ELSE d.ready = 1 AND NOT {Held} END,
                CASE WHEN d.ready IS NULL THEN NULL WHEN {Held} THEN d.due ELSE COALESCE(d.wake, d.due) END, d.due,
                iif({Held} AND d.interruptions < 10, max(d.attempts - 1, 0), d.attempts), d.interruptions + {Held}, d.replays, iif({Held}, NULL, d.claim), iif({Held}, NULL, d.claimed_until),
                d.lane, d.lane_place, d.holds_lane, d.blocks, COALESCE(d.ready = 2, 0), d.last_problem, d.last_detail, d.delivered_at, d.status, d.reason, d.outcome, d.asserted_by, d.answers, d.answer, d.changed, d.id
            FROM delivery d JOIN message m ON m.num = d.message WHERE d.id > ?1 ORDER BY d.id
            """, "id"),
        new("entry", "idx, message, key, header, salt, body", "llxxxx", "SELECT idx, message, key, header, salt, body, idx FROM entry WHERE idx > ?1 ORDER BY idx", "idx"),
        new("tile", "level, idx, hashes", "ilx", "SELECT place >> 56, place & 72057594037927935, hashes, place FROM tile WHERE place > ?1 ORDER BY place", "place"),
        new("checkpoint", "size, note", "lt", "SELECT size, note, size FROM checkpoint WHERE size > ?1 ORDER BY size", "size"),
        new("registry", "version, document", "lt", "SELECT version, document, version FROM registry WHERE version > ?1 ORDER BY version", "version"),
        new("registry_version", "version, time, actor, approved_by, reason, entry", "ldtttl",
            "SELECT version, time, actor, approved_by, reason, entry, version FROM registry_version WHERE version > ?1 ORDER BY version", "version"),
        new("registry_object", "num, version, until, section, id, json", "lllttt",
            "SELECT num, version, until, section, id, json, num FROM registry_object WHERE num > ?1 ORDER BY num", "num"),
        new("proposal", "id, kind, state, created, json, rev", "tttdti", "SELECT id, kind, state, created, json, 1, rowid FROM proposal WHERE rowid > ?1 ORDER BY rowid", "rowid"),
        new("app_state", "app, key, value", "ttx", "SELECT (SELECT text FROM name WHERE name.id = app), key, value, 0 FROM app_state ORDER BY app, key", null),
    ];

    /// <summary>Counts what <see cref="CopyTable.Select"/> gives.</summary>
    internal static string CountInSource(CopyTable table) => table.Name switch
    {
        "message_key" => "SELECT count(*) FROM message",
        "body" => "SELECT count(*) FROM message WHERE body_key IS NOT NULL",
        _ => $"SELECT count(*) FROM {table.Name}",
    };
}
