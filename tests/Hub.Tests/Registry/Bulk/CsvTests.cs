using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Hub.Contracts.Problems;
using Hub.Core.Registry.Bulk;
using Hub.Core.Registry.Documents;

namespace Hub.Tests.Registry.Bulk;

public sealed class CsvTests
{
    private static Gen<string> CellGen =>
        from start in Gen.Elements("", "", "=", "+", "-", "@", "\t", "\r", "\n", "'", "''=", "'a", "＝", "\"", " ")
        from parts in Gen.ListOf(Gen.Elements("a", "ệ", "\"", ",", ";", "\r\n", "\n", "'", "=cmd|' /C calc'!A0", " ", "\uFEFF", "\U0001F3DB"))
        select start + string.Concat(parts);

    [Test]
    public void WriteRead_AnyCells_IsIdentity()
    {
        var rows = from columns in Gen.Choose(2, 6)
                   from separator in Gen.Elements(',', ';')
                   from mark in Gen.Elements(true, false)
                   from cells in Gen.ListOf(Gen.ListOf(CellGen, columns))
                   select (separator, mark, header: Enumerable.Range(0, columns).Select(i => $"c{i}").ToArray(), cells: cells.Where(r => r.Any(c => c.Length > 0)).ToArray());
        Prop.ForAll(Arb.From(rows), table =>
        {
            var text = new StringWriter();
            var writer = new CsvWriter(text, table.separator) { ForSpreadsheets = table.mark };
            writer.Write(table.header);
            foreach (var row in table.cells) writer.Write(row);
            var mistakes = new Mistakes();
            var read = Read(text.ToString(), mistakes).Select(r => r.Cells).ToArray();
            return !mistakes.Any && read.Length == table.cells.Length + 1 && read.Skip(1).Zip(table.cells).All(p => p.First.SequenceEqual(p.Second));
        }).QuickCheckThrowOnFailure();
    }

    [Test]
    public void Write_AnyCell_NeverBeginsAFormula() =>
        Prop.ForAll(Arb.From(CellGen), cell =>
        {
            var text = new StringWriter();
            new CsvWriter(text).Write(cell);
            // As a spreadsheet sees it: what stands between the outer quotes, with doubled quotes as one.
            var shown = text.ToString()[1..^3].Replace("\"\"", "\"", StringComparison.Ordinal);
            return shown.Length == 0 || !"=+-@\t\r\n＝＋－＠".Contains(shown[0], StringComparison.Ordinal);
        }).QuickCheckThrowOnFailure();

    [Test]
    public void Read_AnyText_EndsAndNeverThrows() =>
        Prop.ForAll(Arb.From(Gen.ListOf(Gen.Elements("a", ",", ";", "\"", "\r", "\n", "\t", "\0", "'", "=", "\uFEFF")).Select(string.Concat)), text =>
        {
            var mistakes = new Mistakes();
            return Read(text, mistakes).Count >= 0;
        }).QuickCheckThrowOnFailure();

    [TestCase("a,b\r\n1,2\r\n", 2)]
    [TestCase("a;b\n\n1,1;2\n\n", 2)]
    [TestCase("a\tb\r1\t2", 2)]
    [TestCase("\uFEFFa,b\n\"x\ny\",2\nz,3", 2)]
    public void Read_UsualForms_AreRecognised(string text, int columns)
    {
        var mistakes = new Mistakes();
        var rows = Read(text, mistakes);
        mistakes.ThrowIfAny();
        Assert.That(rows.Select(r => r.Cells.Count), Is.All.EqualTo(columns));
        Assert.That(rows[0].Cells[0], Is.EqualTo("a"));
    }

    [Test]
    public void Read_LinesInCells_AreCounted() =>
        Assert.That(Read("a,b\r\n\"1\r\n2\n3\",x\r\n\r\ny,z", new Mistakes()).Select(r => r.Line), Is.EqualTo(new[] { 1, 2, 6 }));

    [TestCase("a,b\n\"x,y\nz,w", "line 2: file")]
    [TestCase("a,b\nx,\"y\"z\n", "line 2: file")]
    [TestCase("a,b\nx,y\"z\n", "line 2: file")]
    [TestCase("a,b\nx\0,y\n", "line 2: file")]
    public void Read_Broken_EndsWithALine(string text, string place)
    {
        var mistakes = new Mistakes();
        Read(text, mistakes);
        Assert.That(Assert.Throws<ProblemException>(mistakes.ThrowIfAny)!.Problem.Items.Single().Subject, Is.EqualTo(place));
    }

    [Test]
    public void Read_NotUtf8_IsRefused()
    {
        var mistakes = new Mistakes();
        using var file = new MemoryStream([.. "a,b\nx,"u8, 0xC3, 0x28]);
        using var reader = new CsvReader(file, mistakes);
        Assert.That(reader.Rows().ToList(), Is.Empty);
        Assert.That(mistakes.Any, Is.True);
    }

    [TestCase(',', 1_000_000L, TestName = "Read_AMillionColumns_TakesNoMemory")]
    [TestCase('x', 100_000_000L, TestName = "Read_ACellOfHundredMegabytes_TakesNoMemory")]
    [TestCase('"', 100_000_001L, TestName = "Read_QuotesWithoutEnd_TakeNoMemory")]
    [TestCase('\n', 1_000_000_000L, TestName = "Read_AGigabyteOfNothing_TakesNoMemory")]
    public void Read_Hostile(char filler, long length)
    {
        var mistakes = new Mistakes();
        using var file = new EndlessFile("a,b\n", filler, length);
        using var reader = new CsvReader(file, mistakes);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var rows = reader.Rows().Count();
        Assert.Multiple(() =>
        {
            Assert.That(mistakes.Any, Is.True);
            Assert.That(rows, Is.LessThan(3));
            Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(16_000_000));
            Assert.That(file.Position, Is.LessThan(40_000_000), "the rest is not even read");
        });
    }

    internal static List<CsvRow> Read(string text, Mistakes mistakes)
    {
        using var file = new MemoryStream(Encoding.UTF8.GetBytes(text));
        using var reader = new CsvReader(file, mistakes);
        return [.. reader.Rows()];
    }
}
