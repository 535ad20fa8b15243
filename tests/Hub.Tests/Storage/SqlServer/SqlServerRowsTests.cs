using System.Data;
using Hub.Adapters.SqlServer;
using Hub.Adapters.Stores.Relational;
using Microsoft.Data.SqlClient.Server;

namespace Hub.Tests.Storage.SqlServer;

[TestFixture]
public sealed class SqlServerRowsTests
{
    [Test]
    public void Value_OfEachType_IsThatOfTheColumn()
    {
        var now = DateTimeOffset.UnixEpoch;
        (object? Value, SqlDbType Kind, object Sent)[] cases =
        [
            (SqlServerRows.Value("a", 7L), SqlDbType.BigInt, 7L), (SqlServerRows.Value("a", (int?)null), SqlDbType.Int, DBNull.Value),
            (SqlServerRows.Value("a", (short)7), SqlDbType.SmallInt, (short)7), (SqlServerRows.Value("a", true), SqlDbType.Bit, true),
            (SqlServerRows.Value("a", "é"), SqlDbType.NVarChar, "é"), (SqlServerRows.Value("a", (string?)null), SqlDbType.NVarChar, DBNull.Value),
            (SqlServerRows.Value("a", new byte[] { 1 }), SqlDbType.VarBinary, new byte[] { 1 }), (SqlServerRows.Value("a", (DateTimeOffset?)now), SqlDbType.DateTimeOffset, now),
            (SqlServerRows.Value<ReadOnlyMemory<byte>?>("a", new byte[] { 2 }), SqlDbType.VarBinary, new byte[] { 2 }),
        ];
        foreach (var (value, kind, sent) in cases)
        {
            var parameter = (Microsoft.Data.SqlClient.SqlParameter)value!;
            Assert.That((parameter.ParameterName, parameter.SqlDbType), Is.EqualTo(("@a", kind)));
            Assert.That(parameter.Value, Is.EqualTo(sent));
        }
    }

    [TestCase(4_000, 4_000)]
    [TestCase(4_001, -1)]
    public void Value_Text_IsOfUnboundedLengthOnlyWhenItMustBe(int length, int size) =>
        Assert.That(SqlServerRows.Value("a", new string('x', length)).Size, Is.EqualTo(size));

    [Test]
    public void Value_List_IsATable()
    {
        var keys = SqlServerRows.Value("keys", new[] { new byte[] { 1 }, new byte[] { 2 } });
        Assert.That((keys.SqlDbType, keys.TypeName), Is.EqualTo((SqlDbType.Structured, "hub.key_list")));
        Assert.That(((IEnumerable<SqlDataRecord>)keys.Value).Select(r => r.GetValue(0)), Is.EqualTo(new object[] { new byte[] { 1 }, new byte[] { 2 } }));
        var ids = SqlServerRows.Value("ids", new[] { 7L });
        Assert.That((ids.TypeName, ((IEnumerable<SqlDataRecord>)ids.Value).Single().GetInt64(0)), Is.EqualTo(("hub.id_list", 7L)));
    }

    [Test]
    public void Table_GivesEveryRow_AlsoWhenTheSetWasClearedSince()
    {
        var rows = new AppStateRows();
        rows.Add("H06/app", "a", [1, 2]);
        rows.Add("H06/app", "b", null);
        var table = SqlServerRows.Table(rows);
        rows.Clear();
        Assert.That((table.ParameterName, table.TypeName), Is.EqualTo(("@rows", "hub.hub_app_state")));
        List<(string, string, object)> sent = [];
        foreach (var record in (IEnumerable<SqlDataRecord>)table.Value) sent.Add((record.GetString(0), record.GetString(1), record.GetValue(2)));
        Assert.That(sent, Has.Count.EqualTo(2));
        Assert.That(sent[0].Item3, Is.EqualTo(new byte[] { 1, 2 }));
        Assert.That((sent[1].Item2, sent[1].Item3), Is.EqualTo(("b", (object)DBNull.Value)));
    }
}
